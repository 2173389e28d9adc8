/**
 * Programs to run from an IDE, without arguments, and to read.
 *
 * <p>Open {@link io.bnzoo.examples.CompareDeepCnn}. Note: {@code EngineChoice.start} comes before
 * anything else touches ND4J, or a comparison takes six times as long.
 */
package io.bnzoo.examples;
