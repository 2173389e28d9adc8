/**
 * A network as a fixed list of oneDNN kernels, one list for each batch size.
 *
 * <p>Open {@link io.bnzoo.compiler.Program} first; {@link io.bnzoo.compiler.Blueprint} is what it
 * is made from and {@link io.bnzoo.compiler.ParameterStore} what all lists of one network share.
 * The trap: parameters live here in layouts of oneDNN's, and Deeplearning4j's network is out of
 * date until they are written back.
 */
package io.bnzoo.compiler;
