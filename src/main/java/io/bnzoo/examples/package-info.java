/**
 * Programs to run from an IDE, without arguments, and to read.
 *
 * <p>Open {@link io.bnzoo.examples.TrainDeepCnn}. Note: this room is in the application's jar
 * alone.
 */
package io.bnzoo.examples;
