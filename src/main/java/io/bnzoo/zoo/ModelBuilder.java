package io.bnzoo.zoo;

import io.bnzoo.spec.ImageFormat;
import io.bnzoo.spec.ImageShape;
import io.bnzoo.spec.InitialWeights;
import io.bnzoo.spec.NetworkSpec;
import io.bnzoo.spec.Normalization;
import io.bnzoo.spec.Optimizer;
import java.util.function.Function;
import org.nd4j.linalg.activations.Activation;

/**
 * Builds a model from its defaults and what the caller changes of them.
 *
 * @param <M> the model
 */
public final class ModelBuilder<M extends BatchNormModel> {
  private final String model;
  private final Function<NetworkSpec, M> constructor;
  private Normalization normalization;
  private Activation activation;
  private Optimizer optimizer;
  private InitialWeights initialWeights;
  private long seed;
  private ImageShape input;
  private ImageFormat format;
  private int classes;

  ModelBuilder(NetworkSpec defaults, Function<NetworkSpec, M> constructor) {
    this.model = defaults.model();
    this.constructor = constructor;
    this.normalization = defaults.normalization();
    this.activation = defaults.activation();
    this.optimizer = defaults.optimizer();
    this.initialWeights = defaults.initialWeights();
    this.seed = defaults.seed();
    this.input = defaults.input();
    this.format = defaults.format();
    this.classes = defaults.classes();
  }

  /** What follows each hidden layer's affine map; none by default. */
  public ModelBuilder<M> normalization(Normalization choice) {
    normalization = choice;
    return this;
  }

  /** The hidden layers' activation. */
  public ModelBuilder<M> activation(Activation choice) {
    activation = choice;
    return this;
  }

  /** The update rule with its learning rate. */
  public ModelBuilder<M> optimizer(Optimizer choice) {
    optimizer = choice;
    return this;
  }

  /** The optimizer's learning rate alone. */
  public ModelBuilder<M> learningRate(double rate) {
    optimizer = optimizer.withLearningRate(rate);
    return this;
  }

  public ModelBuilder<M> initialWeights(InitialWeights choice) {
    initialWeights = choice;
    return this;
  }

  /** The seed of the initial weights. */
  public ModelBuilder<M> seed(long choice) {
    seed = choice;
    return this;
  }

  /** The shape of an image. */
  public ModelBuilder<M> input(ImageShape shape) {
    input = shape;
    return this;
  }

  /** The axis order of a batch of images. */
  public ModelBuilder<M> format(ImageFormat choice) {
    format = choice;
    return this;
  }

  /** How many classes there are to tell apart. */
  public ModelBuilder<M> classes(int count) {
    classes = count;
    return this;
  }

  /**
   * The model.
   *
   * @throws IllegalArgumentException if a setting is out of its range, naming it
   */
  public M build() {
    return constructor.apply(
        new NetworkSpec(
            model,
            normalization,
            activation,
            optimizer,
            initialWeights,
            seed,
            input,
            format,
            classes));
  }
}
