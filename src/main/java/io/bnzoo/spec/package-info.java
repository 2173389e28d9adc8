/**
 * What is to be built and trained, as values: a network, its normalization, its optimizer, its
 * initial weights, and the training plan.
 *
 * <p>Open {@link io.bnzoo.spec.NetworkSpec} first. These records know nothing of arrays or
 * networks, so they can be compared, printed and written into a result as they are. The trap:
 * {@code decay} is the share of the <em>old</em> population statistic that a step keeps, as in
 * TensorFlow; other libraries call its complement "momentum".
 */
package io.bnzoo.spec;
