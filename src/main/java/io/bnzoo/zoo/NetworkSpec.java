package io.bnzoo.zoo;

import java.util.Locale;
import org.nd4j.linalg.activations.Activation;

/**
 * Everything that decides a zoo network before its first step.
 *
 * @param model the zoo entry's id, such as {@code deep-cnn}
 * @param normalization of every hidden layer
 * @param placement where the normalization stands
 * @param activation the function of every hidden layer
 * @param optimizer the update rule
 * @param initialWeights where the weights start
 * @param seed of the random initial weights
 * @param input one image
 * @param format the axis order of image batches; a network of dense layers ignores it
 * @param classes the width of the output layer, at least 2
 */
public record NetworkSpec(
    String model,
    Normalization normalization,
    Placement placement,
    Activation activation,
    Optimizer optimizer,
    InitialWeights initialWeights,
    long seed,
    ImageShape input,
    ImageFormat format,
    int classes) {

  public NetworkSpec {
    Check.given("model", model);
    new Variant(normalization, placement); // Checks them.
    Check.given("activation", activation);
    Check.given("optimizer", optimizer);
    Check.given("initialWeights", initialWeights);
    Check.given("input", input);
    Check.given("format", format);
    Check.argument(classes >= 2, "classes must be at least 2, got %s", classes);
  }

  /** What it differs in from others of its model. */
  public Variant variant() {
    return new Variant(normalization, placement);
  }

  public NetworkSpec withInput(ImageShape shape) {
    return new NetworkSpec(
        model,
        normalization,
        placement,
        activation,
        optimizer,
        initialWeights,
        seed,
        shape,
        format,
        classes);
  }

  /** What an activation is called in a text. */
  public static String label(Activation activation) {
    return activation == Activation.RELU ? "ReLU" : activation.name().toLowerCase(Locale.ROOT);
  }
}
