/**
 * What goes on inside a network while it trains: how the values before each activation are
 * distributed, which units are dead, how large the gradients are.
 *
 * <p>Open {@link io.bnzoo.diagnostics.Probe} first. The trap: the values are those of training, so
 * batch norm normalizes them by the statistics of the probing batch.
 */
package io.bnzoo.diagnostics;
