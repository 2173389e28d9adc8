package io.bnzoo.toolbox;

import io.bnzoo.data.ImageSource;
import io.bnzoo.data.ProgressListener;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.api.Model;

/**
 * Running statistics computed anew, with fixed weights, over images: the first layer's, then, with
 * these, the second layer's, and so on, because inference will show each layer what the ones before
 * it make of their new statistics. Gamma, beta and all weights stay.
 *
 * <p>Over the training images this is what a training approximates with its moving averages
 * ("precise batch norm": Y. Wu, J. Johnson, "Rethinking Batch in BatchNorm", 2021). Over images
 * from elsewhere, whose labels nobody has to know, it adapts the model to them ("AdaBN": Y. Li et
 * al., "Revisiting Batch Normalization For Practical Domain Adaptation", 2016).
 *
 * <p>A frozen layer keeps its statistics: training normalized by them, too, and other ones would
 * give the layers behind it what they do not know. It gets new ones only where one of its own is
 * NaN, infinite or below 0, with which nothing can be predicted.
 *
 * @param images how many images there were
 * @param layers what became of each layer, in order
 * @param frozen the names of those that kept their statistics
 */
public record Recalibration(long images, List<Layer> layers, List<String> frozen) {

  /** Copies the lists. */
  public Recalibration {
    layers = List.copyOf(layers);
    frozen = List.copyOf(frozen);
  }

  /**
   * What became of a layer.
   *
   * @param name as messages have it
   * @param features how many it normalizes
   * @param meanMoved how far the running mean was from the new one in the new standard deviations,
   *     the root of the mean square over the features
   * @param deviationFactor the new standard deviation in units of the old one, the geometric mean
   *     over the features
   */
  public record Layer(String name, int features, double meanMoved, double deviationFactor) {}

  /**
   * Replaces the running statistics of a model's batch normalizations.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}, which is changed
   * @param images as the model expects them, normalized if it needs that; labels do not count
   * @param progress is told after each layer
   * @throws IllegalArgumentException if it has no batch normalization but frozen ones, does not
   *     take such images, or if there are none
   */
  public static Recalibration of(Model model, ImageSource images, ProgressListener progress) {
    List<BatchNorm> batchNorms = BatchNorm.allOf(model);
    if (batchNorms.isEmpty()) {
      throw new IllegalArgumentException("the model has no batch normalization");
    }
    List<BatchNorm> replaced = batchNorms.stream().filter(Recalibration::replaces).toList();
    if (replaced.isEmpty()) {
      throw new IllegalArgumentException(
          "all of its batch normalizations are frozen, and keep the statistics that the layers"
              + " behind them were trained with");
    }
    LayerInputs inputs = new LayerInputs(model, images.shape());
    List<Layer> layers = new ArrayList<>();
    long[] seen = {0};
    for (BatchNorm batchNorm : replaced) {
      Moments found =
          inputs.moments(List.of(batchNorm), images, (task, done, total) -> seen[0] = done).get(0);
      layers.add(change(batchNorm, found));
      batchNorm.setStatistics(found.mean(), found.variance());
      progress.advanced("recalibrating", layers.size(), replaced.size());
    }
    List<String> frozen =
        batchNorms.stream().filter(each -> !replaced.contains(each)).map(BatchNorm::name).toList();
    return new Recalibration(seen[0], layers, frozen);
  }

  /** Whether a layer gets other statistics. */
  static boolean replaces(BatchNorm layer) {
    return !layer.isFrozen()
        || !DoubleStream.of(layer.mean()).allMatch(Double::isFinite)
        || !DoubleStream.of(layer.variance()).allMatch(each -> each >= 0 && Double.isFinite(each));
  }

  private static Layer change(BatchNorm before, Moments found) {
    double[] oldMean = before.mean();
    double[] oldVariance = before.variance();
    double[] mean = found.mean();
    double[] variance = found.variance();
    double squares = 0;
    double logarithms = 0;
    for (int i = 0; i < mean.length; i++) {
      double newVariance = variance[i] + before.epsilon();
      double apart = mean[i] - oldMean[i];
      squares += apart * apart / newVariance;
      logarithms += Math.log(newVariance / (oldVariance[i] + before.epsilon())) / 2;
    }
    return new Layer(
        before.name(),
        mean.length,
        Math.sqrt(squares / mean.length),
        Math.exp(logarithms / mean.length));
  }
}
