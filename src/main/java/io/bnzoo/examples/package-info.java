/**
 * Programs to run from an IDE, without arguments, and to read.
 *
 * <p>Open {@link io.bnzoo.examples.CompareDeepCnn}. Note: {@code enableOneDnn} comes first, or the
 * comparison takes six times as long.
 */
package io.bnzoo.examples;
