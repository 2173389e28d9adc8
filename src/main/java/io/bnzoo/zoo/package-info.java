/**
 * Networks with and without batch normalization, from a specification to a {@code
 * MultiLayerConfiguration} to an initialized {@code MultiLayerNetwork}.
 *
 * <p>Open {@link io.bnzoo.zoo.DeepCnn} first; a new network gets a class beside it, an entry in
 * {@link io.bnzoo.zoo.Zoo} and a builder in {@link io.bnzoo.zoo.ModelBuilder}. Nothing here trains.
 * Note: the hidden layers' activations are layers of their own ({@code conv03-relu}), so that batch
 * normalization can stand before them and both networks of a pair have the same other layers.
 * {@code decay} is the share of the <em>old</em> running statistic that a step keeps, as in
 * TensorFlow; other libraries call its complement "momentum".
 */
package io.bnzoo.zoo;
