package io.bnzoo.toolbox;

import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the values in a file tell about its batch norm, without images. */
final class ValueCheck {
  /** The logarithm of a variance of 1 need not be 0 to the last bit. */
  private static final double AS_GOOD_AS_ONE = 1e-6;

  /** Of epsilon: a variance that adds nothing to it. */
  private static final double NOTHING = 1e-3;

  /** Of the layer's median gamma. */
  private static final double TINY_GAMMA = 1e-3;

  private static final double NOTICEABLE_SHARE = 0.01;

  /** Of the least that a variance can be: rounding is far above it. */
  private static final double WITHOUT_DOUBT = 0.9;

  /** Of variance and epsilon: above, the deviation is off by a factor of 1.4. */
  private static final double NOTICEABLE_OF_VARIANCE = 0.5;

  /** Of a layer's features: a few that are dead are usual behind a ReLU. */
  private static final double SOME = 0.25;

  private static final double MANY = 0.5;
  private static final double NEARLY_ALL = 0.9;

  private final Model model;
  private final LayerGraph graph;
  private final List<BatchNorm> batchNorms;
  private final int iterations;

  /** Whether the running statistics are not those of the training's steps: nothing is initial. */
  private final boolean recomputed;

  private final List<LayerFigures> figures = new ArrayList<>();

  /**
   * A check.
   *
   * @param iterations how many training steps the file counts; 0 if it does not say
   */
  ValueCheck(Model model, List<BatchNorm> batchNorms, int iterations) {
    this.model = model;
    this.graph = LayerGraph.of(model);
    this.batchNorms = batchNorms;
    this.iterations = iterations;
    this.recomputed = batchNorms.stream().anyMatch(this::isBelowItsShare);
    batchNorms.forEach(each -> figures.add(figures(each)));
  }

  static int iterations(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getLayerWiseConfigurations().getIterationCount()
        : ((ComputationGraph) model).getConfiguration().getIterationCount();
  }

  /** Those of each layer, without images. */
  List<LayerFigures> figures() {
    return List.copyOf(figures);
  }

  /** Whether nothing says that the model has ever been trained. */
  boolean isUntrained() {
    return iterations == 0
        && figures.stream().noneMatch(LayerFigures::moved)
        && batchNorms.stream()
            .allMatch(
                each ->
                    each.isLocked()
                        || (all(each.gamma(), each.initialGamma(), AS_GOOD_AS_ONE)
                            && all(each.beta(), 0, AS_GOOD_AS_ONE)));
  }

  List<Finding> findings() {
    List<Finding> found = new ArrayList<>();
    notFinite().ifPresent(found::add);
    if (isUntrained()) {
      return found;
    }
    neverUpdated().ifPresent(found::add);
    initialShare().ifPresent(found::add);
    dead().ifPresent(found::add);
    weak().ifPresent(found::add);
    constantSteps().ifPresent(found::add);
    return found;
  }

  private LayerFigures figures(BatchNorm each) {
    double[] mean = each.mean();
    double[] variance = each.variance();
    double[] gamma = each.gamma();
    boolean moved = !(all(mean, 0, 0) && all(variance, 1, AS_GOOD_AS_ONE));
    OptionalDouble share =
        iterations > 0 && !each.isFrozen() && !recomputed
            ? OptionalDouble.of(shareOfInitial(each))
            : OptionalDouble.empty();
    double[] sizes = Arrays.stream(gamma).map(Math::abs).sorted().toArray();
    double leastGamma = TINY_GAMMA * sizes[sizes.length / 2];
    int dead = 0;
    int weak = 0;
    // What an initial 1 that is mostly still there hides is not told by subtracting it.
    boolean hidden = share.orElse(0) >= NOTICEABLE_SHARE;
    for (int i = 0; i < mean.length; i++) {
      double own = hidden ? Double.POSITIVE_INFINITY : variance[i] - share.orElse(0);
      boolean constant = own <= NOTHING * each.epsilon() + NOTICEABLE_SHARE * share.orElse(0);
      if (constant || Math.abs(gamma[i]) < leastGamma) {
        dead++;
      } else if (own < each.epsilon()) {
        weak++;
      }
    }
    return new LayerFigures(
        each.name(),
        each.features(),
        each.epsilon(),
        each.decay(),
        each.isFrozen(),
        share,
        each.steps(),
        dead,
        weak,
        moved,
        LayerFigures.list(mean),
        LayerFigures.list(variance),
        LayerFigures.list(gamma),
        Optional.empty());
  }

