package io.bnzoo.notebook;

import io.bnzoo.chart.ChartStyle;
import io.bnzoo.chart.SmallChart;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.knowm.xchart.Histogram;

/** Pictures for a notebook, legible on a phone. */
public final class Pictures {

  /** Of a chart's points; 720 dots across are as wide as a notebook's text. */
  private static final double DOTS = 1.5;

  private static final int BINS = 40;

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
    Map<String, Color> colours = ChartStyle.colours(networks.stream().map(Trained::label).toList());
    for (Trained network : networks) {
      SortedMap<Integer, Double> curve = network.curve();
      chart.line(
          network.label(),
          List.copyOf(curve.keySet()),
          List.copyOf(curve.values()),
          colours.get(network.label()));
    }
    return chart.image(DOTS);
  }

  /**
   * The learning curves of an experiment as it was trained here, a line a seed, on logarithmic
   * steps, and beside them, thin, those recorded at full length.
   */
  public static BufferedImage curves(ExperimentResult result, RecordedLesson recorded) {
    String title = result.experiment().title();
    SmallChart chart =
        SmallChart.overBatches(title, "validation accuracy", SmallChart.Steps.LOGARITHMIC)
            .ofShares();
    List<OfVariant> variants = result.variants();
    Map<String, Color> colours =
        ChartStyle.colours(variants.stream().map(one -> one.variant().label()).toList());
    for (OfVariant variant : variants) {
      String label = variant.variant().label();
      int number = 0;
      for (SortedMap<Integer, Double> curve : recorded.curves(result.experiment().id(), label)) {
        chart.thinLine(
            label + ", recorded " + ++number,
            List.copyOf(curve.keySet()),
            List.copyOf(curve.values()),
            colours.get(label));
      }
    }
    for (OfVariant variant : variants) {
      for (Finished trial : variant.trials()) {
        draw(chart, trial, variant, colours.get(variant.variant().label()));
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

  /**
   * How something goes on with the batches.
   *
   * @param lines by name, a value for each of the batches
   */
  public static BufferedImage overBatches(
      String title, String yAxis, List<Integer> batches, Map<String, List<Double>> lines) {
    SmallChart chart = SmallChart.overBatches(title, yAxis, SmallChart.Steps.LINEAR).fromZero();
    Map<String, Color> colours = ChartStyle.colours(lines.keySet());
    lines.forEach((name, values) -> chart.line(name, batches, values, colours.get(name)));
    return chart.image(DOTS);
  }

  /**
   * How something changes over the steps of a sequence.
   *
   * @param lines by name, a value for each step
   */
  public static BufferedImage overTimeSteps(
      String title, String yAxis, Map<String, double[]> lines) {
    SmallChart chart = SmallChart.overTimeSteps(title, yAxis);
    Map<String, Color> colours = ChartStyle.colours(lines.keySet());
    lines.forEach(
        (name, values) ->
            chart.timeLine(name, DoubleStream.of(values).boxed().toList(), colours.get(name)));
    return chart.image(DOTS);
  }

  /**
   * How values are distributed, layer by layer, all over the same range, but for the outermost half
   * percent on either side.
   *
   * @param values what they are
   * @param layers values by layer, as {@link io.bnzoo.train.Probe#values} gives them
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
    Map<String, Color> colours = ChartStyle.colours(layers.keySet());
    for (Map.Entry<String, double[]> entry : layers.entrySet()) {
      List<Double> all = Arrays.stream(entry.getValue()).boxed().toList();
      List<Double> counts = new Histogram(all, bins, low, low + bins * width).getyAxisData();
      List<Double> edges = new ArrayList<>();
      List<Double> heights = new ArrayList<>();
      for (int bin = 0; bin < bins; bin++) {
        edges.addAll(List.of(low + bin * width, low + (bin + 1) * width));
        heights.addAll(Collections.nCopies(2, counts.get(bin) / (all.size() * width)));
      }
      chart.line(entry.getKey(), edges, heights, colours.get(entry.getKey()));
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
