package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import java.util.Locale;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Everything that decides a zoo network before its first step.
 *
 * @param model the zoo entry's id, such as {@code deep-cnn}
 * @param architecture of the hidden layers
 * @param normalization of every hidden layer
 * @param activation the function of every hidden layer
 * @param updater how a gradient becomes an update; a learning rate that is fixed is above 0
 * @param initialWeights where the weights start
 * @param seed of the random initial weights
 * @param input one image
 * @param dataFormat the axis order of image batches; a network of dense layers ignores it
 * @param classes the width of the output layer, at least 2
 */
public record NetworkSpec(
    String model,
    Architecture architecture,
    Normalization normalization,
    Activation activation,
    IUpdater updater,
    InitialWeights initialWeights,
    long seed,
    ImageShape input,
    CNN2DFormat dataFormat,
    int classes) {

  /** Checks what can be checked without its model; the builders make specifications. */
  public NetworkSpec {
    Check.given("model", model);
    Check.given("architecture", architecture);
    Check.given("normalization", normalization);
    Check.given("activation", activation);
    Check.given("updater", updater);
    updater = updater.clone();
    fixedLearningRate(updater).ifPresent(rate -> Check.aboveZero("learningRate", rate));
    Check.given("initialWeights", initialWeights);
    Check.given("input", input);
    Check.given("dataFormat", dataFormat);
    checkArchitecture(model, architecture, normalization, activation, initialWeights);
    Check.argument(classes >= 2, "classes must be at least 2, got %s", classes);
  }

  private static void checkArchitecture(
      String model,
      Architecture architecture,
      Normalization normalization,
      Activation activation,
      InitialWeights initialWeights) {
    boolean recurrent = architecture instanceof Architecture.Recurrent;
    Check.argument(
        normalization instanceof Normalization.None
            || recurrent == normalization instanceof Normalization.RecurrentBatchNorm,
        "normalization of %s cannot be %s: use %s",
        model,
        normalization.label(),
        recurrent ? "recurrent-batch-norm or plain" : "batch-norm, low-level, spelt-out or plain");
    Check.argument(
        !recurrent || activation == Activation.TANH,
        "activation of %s must be tanh, got %s",
        model,
        label(activation));
    Check.argument(
        !(architecture instanceof Architecture.Convolutional
            && initialWeights instanceof InitialWeights.Orthogonal),
        "initialWeights of %s cannot be orthogonal: its convolutions are no matrices",
        model);
  }

  /** The same for images of another shape. */
  public NetworkSpec withInput(ImageShape shape) {
    return new NetworkSpec(
        model,
        architecture,
        normalization,
        activation,
        updater,
        initialWeights,
        seed,
        shape,
        dataFormat,
        classes);
  }

  /** A copy. */
  @Override
  public IUpdater updater() {
    return updater.clone();
  }

  /** The updater's learning rate; empty if it follows a schedule, or there is none. */
  public OptionalDouble learningRate() {
    return fixedLearningRate(updater);
  }

  static OptionalDouble fixedLearningRate(IUpdater updater) {
    if (!updater.hasLearningRate()) {
      return OptionalDouble.empty();
    }
    double rate = updater.getLearningRate(0, 0);
    IUpdater fixed = updater.clone();
    fixed.setLrAndSchedule(rate, null);
    return fixed.equals(updater) ? OptionalDouble.of(rate) : OptionalDouble.empty();
  }

  /** What the updater is called in a text. */
  public String updaterLabel() {
    if (updater instanceof Sgd) {
      return "gradient descent";
    }
    return updater instanceof Nesterovs ? "Nesterov momentum" : updater.getClass().getSimpleName();
  }

  /** What an activation is called in a text. */
  public static String label(Activation activation) {
    return activation == Activation.RELU ? "ReLU" : activation.name().toLowerCase(Locale.ROOT);
  }
}