  private double shareOfInitial(BatchNorm each) {
    return Math.pow(each.decay(), iterations);
  }

  /** Whether a running variance is less than what steps would have left of the initial 1. */
  private boolean isBelowItsShare(BatchNorm each) {
    double least = WITHOUT_DOUBT * shareOfInitial(each);
    return !each.isFrozen() && Arrays.stream(each.variance()).anyMatch(value -> value < least);
  }

  private static boolean all(double[] values, double expected, double tolerance) {
    return Arrays.stream(values).allMatch(value -> Math.abs(value - expected) <= tolerance);
  }

  private Optional<Finding> notFinite() {
    List<String> broken = new ArrayList<>();
    for (Map.Entry<String, INDArray> parameter : model.paramTable().entrySet()) {
      double[] values = parameter.getValue().dup('c').data().asDouble();
      if (!DoubleStream.of(values).allMatch(Double::isFinite)) {
        broken.add(parameter.getKey());
      }
    }
    List<BatchNorm> below =
        batchNorms.stream()
            .filter(each -> DoubleStream.of(each.variance()).anyMatch(value -> value < 0))
            .toList();
    if (broken.isEmpty() && below.isEmpty()) {
      return Optional.empty();
    }
    String evidence =
        broken.isEmpty()
            ? "There are running variances below 0, whose root is NaN."
            : String.format(
                Locale.ROOT,
                "%d of %d parameters have values that are NaN or infinite, the first is %s.",
                broken.size(),
                model.paramTable().size(),
                broken.get(0));
    List<String> layers =
        batchNorms.stream()
            .filter(
                each ->
                    below.contains(each)
                        || broken.stream().anyMatch(name -> name.startsWith(each.key() + "_")))
            .map(BatchNorm::name)
            .toList();
    boolean weights = broken.stream().anyMatch(name -> !isStatistic(name));
    return Optional.of(
        new Finding(
            Symptom.NOT_FINITE,
            Severity.ERROR,
            layers,
            evidence,
            weights
                ? "Go back to a checkpoint from before, and train with a smaller learning rate."
                : "The weights are finite: recalibrate, and train with useLogStd(false)."));
  }

  /** Whether a parameter is a running mean or variance of a batch norm. */
  private boolean isStatistic(String parameter) {
    return batchNorms.stream().anyMatch(each -> each.isStatistic(parameter));
  }

  private Optional<Finding> neverUpdated() {
    List<BatchNorm> layers = where(each -> !each.moved() && !each.frozen());
    return ConfigurationCheck.finding(
        Symptom.NEVER_UPDATED,
        Severity.ERROR,
        layers,
        first ->
            "Running mean and variance are 0 and 1 in every feature, as they were at the start"
                + (iterations > 0
                    ? String.format(Locale.ROOT, ", after a training of %,d batches.", iterations)
                    : ", though gamma or beta have moved."),
        "Recalibrate. Statistics move in fit(...) alone, and not while a layer is frozen.");
  }

  private Optional<Finding> initialShare() {
    List<BatchNorm> layers =
        where(
            each ->
                each.moved()
                    && (each.initialShare().orElse(0) >= NOTICEABLE_SHARE
                        || ofVariance(each) >= NOTICEABLE_OF_VARIANCE));
    return ConfigurationCheck.finding(
        Symptom.INITIAL_SHARE,
        Severity.WARNING,
        layers,
        first -> evidence(figuresOf(first)),
        "Recalibrate, train for longer, or take a smaller decay.");
  }

