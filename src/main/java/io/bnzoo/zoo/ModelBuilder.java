package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Builds a model from its defaults and what the caller changes of them. Every setter refuses null
 * with an {@link IllegalArgumentException} that names the setting.
 *
 * @param <M> the model
 * @param <B> the builder itself, so that its settings can be given in any order
 */
public abstract sealed class ModelBuilder<M extends BatchNormModel, B extends ModelBuilder<M, B>>
    permits DeepCnn.Builder, ImageLstm.Builder, ThreeLayerMlp.Builder {
  private final String model;
  private Architecture architecture;
  private Normalization normalization;
  private Activation activation;
  private IUpdater updater;
  private Optional<InitialWeights> initialWeights = Optional.empty();
  private long seed;
  private ImageShape input;
  private CNN2DFormat dataFormat;
  private int classes;

  /** Starts from the model's defaults; its weights are asked for when it is built. */
  ModelBuilder(NetworkSpec defaults) {
    this.model = defaults.model();
    this.architecture = defaults.architecture();
    this.normalization = defaults.normalization();
    this.activation = defaults.activation();
    this.updater = defaults.updater();
    this.seed = defaults.seed();
    this.input = defaults.input();
    this.dataFormat = defaults.dataFormat();
    this.classes = defaults.classes();
  }

  /** What normalizes the hidden layers, and where it stands; none by default. */
  public final B normalization(Normalization choice) {
    normalization = given("normalization", choice);
    return self();
  }

  /** The hidden layers' activation. */
  public final B activation(Activation choice) {
    activation = given("activation", choice);
    return self();
  }

  /** How a gradient becomes an update, with a learning rate or a schedule of it. */
  public final B updater(IUpdater choice) {
    updater = given("updater", choice).clone();
    return self();
  }

  /**
   * The updater's learning rate alone.
   *
   * @throws IllegalArgumentException if the updater has none, or a schedule in its place
   */
  public final B learningRate(double rate) {
    String name = updater.getClass().getSimpleName();
    Check.argument(updater.hasLearningRate(), "%s has no learning rate to be set", name);
    Check.argument(
        NetworkSpec.fixedLearningRate(updater).isPresent(),
        "the learning rate of %s follows a schedule: give updater(...) another one",
        name);
    updater.setLrAndSchedule(rate, null);
    return self();
  }

  /** Where the weights start. */
  public final B initialWeights(InitialWeights choice) {
    initialWeights = Optional.of(given("initialWeights", choice));
    return self();
  }

  /** The seed of the initial weights. */
  public final B seed(long choice) {
    seed = choice;
    return self();
  }

  /** The shape of an image. */
  public final B input(ImageShape shape) {
    input = given("input", shape);
    return self();
  }

  /** The axis order of a batch of images; a network of dense layers has no use for it. */
  public final B dataFormat(CNN2DFormat choice) {
    dataFormat = given("dataFormat", choice);
    return self();
  }

  /** How many classes there are to tell apart. */
  public final B classes(int count) {
    classes = count;
    return self();
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
  public final M build() {
    return model(
        new NetworkSpec(
            model,
            architecture,
            normalization,
            activation,
            updater,
            initialWeights.orElseGet(() -> defaultWeights(normalization)),
            seed,
            input,
            dataFormat,
            classes));
  }

  final B architecture(Architecture choice) {
    architecture = choice;
    return self();
  }

  abstract B self();

  abstract M model(NetworkSpec spec);

  /** Where weights start that the caller leaves unset, which the sources decide. */
  abstract InitialWeights defaultWeights(Normalization choice);
}
