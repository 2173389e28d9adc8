package io.bnzoo.toolbox;

import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.Statistics;
import io.bnzoo.toolbox.LayerFigures.BatchNoise;
import io.bnzoo.toolbox.LayerFigures.LayerFit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** What images tell about a model's running statistics. */
final class DataCheck {
  static final List<Integer> BATCH_SIZES = List.of(1, 2, 8, 64);

  private static final int LARGEST_BATCH = 64;

  /** Of images whose means are kept to compare batches. */
  private static final int MOST_FOR_NOISE = 512;

  private final Model model;
  private final List<BatchNorm> batchNorms;
  private final EngineFactory engines;
  private final LabeledImages images;
  private final ImageSource source;
  private final Function<LabeledImages, ImageSource> inputs;

  /**
   * A check.
   *
   * @param inputs what the model is given for images
   * @param engines predict
   */
  DataCheck(
      Model model,
      List<BatchNorm> batchNorms,
      Function<LabeledImages, ImageSource> inputs,
      EngineFactory engines,
      LabeledImages images) {
    this.model = model;
    this.batchNorms = batchNorms;
    this.engines = engines;
    this.images = images;
    this.inputs = inputs;
    this.source = inputs.apply(images);
  }

  /**
   * What was measured.
   *
   * @param fits of each layer
   */
  record Measured(Diagnosis.DataFigures figures, List<LayerFit> fits) {}

  /** Measures accuracies and how each layer's running statistics fit. */
  Measured run(ProgressListener progress) {
    Accuracies.Shares running;
    double inverted;
    List<Diagnosis.BatchAccuracy> byBatch = new ArrayList<>();
    try (Accuracies accuracies = Accuracies.of(model, engines, images.shape())) {
      progress.advanced("predicting", 0, images.size());
      running = accuracies.shares(source, LARGEST_BATCH, Statistics.RUNNING);
      inverted =
          accuracies.accuracy(inputs.apply(inverted(images)), LARGEST_BATCH, Statistics.RUNNING);
      if (!batchNorms.isEmpty()) {
        for (int size : sizes()) {
          byBatch.add(
              new Diagnosis.BatchAccuracy(
                  size, accuracies.accuracy(source, size, Statistics.BATCH)));
        }
      }
    }
    Model copy = model;
    double recomputed = running.recognized();
    if (batchNorms.stream().anyMatch(Recalibration::replaces)) {
      copy = copy();
      Recalibration.of(copy, source, progress);
      try (Accuracies accuracies = Accuracies.of(copy, engines, images.shape())) {
        recomputed = accuracies.accuracy(source, LARGEST_BATCH, Statistics.RUNNING);
      }
    }
    return new Measured(
        new Diagnosis.DataFigures(
            images.size(),
            running.recognized(),
            recomputed,
            byBatch,
            inverted,
            running.notFinite()),
        batchNorms.isEmpty() ? List.of() : fits(BatchNorm.allOf(copy), progress));
  }

  /** One at a time, sequences have no variance, and take long. */
  private List<Integer> sizes() {
    return batchNorms.stream().anyMatch(BatchNorm::isRecurrent)
        ? List.of(LARGEST_BATCH)
        : BATCH_SIZES;
  }

  private Model copy() {
    return model instanceof MultiLayerNetwork network
        ? network.clone()
        : ((ComputationGraph) model).clone();
  }

