package io.bnzoo.limits;

import io.bnzoo.layer.WrappedLayers;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;

/**
 * The shapes of a SameDiff layer's parameters, which a file has beside the numbers that they follow
 * from, and which Deeplearning4j counts in int.
 */
final class SameDiffParameters {
  private SameDiffParameters() {}

  /**
   * Checks a layer, if it is one of SameDiff.
   *
   * @throws IOException naming the parameter that has another shape than it should
   */
  static void check(Layer wrapped) throws IOException {
    if (!(WrappedLayers.innermost(wrapped) instanceof AbstractSameDiffLayer layer)) {
      return;
    }
    SDLayerParams defined = new SDLayerParams();
    layer.defineParameters(defined);
    Map<String, long[]> shapes = layer.getLayerParams().getParamShapes();
    if (!shapes.keySet().equals(defined.getParamShapes().keySet())) {
      throw new IOException("has parameters " + shapes.keySet() + ", which it does not take");
    }
    long count = 0;
    for (Map.Entry<String, long[]> entry : defined.getParamShapes().entrySet()) {
      if (!Arrays.equals(entry.getValue(), shapes.get(entry.getKey()))) {
        throw new IOException(
            String.format(
                "has the parameter %s in the shape %s, which must be %s",
                entry.getKey(),
                Arrays.toString(shapes.get(entry.getKey())),
                Arrays.toString(entry.getValue())));
      }
      count += ActivationShape.product(entry.getValue());
    }
    if (count > Integer.MAX_VALUE) {
      throw new Footprint.ExceededException("has " + count + " parameters");
    }
  }
}
