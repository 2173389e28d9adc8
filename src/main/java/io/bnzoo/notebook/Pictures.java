package io.bnzoo.notebook;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import io.bnzoo.report.ChartStyle;
import io.bnzoo.report.SmallChart;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.knowm.xchart.Histogram;

/** Pictures for a notebook, legible on a phone. */
public final class Pictures {

  /** Of a chart's points; 720 dots across are as wide as a notebook's text. */
  private static final double DOTS = 1.5;

  private static final int BINS = 40;

  /** As many names have room beside each other in a legend. */
  private static final int MOST_SIDE_BY_SIDE = 3;

  /** What lies beyond these percentiles would leave a histogram no room. */
  private static final double LOWEST = 0.5;

  private static final double HIGHEST = 99.5;

  private Pictures() {}

  /** Images beside each other, each above the digit it shows. */
  public static BufferedImage digits(LabeledImages images) {
    return new DigitSheet(images, IntStream.range(0, images.size()).map(images::label).toArray())
        .image();
  }

  /** Images beside each other, each above the digit it is taken for; mistakes are marked. */
  public static BufferedImage digits(LabeledImages images, int[] predicted) {
    return new DigitSheet(images, predicted).image();
  }

  /** The learning curves of networks on the validation set. */
  public static BufferedImage curves(List<Trained> networks) {
    SmallChart chart =
        SmallChart.overBatches("Validation accuracy", "accuracy", SmallChart.Steps.LINEAR)
            .ofShares();
    if (networks.size() > MOST_SIDE_BY_SIDE) {
      chart.withTallLegend();
    }
    for (int i = 0; i < networks.size(); i++) {
      SortedMap<Integer, Double> curve = networks.get(i).curve();
      chart.line(
          networks.get(i).label(), List.copyOf(curve.keySet()), List.copyOf(curve.values()), i);
    }
    return chart.image(DOTS);
  }

  /**
   * The learning curves of an experiment as it was trained here, a line a seed, on logarithmic
   * steps, and beside them, thin and with their range, the mean of those recorded at full length.
   */
  public static BufferedImage curves(ExperimentResult result, RecordedLesson recorded) {
    String title = result.experiment().title();
    SmallChart chart =
        SmallChart.overBatches(title, "validation accuracy", SmallChart.Steps.LOGARITHMIC)
            .ofShares();
    List<OfVariant> variants = result.variants();
    for (int i = 0; i < variants.size(); i++) {
      String label = variants.get(i).variant().label();
      Color colour = ChartStyle.colour(i);
      SortedMap<Integer, Spread> full =
          Spread.overSeeds(recorded.curves(result.experiment().id(), label));
      List<Integer> batches = List.copyOf(full.keySet());
      chart.band(label, batches, values(full, Spread::min), values(full, Spread::max), colour);
      chart.thinLine(label + ", recorded", batches, values(full, Spread::mean), colour);
    }
    for (int i = 0; i < variants.size(); i++) {
      for (Finished trial : variants.get(i).trials()) {
        draw(chart, trial, variants.get(i), ChartStyle.colour(i));
      }
    }
    return chart.image(DOTS);
  }

  /** The first trial of a variant has its name in the legend. */
  private static void draw(SmallChart chart, Finished trial, OfVariant variant, Color colour) {
    List<Integer> batches = List.copyOf(trial.curve().keySet());
    List<Double> accuracies = List.copyOf(trial.curve().values());
    if (trial.equals(variant.trials().get(0))) {
      chart.line(variant.variant().label(), batches, accuracies, colour);
    } else {
      chart.unnamedLine(trial.trial().name(), batches, accuracies, colour);
    }
  }

  private static List<Double> values(
      SortedMap<Integer, Spread> points, Function<Spread, Double> figure) {
    return points.values().stream().map(figure).toList();
  }

  /**
   * How something goes on with the batches.
   *
   * @param lines by name, a value for each of the batches
   */
  public static BufferedImage overBatches(
      String title, String yAxis, List<Integer> batches, Map<String, List<Double>> lines) {
    SmallChart chart = SmallChart.overBatches(title, yAxis, SmallChart.Steps.LINEAR).fromZero();
    int position = 0;
    for (Map.Entry<String, List<Double>> line : lines.entrySet()) {
      chart.line(line.getKey(), batches, line.getValue(), position++);
    }
    return chart.image(DOTS);
  }

  /**
   * How values are distributed, layer by layer, all over the same range, but for the outermost half
   * percent on either side.
   *
   * @param values what they are
   * @param layers values by layer, as {@link io.bnzoo.diagnostics.Probe#values} gives them
   */
  public static BufferedImage histograms(
      String title, String values, Map<String, double[]> layers) {
    SmallChart chart = SmallChart.ofDistributions(title, values);
    DoubleSummaryStatistics range =
        layers.values().stream().flatMapToDouble(Pictures::bulk).summaryStatistics();
    double width = round((range.getMax() - range.getMin()) / BINS);
    // The axis has a number at every other bin, and 0 should be one of them.
    double low = Math.floor(range.getMin() / (2 * width)) * 2 * width;
    int bins = Math.max(1, (int) Math.ceil((range.getMax() - low) / width));
    int layer = 0;
    for (Map.Entry<String, double[]> entry : layers.entrySet()) {
      List<Double> all = Arrays.stream(entry.getValue()).boxed().toList();
      List<Double> counts = new Histogram(all, bins, low, low + bins * width).getyAxisData();
      List<Double> edges = new ArrayList<>();
      List<Double> heights = new ArrayList<>();
      for (int bin = 0; bin < bins; bin++) {
        edges.addAll(List.of(low + bin * width, low + (bin + 1) * width));
        heights.addAll(Collections.nCopies(2, counts.get(bin) / (all.size() * width)));
      }
      chart.line(entry.getKey(), edges, heights, ChartStyle.colour(layer++));
    }
    return chart.image(DOTS);
  }

  /** The next larger of 1, 2 and 5 times a power of ten; 1 for what is no positive number. */
  private static double round(double width) {
    if (!(width > 0)) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(width)));
    return DoubleStream.of(1, 2, 5, 10)
        .map(factor -> factor * power)
        .filter(rounded -> rounded >= width)
        .findFirst()
        .orElseThrow();
  }

  /** The values between which nearly all lie. */
  private static DoubleStream bulk(double[] values) {
    Percentile percentile = new Percentile();
    percentile.setData(values);
    return DoubleStream.of(percentile.evaluate(LOWEST), percentile.evaluate(HIGHEST));
  }

  /** Pictures of the same width below each other. */
  public static BufferedImage stacked(BufferedImage... pictures) {
    List<BufferedImage> all = List.of(pictures);
    int width = all.stream().mapToInt(BufferedImage::getWidth).max().orElse(1);
    int height = all.stream().mapToInt(BufferedImage::getHeight).sum();
    BufferedImage stack = new BufferedImage(width, Math.max(1, height), BufferedImage.TYPE_INT_RGB);
    var graphics = stack.createGraphics();
    int top = 0;
    for (BufferedImage picture : all) {
      graphics.drawImage(picture, 0, top, null);
      top += picture.getHeight();
    }
    graphics.dispose();
    return stack;
  }
}