  private String evidence(LayerFigures layer) {
    double share = layer.initialShare().orElseThrow();
    return String.format(
        Locale.ROOT,
        "%.2g %% of the running statistics are the initial 0 and 1 (decay %s, %,d batches), which"
            + " is %.0f %% of the variance and epsilon of the median feature.",
        100 * share,
        layer.decay(),
        iterations,
        100 * ofVariance(layer));
  }

  /** The share of what the median feature is divided by that is the initial 1. */
  private static double ofVariance(LayerFigures layer) {
    double[] sorted = layer.variance().stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return Math.min(
        1, layer.initialShare().orElse(0) / (sorted[sorted.length / 2] + layer.epsilon()));
  }

  private Optional<Finding> dead() {
    List<BatchNorm> layers =
        where(each -> !each.isRecurrent() && each.moved() && each.dead() >= SOME * each.features());
    boolean many =
        layers.stream()
            .filter(each -> graph.before(graph.node(each.key())).isPresent())
            .map(this::figuresOf)
            .anyMatch(each -> each.dead() > MANY * each.features());
    return ConfigurationCheck.finding(
        Symptom.DEAD_FEATURES,
        many ? Severity.WARNING : Severity.NOTE,
        layers,
        first -> counted(layers, LayerFigures::dead, "are the same for every image"),
        many
            ? "Try a smaller learning rate, another initialization, or batch norm before the"
                + " activation; what is dead stays dead."
            : "Nothing: some are usual, and so are margins that are black in every image.");
  }

  private Optional<Finding> weak() {
    List<BatchNorm> layers =
        where(each -> !each.isRecurrent() && each.moved() && each.weak() >= MANY * each.features());
    return ConfigurationCheck.finding(
        Symptom.WEAK_FEATURES,
        Severity.NOTE,
        layers,
        first ->
            counted(
                layers,
                LayerFigures::weak,
                "have a variance below epsilon, so that they come out smaller than normalized, for which"
                    + " gamma can make up"),
        "A smaller epsilon, in training as well, or larger values before the layer.");
  }

  /** Of what the state gives and of the cell: inputs that begin alike are harmless. */
  private Optional<Finding> constantSteps() {
    List<BatchNorm> layers = new ArrayList<>();
    for (int i = 0; i < batchNorms.size(); i++) {
      LayerFigures each = figures.get(i);
      if (each.isRecurrent()
          && each.initialShare().orElse(0) < NOTICEABLE_SHARE
          && !batchNorms.get(i).isOfInput()
          && constantSteps(each) > 0) {
        layers.add(batchNorms.get(i));
      }
    }
    return ConfigurationCheck.finding(
        Symptom.CONSTANT_STEPS,
        Severity.NOTE,
        layers,
        first ->
            String.format(
                Locale.ROOT,
                "In the first %d of %d time steps nearly all variances are below epsilon: sequences"
                    + " begin alike, as images with a black border do. What differs there counts"
                    + " for more than it should, and gradients explode.",
                constantSteps(figuresOf(first)),
                first.steps().orElseThrow()),
        "initialStateNoise(0.1) in the next training.");
  }

  /** How many of the first time steps hardly differ from one sequence to the other. */
  private static int constantSteps(LayerFigures layer) {
    int steps = layer.steps().orElseThrow();
    int features = layer.features() / steps;
    for (int step = 0; step < steps; step++) {
      long below =
          layer.variance().subList(step * features, (step + 1) * features).stream()
              .filter(variance -> variance < layer.epsilon())
              .count();
      if (below < NEARLY_ALL * features) {
        return step;
      }
    }
    return steps;
  }

  private String counted(
      List<BatchNorm> layers, java.util.function.ToIntFunction<LayerFigures> count, String what) {
    int sum = layers.stream().map(this::figuresOf).mapToInt(count).sum();
    int features = layers.stream().mapToInt(BatchNorm::features).sum();
    return String.format(Locale.ROOT, "%,d of %,d features %s.", sum, features, what);
  }

  private LayerFigures figuresOf(BatchNorm layer) {
    return figures.get(batchNorms.indexOf(layer));
  }

  private List<BatchNorm> where(java.util.function.Predicate<LayerFigures> condition) {
    return batchNorms.stream().filter(each -> condition.test(figuresOf(each))).toList();
  }
}
