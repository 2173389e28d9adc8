/**
 * A network as a fixed list of oneDNN kernels, one list for each batch size.
 *
 * <p>Open {@link io.bnzoo.compiler.KernelProgram} first; {@link io.bnzoo.compiler.NetworkGraph} is
 * what it is made from and {@link io.bnzoo.compiler.ParameterStore} what all lists of one network
 * share. {@link io.bnzoo.compiler.NormalizationKernels} normalizes. Note: parameters are kept here
 * in oneDNN's layouts; Deeplearning4j's network is out of date until they are copied back.
 */
package io.bnzoo.compiler;
