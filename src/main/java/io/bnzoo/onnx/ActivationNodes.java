package io.bnzoo.onnx;

import io.bnzoo.compiler.Activations;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.onednn.ActivationFunction;
import java.util.List;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/** Activation functions as nodes. */
final class ActivationNodes {
  private ActivationNodes() {}

  /** One that has kernels. */
  static String add(ActivationFunction function, LayerNodes at) {
    return switch (function.kind()) {
      case RELU ->
          function.slope() == 0
              ? at.last("Relu")
              : at.last("LeakyRelu", Attribute.of("alpha", function.slope()));
      case SIGMOID -> at.last("Sigmoid");
      case TANH -> at.last("Tanh");
      case ELU -> at.last("Elu", Attribute.of("alpha", 1.0));
      case RELU6 -> clip(at, 0, 6);
      case SOFTPLUS -> at.last("Softplus");
      case SWISH -> at.last("Mul", at.step("Sigmoid", at.sources()));
    };
  }

  private static String clip(LayerNodes at, double least, double most) {
    String from = at.nodes().number(at.key("least"), least);
    String to = at.nodes().number(at.key("most"), most);
    return at.last("Clip", List.of(at.source(), from, to));
  }

  /** {@code min(max(0.2 x + 0.5, 0), 1)}, as both libraries have it. */
  static String hardSigmoid(LayerNodes at) {
    return at.last("HardSigmoid", Attribute.of("alpha", 0.2), Attribute.of("beta", 0.5));
  }

  /** Over the values of a vector, or the channels of a pixel. */
  static String softmax(LayerNodes at) {
    return at.last("Softmax", Attribute.of("axis", 1L));
  }

  /**
   * One of Deeplearning4j's, as an output layer has it.
   *
   * @throws UnsupportedNetworkException if it is none of those that are known here
   */
  static String add(IActivation activation, LayerNodes at) {
    if (activation.getClass() == ActivationIdentity.class) {
      return at.source();
    }
    if (activation.getClass() == ActivationSoftmax.class) {
      return softmax(at);
    }
    if (activation.getClass() == ActivationHardSigmoid.class) {
      return hardSigmoid(at);
    }
    return add(
        Activations.of(activation)
            .orElseThrow(
                () ->
                    new UnsupportedNetworkException(
                        "the activation " + activation + " of " + at.layer() + " is not known")),
        at);
  }
}
