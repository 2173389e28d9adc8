package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * Deeplearning4j's activation functions that have kernels.
 *
 * <p>Classes are compared: a subclass may compute anything. Of those with settings only the usual
 * ones are taken; of ELU, Deeplearning4j's own gradient is right with no other alpha than 1.
 */
public final class Activations {
  private static final Map<Class<?>, ActivationFunction> FUNCTIONS =
      Map.of(
          ActivationReLU.class, ActivationFunction.RELU,
          ActivationSigmoid.class, ActivationFunction.SIGMOID,
          ActivationTanH.class, ActivationFunction.TANH,
          ActivationELU.class, ActivationFunction.ELU,
          ActivationReLU6.class, ActivationFunction.RELU6,
          ActivationSoftPlus.class, ActivationFunction.SOFTPLUS,
          ActivationSwish.class, ActivationFunction.SWISH);

  private Activations() {}

  /** The same function here; none where there is no kernel for it. */
  public static Optional<ActivationFunction> of(IActivation activation) {
    if (activation.getClass() == ActivationLReLU.class) {
      double slope = ((ActivationLReLU) activation).getAlpha();
      return slope >= 0 ? Optional.of(ActivationFunction.leakyRelu(slope)) : Optional.empty();
    }
    boolean usual =
        (!(activation instanceof ActivationReLU) || activation.equals(new ActivationReLU()))
            && (!(activation instanceof ActivationELU) || activation.equals(new ActivationELU()));
    return usual ? Optional.ofNullable(FUNCTIONS.get(activation.getClass())) : Optional.empty();
  }
}
