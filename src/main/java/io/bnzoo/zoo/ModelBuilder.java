package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Builds a model from its defaults and what the caller changes of them. Every setter refuses null
 * with an {@link IllegalArgumentException} that names the setting.
 *
 * @param <M> the model
 */
public final class ModelBuilder<M extends BatchNormModel> {
  private final String model;
  private final Function<NetworkSpec, M> constructor;
  private final Function<Normalization, InitialWeights> defaultWeights;
  private Normalization normalization;
  private Activation activation;
  private IUpdater updater;
  private Optional<InitialWeights> initialWeights = Optional.empty();
  private long seed;
  private ImageShape input;
  private CNN2DFormat dataFormat;
  private int classes;

  /**
   * A builder.
   *
   * @param defaultWeights where weights start that the caller leaves unset, which the sources
   *     decide by the normalization
   */
  ModelBuilder(
      NetworkSpec defaults,
      Function<Normalization, InitialWeights> defaultWeights,
      Function<NetworkSpec, M> constructor) {
    this.model = defaults.model();
    this.constructor = constructor;
    this.defaultWeights = defaultWeights;
    this.normalization = defaults.normalization();
    this.activation = defaults.activation();
    this.updater = defaults.updater();
    this.seed = defaults.seed();
    this.input = defaults.input();
    this.dataFormat = defaults.dataFormat();
    this.classes = defaults.classes();
  }

  /** What normalizes the hidden layers, and where it stands; none by default. */
  public ModelBuilder<M> normalization(Normalization choice) {
    normalization = given("normalization", choice);
    return this;
  }

  /** The hidden layers' activation. */
  public ModelBuilder<M> activation(Activation choice) {
    activation = given("activation", choice);
    return this;
  }

  /** How a gradient becomes an update, with a learning rate or a schedule of it. */
  public ModelBuilder<M> updater(IUpdater choice) {
    updater = given("updater", choice).clone();
    return this;
  }

  /**
   * The updater's learning rate alone.
   *
   * @throws IllegalArgumentException if the updater has none, or a schedule in its place
   */
  public ModelBuilder<M> learningRate(double rate) {
    String name = updater.getClass().getSimpleName();
    Check.argument(updater.hasLearningRate(), "%s has no learning rate to be set", name);
    Check.argument(
        NetworkSpec.fixedLearningRate(updater).isPresent(),
        "the learning rate of %s follows a schedule: give updater(...) another one",
        name);
    updater.setLrAndSchedule(rate, null);
    return this;
  }

  public ModelBuilder<M> initialWeights(InitialWeights choice) {
    initialWeights = Optional.of(given("initialWeights", choice));
    return this;
  }

  /** The seed of the initial weights. */
  public ModelBuilder<M> seed(long choice) {
    seed = choice;
    return this;
  }

  /** The shape of an image. */
  public ModelBuilder<M> input(ImageShape shape) {
    input = given("input", shape);
    return this;
  }

  /** The axis order of a batch of images; a network of dense layers has no use for it. */
  public ModelBuilder<M> dataFormat(CNN2DFormat choice) {
    dataFormat = given("dataFormat", choice);
    return this;
  }

  /** How many classes there are to tell apart. */
  public ModelBuilder<M> classes(int count) {
    classes = count;
    return this;
  }

  private static <T> T given(String setting, T value) {
    if (value == null) {
      throw new IllegalArgumentException(setting + " must be given, got null");
    }
    return value;
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
            updater,
            initialWeights.orElseGet(() -> defaultWeights.apply(normalization)),
            seed,
            input,
            dataFormat,
            classes));
  }
}
