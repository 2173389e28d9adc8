package io.bnzoo.limits;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** The weights that a loss has for each output, of which there must be as many as outputs. */
final class LossWeights {
  private LossWeights() {}

  /**
   * Checks a layer that may have a loss, which may have weights.
   *
   * @throws IOException giving both numbers
   */
  static void check(Layer layer, long outputs) throws IOException {
    if (property(layer, "getLossFn") instanceof ILossFunction loss
        && property(loss, "getWeights") instanceof INDArray weights
        && weights.length() != outputs) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "has a loss with %d weights and gives %d values",
              weights.length(),
              outputs));
    }
  }

  /** Output layers and losses have these getters and no common type that declares them. */
  private static Object property(Object owner, String getter) {
    try {
      Method method = owner.getClass().getMethod(getter);
      return method.invoke(owner);
    } catch (NoSuchMethodException e) {
      return Void.class;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + getter, e);
    }
  }
}
