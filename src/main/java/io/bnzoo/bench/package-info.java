/**
 * How long a training step takes, with Deeplearning4j as it comes and as it is set up here, and
 * whether memory stays flat.
 *
 * <p>Open {@link io.bnzoo.bench.Benchmark} first. Note: ND4J's binary is chosen once in a JVM, so
 * each setup is measured in a JVM of its own; and machines drift, so they take turns and only their
 * ratio is to be trusted.
 */
package io.bnzoo.bench;
