package io.bnzoo.toolbox;

import io.bnzoo.data.ImageSource;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.RecurrentStatistics;
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
 * <p>The statistics of a {@link BatchNormLstm}, one set for each time step, are recomputed first,
 * by {@link RecurrentStatistics}: the images go through the model as in training, without dropout,
 * in batches as large as memory allows.
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
    if (batchNorms.isEmpty() && RecurrentRecalibration.isFor(model)) {
      RecurrentRecalibration.of(model, images, progress); // Which says why it cannot.
    }
    if (batchNorms.isEmpty()) {
      throw new IllegalArgumentException("the model has no batch normalization");
    }
    List<BatchNorm> replaced = batchNorms.stream().filter(Recalibration::replaces).toList();
    if (replaced.isEmpty()) {
      throw new IllegalArgumentException(
          "all of its batch normalizations are frozen, and keep the statistics that the layers"
              + " behind them were trained with");
    }
    List<Layer> layers = new ArrayList<>();
    long[] seen = {0};
    List<BatchNorm> recurrent = replaced.stream().filter(BatchNorm::isRecurrent).toList();
    if (!recurrent.isEmpty()) {
      List<Statistics> before = recurrent.stream().map(Statistics::of).toList();
      seen[0] = RecurrentRecalibration.of(model, images, progress);
      for (int i = 0; i < before.size(); i++) {
        layers.add(change(recurrent.get(i), before.get(i), Statistics.of(recurrent.get(i))));
      }
    }
    List<BatchNorm> others = replaced.stream().filter(each -> !each.isRecurrent()).toList();
    LayerInputs inputs = new LayerInputs(model, images.shape());
    for (BatchNorm batchNorm : others) {
      Moments found =
          inputs.moments(List.of(batchNorm), images, (task, done, total) -> seen[0] = done).get(0);
      Statistics now = new Statistics(found.mean(), found.variance());
      layers.add(change(batchNorm, Statistics.of(batchNorm), now));
      batchNorm.setStatistics(now.mean, now.variance);
      progress.advanced("recalibrating", layers.size(), replaced.size());
    }
    List<String> frozen =
        batchNorms.stream().filter(each -> !replaced.contains(each)).map(BatchNorm::name).toList();
    return new Recalibration(seen[0], layers, frozen);
  }

  /** Whether a layer gets other statistics. */
  static boolean replaces(BatchNorm layer) {
    return !layer.isFrozen() || (!layer.isRecurrent() && isBroken(layer));
  }

  private static boolean isBroken(BatchNorm layer) {
    return !DoubleStream.of(layer.mean()).allMatch(Double::isFinite)
        || !DoubleStream.of(layer.variance()).allMatch(each -> each >= 0 && Double.isFinite(each));
  }

  /** What a layer has, or is to have. */
  private static final class Statistics {
    private final double[] mean;
    private final double[] variance;

    Statistics(double[] mean, double[] variance) {
      this.mean = mean;
      this.variance = variance;
    }

    static Statistics of(BatchNorm layer) {
      return new Statistics(layer.mean(), layer.variance());
    }
  }

  private static Layer change(BatchNorm layer, Statistics before, Statistics now) {
    int features = layer.features();
    double squares = 0;
    double logarithms = 0;
    for (int i = 0; i < features; i++) {
      double variance = now.variance[i] + layer.epsilon();
      double apart = now.mean[i] - before.mean[i];
      squares += apart * apart / variance;
      logarithms += Math.log(variance / (before.variance[i] + layer.epsilon())) / 2;
    }
    return new Layer(
        layer.name(), features, Math.sqrt(squares / features), Math.exp(logarithms / features));
  }
}
