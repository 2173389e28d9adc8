package io.bnzoo.chart;

import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.train.Snapshot;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What went on inside the networks of one experiment of the lesson, side by side: of each variant
 * the first trial that was looked into.
 */
public final class InsideCharts {

  /** Of a deep network's blocks, as many are drawn as can be told apart. */
  private static final int MOST_BLOCKS = 3;

  /**
   * Charts side by side have the same scale unless their ranges differ by more than this factor.
   */
  private static final double MOST_UNLIKE = 20;

  private final ExperimentResult result;
  private final List<Finished> trials;

  public InsideCharts(ExperimentResult result) {
    this.result = result;
    this.trials = firstOfVariants(result, look -> !look.layers().isEmpty());
  }

  /** Of each variant the first trial that has such a look. */
  static List<Finished> firstOfVariants(ExperimentResult result, Predicate<Snapshot> shown) {
    return result.variants().stream()
        .flatMap(
            variant ->
                variant.trials().stream()
                    .filter(trial -> trial.result().snapshots().stream().anyMatch(shown))
                    .limit(1))
        .toList();
  }

  /** Which trials are shown. */
  public String trials() {
    return names(trials);
  }

  /** Of trials, as a sentence names them. */
  static String names(List<Finished> trials) {
    return trials.stream()
        .map(finished -> finished.trial().variant().label() + " of seed " + finished.trial().seed())
        .collect(Collectors.joining(", "));
  }

  /** A row for each figure, a picture for each variant; none where no trial was looked into. */
  public List<List<Picture>> pictures() throws IOException {
    if (trials.isEmpty()) {
      return List.of();
    }
    return List.of(
        pictures("percentiles", toOneScale(charts(this::percentiles))),
        pictures("dead", charts(this::deadUnits)),
        pictures("gradients", toOneScale(charts(this::gradientNorms))));
  }

  private List<SmallChart> charts(Function<Finished, SmallChart> drawing) {
    return trials.stream().map(drawing).toList();
  }

  private List<Picture> pictures(String kind, List<SmallChart> charts) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < charts.size(); i++) {
      String label = trials.get(i).trial().variant().label();
      pictures.add(charts.get(i).picture(String.join("-", result.experiment().id(), label, kind)));
    }
    return pictures;
  }

  /** To the same scale, unless one of them would then be flat. */
  private static List<SmallChart> toOneScale(List<SmallChart> charts) {
    List<DoubleSummaryStatistics> ranges =
        charts.stream().map(SmallChart::values).filter(one -> one.getCount() > 0).toList();
    double min = ranges.stream().mapToDouble(DoubleSummaryStatistics::getMin).min().orElse(0);
    double max = ranges.stream().mapToDouble(DoubleSummaryStatistics::getMax).max().orElse(0);
    boolean flat =
        ranges.stream().anyMatch(one -> MOST_UNLIKE * (one.getMax() - one.getMin()) < max - min);
    if (min < max && !flat) {
      charts.forEach(chart -> chart.setRange(min, max));
    }
    return charts;
  }

  private SmallChart percentiles(Finished finished) {
    SmallChart chart = chart(finished, "values before the activation", "15th to 85th percentile");
    for (BlockCurve block : blocks(finished)) {
      chart.band(
          block.name(),
          block.batches(),
          block.values(Snapshot.Layer::low),
          block.values(Snapshot.Layer::high),
          block.colour());
    }
    lines(chart, finished, Snapshot.Layer::median);
    return chart;
  }

  private SmallChart deadUnits(Finished finished) {
    SmallChart chart = chart(finished, "dead units", "share").ofShares();
    lines(chart, finished, Snapshot.Layer::dead);
    return chart;
  }

  private SmallChart gradientNorms(Finished finished) {
    SmallChart chart = chart(finished, "gradient of the weights", "norm");
    lines(chart, finished, Snapshot.Layer::gradientNorm);
    return chart;
  }

  private SmallChart chart(Finished finished, String figure, String yAxis) {
    String title = finished.trial().variant().label() + ": " + figure;
    return SmallChart.overBatches(title, yAxis, SmallChart.Steps.LINEAR, result.scale());
  }

  private static void lines(
      SmallChart chart, Finished finished, ToDoubleFunction<Snapshot.Layer> figure) {
    for (BlockCurve block : blocks(finished)) {
      chart.line(block.name(), block.batches(), block.values(figure), block.colour());
    }
  }

  /** The first, the middle and the last block, or all if there are no more. */
  private static List<BlockCurve> blocks(Finished finished) {
    List<Snapshot> snapshots = finished.result().snapshots();
    int count = snapshots.get(0).layers().size();
    List<Integer> chosen =
        count <= MOST_BLOCKS
            ? IntStream.range(0, count).boxed().toList()
            : List.of(0, count / 2, count - 1);
    List<String> names =
        chosen.stream().map(block -> snapshots.get(0).layers().get(block).name()).toList();
    Map<String, Color> colours = ChartStyle.colours(names);
    return IntStream.range(0, chosen.size())
        .mapToObj(
            i -> BlockCurve.of(names.get(i), snapshots, chosen.get(i), colours.get(names.get(i))))
        .toList();
  }

  /** One block over a training, as far as it has numbers. */
  private record BlockCurve(
      String name, List<Integer> batches, List<Snapshot.Layer> layers, Color colour) {
    static BlockCurve of(String name, List<Snapshot> snapshots, int block, Color colour) {
      List<Snapshot> finite =
          snapshots.stream().filter(snapshot -> isFinite(snapshot.layers().get(block))).toList();
      return new BlockCurve(
          name,
          finite.stream().map(snapshot -> snapshot.batch() + 1).toList(),
          finite.stream().map(snapshot -> snapshot.layers().get(block)).toList(),
          colour);
    }

    private static boolean isFinite(Snapshot.Layer layer) {
      return Double.isFinite(layer.low() + layer.median() + layer.high() + layer.gradientNorm());
    }

    List<Double> values(ToDoubleFunction<Snapshot.Layer> figure) {
      return layers.stream().map(figure::applyAsDouble).toList();
    }
  }
}
