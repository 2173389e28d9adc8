package io.bnzoo.train;

import io.bnzoo.layer.WrappedLayers;
import io.bnzoo.samediff.ChannelwiseLayer;
import java.util.Locale;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's layers and parameters as text.
 *
 * <p>Deeplearning4j's own {@code network.summary()} counts running statistics among the trainable
 * parameters, of its own batch normalization, too, and knows the sizes of its own layers only.
 */
public final class NetworkSummary {
  private final StringBuilder text = new StringBuilder();
  private long trainable;
  private long frozen;
  private long statistics;

  private NetworkSummary() {}

  /**
   * A line for each layer: name, type, values in and out (features or channels), trained parameters
   * and running statistics; then the sums.
   *
   * @param network initialized
   */
  public static String of(MultiLayerNetwork network) {
    NetworkSummary summary = new NetworkSummary();
    summary.row("layer", "type", "in", "out", "parameters", "statistics");
    for (Layer layer : network.getLayers()) {
      summary.add(layer);
    }
    return summary.text
        + String.format(
            Locale.ROOT,
            "trained parameters %,d, frozen parameters %,d, running statistics %,d%n",
            summary.trainable,
            summary.frozen,
            summary.statistics);
  }

  private void add(Layer layer) {
    boolean isFrozen = WrappedLayers.isFrozen(layer);
    Layer inner = WrappedLayers.innermost(layer);
    long moved = 0;
    long parameters = 0;
    for (var parameter : inner.paramTable().entrySet()) {
      INDArray values = parameter.getValue();
      // Statistics alone are not divided by the size of the batch.
      if (inner.updaterDivideByMinibatch(parameter.getKey())) {
        parameters += values.length();
      } else {
        moved += values.length();
      }
    }
    org.deeplearning4j.nn.conf.layers.Layer configured = inner.conf().getLayer();
    String in = "-";
    String out = "-";
    if (configured instanceof FeedForwardLayer wide && parameters > 0) {
      in = String.valueOf(wide.getNIn());
      out = String.valueOf(wide.getNOut());
    } else if (configured instanceof ChannelwiseLayer channelwise) {
      in = String.valueOf(channelwise.features());
      out = in;
    }
    row(
        String.valueOf(configured.getLayerName()),
        configured.getClass().getSimpleName() + (isFrozen ? ", frozen" : ""),
        in,
        out,
        count(parameters),
        count(moved));
    if (isFrozen) {
      frozen += parameters;
    } else {
      trainable += parameters;
    }
    statistics += moved;
  }

  private static String count(long values) {
    return String.format(Locale.ROOT, "%,d", values);
  }

  private void row(Object... cells) {
    text.append(String.format(Locale.ROOT, "%-20s %-28s %7s %7s %11s %11s%n", cells));
  }
}