  private static LabeledImages inverted(LabeledImages images) {
    int[] labels = IntStream.range(0, images.size()).map(images::label).toArray();
    byte[] pixels = new byte[images.size() * images.shape().size()];
    images.pixels().get(pixels);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ~pixels[i];
    }
    return new LabeledImages(images.shape(), images.classes(), pixels, labels);
  }

  /**
   * Each layer's, by what it is given now or by what it would be given once the layers before it
   * are recalibrated, whichever it fits better: a layer that is right suffers neither from those
   * before it being wrong, nor from their being changed. Of frozen ones, which recalibration
   * leaves, only the first is known, and of recurrent ones, which are given what their own running
   * statistics made of the steps before, only the second.
   */
  private List<LayerFit> fits(List<BatchNorm> recalibrated, ProgressListener progress) {
    List<BatchNorm> visited = batchNorms.stream().filter(each -> !each.isRecurrent()).toList();
    List<Moments> now = visited.stream().map(each -> new Moments(each.features())).toList();
    List<List<double[]>> means = new ArrayList<>();
    visited.forEach(each -> means.add(new ArrayList<>()));
    if (!visited.isEmpty()) {
      new LayerInputs(model, images.shape())
          .visit(
              visited,
              source,
              LARGEST_BATCH,
              progress,
              (layer, values, count) -> {
                now.get(layer).add(values, count);
                if (means.get(layer).size() < MOST_FOR_NOISE) {
                  addMeans(means.get(layer), values, count, visited.get(layer).features());
                }
              });
    }
    List<LayerFit> fits = new ArrayList<>();
    for (int i = 0; i < batchNorms.size(); i++) {
      if (batchNorms.get(i).isRecurrent()) {
        BatchNorm other = recalibrated.get(i);
        fits.add(fit(batchNorms.get(i), other.mean(), other.variance(), 1, List.of()));
        continue;
      }
      int place = visited.indexOf(batchNorms.get(i));
      Moments found = now.get(place);
      List<BatchNoise> noise = noise(means.get(place), found.variance());
      long places = found.count() / images.size();
      LayerFit asItIs = fit(batchNorms.get(i), found.mean(), found.variance(), places, noise);
      if (!Recalibration.replaces(batchNorms.get(i))) {
        fits.add(asItIs);
        continue;
      }
      BatchNorm other = recalibrated.get(i);
      LayerFit mended = fit(batchNorms.get(i), other.mean(), other.variance(), places, noise);
      fits.add(asItIs.drift() < mended.drift() ? asItIs : mended);
    }
    return fits;
  }

  private static void addMeans(List<double[]> means, float[] values, int images, int features) {
    int places = values.length / images / features;
    for (int image = 0; image < images; image++) {
      double[] mean = new double[features];
      for (int i = 0; i < features * places; i++) {
        mean[i / places] += values[image * features * places + i] / (double) places;
      }
      means.add(mean);
    }
  }

  private static LayerFit fit(
      BatchNorm layer, double[] mean, double[] variance, long places, List<BatchNoise> noise) {
    double[] runningMean = layer.mean();
    double[] runningVariance = layer.variance();
    double squares = 0;
    double logarithms = 0;
    double squaredLogarithms = 0;
    for (int i = 0; i < mean.length; i++) {
      double own = variance[i] + layer.epsilon();
      double apart = runningMean[i] - mean[i];
      double logarithm = Math.log((runningVariance[i] + layer.epsilon()) / own);
      squares += apart * apart / own;
      logarithms += logarithm;
      squaredLogarithms += logarithm * logarithm / 4;
    }
    return new LayerFit(
        Math.sqrt(squares / mean.length),
        Math.exp(logarithms / mean.length),
        Math.exp(Math.sqrt(squaredLogarithms / mean.length)),
        places,
        LayerFigures.list(mean),
        LayerFigures.list(variance),
        noise);
  }

  private static List<BatchNoise> noise(List<double[]> means, double[] variance) {
    List<BatchNoise> noise = new ArrayList<>();
    for (int size : BATCH_SIZES) {
      int batches = means.size() / size;
      if (batches >= 2) {
        noise.add(new BatchNoise(size, noise(means, variance, size, batches)));
      }
    }
    return noise;
  }

  private static double noise(List<double[]> means, double[] variance, int size, int batches) {
    double sum = 0;
    int counted = 0;
    for (int feature = 0; feature < variance.length; feature++) {
      if (variance[feature] <= 0) {
        continue;
      }
      double total = 0;
      double squares = 0;
      for (int batch = 0; batch < batches; batch++) {
        double mean = 0;
        for (int i = batch * size; i < (batch + 1) * size; i++) {
          mean += means.get(i)[feature] / size;
        }
        total += mean;
        squares += mean * mean;
      }
      double mid = total / batches;
      sum += Math.max(0, squares / batches - mid * mid) / variance[feature];
      counted++;
    }
    return counted == 0 ? 0 : Math.sqrt(sum / counted);
  }
}
