package io.bnzoo.notebook;

import static io.bnzoo.notebook.Verdict.right;
import static io.bnzoo.notebook.Verdict.wrong;

import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.notebook.Verdict.Line;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.Placement.StageOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** Corrects the exercise of adding batch norm to a network of the zoo. */
public final class BatchNormExercise {

  /** A network that does not learn stays near 0.1; one that does is well above this. */
  private static final double LEARNT = 0.9;

  /** After so many batches it should have. */
  private static final int DUE = 800;

  private static final String TENSORFLOWS =
      settings(Normalization.TENSORFLOW_DECAY, Normalization.TENSORFLOW_EPSILON);

  /** One hidden stage: its linear layer and what follows it. */
  private record HiddenStage(FeedForwardLayer linear, List<Layer> others) {
    String name() {
      return linear.getLayerName();
    }

    boolean hasBias() {
      return linear instanceof ConvolutionLayer convolution
          ? convolution.hasBias()
          : ((DenseLayer) linear).hasBias();
    }

    List<Layer> normalizations() {
      return others.stream().filter(BatchNormExercise::isNormalization).toList();
    }

    Optional<BatchNormalization> builtIn() {
      return normalizations().stream()
          .filter(BatchNormalization.class::isInstance)
          .map(BatchNormalization.class::cast)
          .findFirst();
    }

    List<StageOperation> parts() {
      return others.stream()
          .map(
              layer -> {
                if (layer instanceof ActivationLayer) {
                  return StageOperation.ACTIVATION;
                }
                return isNormalization(layer) ? StageOperation.NORMALIZATION : StageOperation.BIAS;
              })
          .toList();
    }
  }

  private BatchNormExercise() {}

  /** Whether every hidden stage is linear layer without bias, batch norm, activation. */
  public static Verdict judge(MultiLayerConfiguration configuration) {
    List<HiddenStage> stages = stages(configuration);
    Optional<Line> obstacle = obstacle(stages, configuration);
    if (obstacle.isPresent()) {
      return Verdict.of(obstacle.get());
    }
    List<Line> lines = new ArrayList<>();
    lines.add(right("each of the " + stages.size() + " hidden stages is normalized, once"));
    lines.add(
        unless(
            stages,
            stage -> !isNormalization(stage.others().get(0)),
            "it is normalized before its activation",
            stage ->
                stage.name()
                    + ": batch norm stands after the activation. That trains, too, but asked for is"
                    + " the paper's order: put it between the linear layer and the activation."));
    lines.add(
        unless(
            stages,
            HiddenStage::hasBias,
            "no linear layer has a bias that batch norm would subtract again",
            stage ->
                stage.name()
                    + " still has a bias. Batch norm subtracts the mean, and any constant with it;"
                    + " beta takes its place. Say setHasBias(false)."));
    lines.addAll(settings(stages));
    return new Verdict(lines);
  }

  /**
   * The same, with batch norm by a certain layer.
   *
   * @param asked the layer's class
   */
  public static Verdict judge(MultiLayerConfiguration configuration, Class<? extends Layer> asked) {
    Verdict verdict = judge(configuration);
    return stages(configuration).stream()
        .flatMap(stage -> stage.normalizations().stream())
        .filter(layer -> !asked.isInstance(layer))
        .findFirst()
        .map(
            layer ->
                verdict.with(
                    wrong(
                        layer.getLayerName()
                            + " is a "
                            + layer.getClass().getSimpleName()
                            + "; asked for is "
                            + asked.getSimpleName())))
        .orElse(verdict);
  }

  /** What has to be put right before anything else is worth a look. */
  private static Optional<Line> obstacle(
      List<HiddenStage> stages, MultiLayerConfiguration configuration) {
    return Stream.of(
            before(configuration),
            missing(stages),
            first(stages, stage -> stage.normalizations().size() > 1, "is normalized twice"),
            first(
                stages,
                stage -> !stage.parts().contains(StageOperation.ACTIVATION),
                "has lost its activation: return that, too"),
            first(
                stages,
                stage -> stage.others().size() > 2,
                "has more in it than a linear layer, batch norm and an activation"),
            first(
                stages,
                stage -> !(stage.linear().getActivationFn() instanceof ActivationIdentity),
                "has an activation inside its linear layer, too: leave it to the layer after it"))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Line> first(List<HiddenStage> stages, Predicate<HiddenStage> wrong, String text) {
    return stages.stream().filter(wrong).findFirst().map(stage -> wrong(stage.name() + " " + text));
  }

  /** A layer that is named after a linear layer stands before it. */
  private static Optional<Line> before(MultiLayerConfiguration configuration) {
    List<String> names =
        configuration.getConfs().stream().map(conf -> conf.getLayer().getLayerName()).toList();
    for (int i = 0; i < names.size(); i++) {
      String linear = names.get(i).substring(0, Math.max(0, names.get(i).indexOf('-')));
      if (names.indexOf(linear) > i) {
        return Optional.of(
            wrong(linear + ": " + names.get(i) + " stands before the linear layer, not behind it"));
      }
    }
    return Optional.empty();
  }

  private static Optional<Line> missing(List<HiddenStage> stages) {
    List<HiddenStage> none = stages.stream().filter(one -> one.normalizations().isEmpty()).toList();
    if (none.size() == stages.size()) {
      return Optional.of(
          wrong("nothing is normalized yet: let both functions return three layers, not two"));
    }
    return none.stream()
        .findFirst()
        .map(
            stage ->
                wrong(
                    stage.name()
                        + " is not normalized. Convolutions and dense layers go through different"
                        + " functions: each of them has to add batch norm."));
  }

  /** Decay and epsilon, and how the layer keeps its parameters. */
  private static List<Line> settings(List<HiddenStage> stages) {
    return List.of(
        unless(
            stages,
            stage -> !settings(stage).equals(TENSORFLOWS),
            "batch norm has TensorFlow's " + TENSORFLOWS,
            stage -> stage.name() + ": yours are " + settings(stage) + "; set " + TENSORFLOWS),
        unless(
            stages,
            stage -> stage.builtIn().filter(BatchNormalization::isUseLogStd).isPresent(),
            "the running variance is kept as it is",
            stage ->
                stage.name()
                    + ": Deeplearning4j would keep the logarithm of the standard deviation; say"
                    + " useLogStd(false) on the builder"),
        unless(
            stages,
            stage -> stage.builtIn().filter(BatchNormalization::isLockGammaBeta).isPresent(),
            "gamma and beta are learnt",
            stage -> stage.name() + ": gamma and beta are locked; leave lockGammaBeta alone"));
  }

  private static String settings(HiddenStage stage) {
    Layer layer = stage.normalizations().get(0);
    return layer instanceof LowLevelBatchNormalization byHand
        ? settings(byHand.decay(), byHand.epsilon())
        : stage.builtIn().map(own -> settings(own.getDecay(), own.getEps())).orElseThrow();
  }

  private static String settings(double decay, double epsilon) {
    return "decay " + decay + " and epsilon " + epsilon;
  }

  /** Right unless a stage is wrong; then the first such stage is named. */
  private static Line unless(
      List<HiddenStage> stages, Predicate<HiddenStage> wrong, String right, Function<HiddenStage, String> hint) {
    return stages.stream()
        .filter(wrong)
        .findFirst()
        .map(stage -> wrong(hint.apply(stage)))
        .orElseGet(() -> right(right));
  }

  /** Whether batch norm stands where it is asked for, in every hidden stage. */
  public static Verdict judge(MultiLayerConfiguration configuration, Placement asked) {
    for (HiddenStage stage : stages(configuration)) {
      if (stage.hasBias() != asked.linearBias() || !stage.parts().equals(asked.parts())) {
        return Verdict.of(
            wrong(
                String.format(
                    "%s is %s; asked for is %s",
                    stage.name(),
                    description(stage.hasBias(), stage.parts()),
                    description(asked.linearBias(), asked.parts()))));
      }
    }
    return Verdict.of(
            right("every hidden stage is " + description(asked.linearBias(), asked.parts())))
        .with(settings(stages(configuration)).toArray(Line[]::new));
  }

  private static String description(boolean bias, List<StageOperation> parts) {
    StringBuilder text =
        new StringBuilder(bias ? "linear layer with bias" : "linear layer without bias");
    for (StageOperation part : parts) {
      text.append(
          switch (part) {
            case NORMALIZATION -> ", batch norm";
            case ACTIVATION -> ", activation";
            case BIAS -> ", bias";
          });
    }
    return text.toString();
  }

  /** Whether a training shows that batch norm works, in training and in inference. */
  public static Verdict judge(Trained trained) {
    Line learns = learns(trained.test(), trained.plan().batches());
    Line singly =
        trained.result().finals().orElseThrow().singlesDisagree()
            ? wrong(
                String.format(
                    Locale.ROOT,
                    "of the first test images it recognizes %.2f together and %.2f one at a time:"
                        + " inference does not use the running statistics",
                    trained.together(),
                    trained.singly()))
            : right("images fed one at a time are recognized as they are in a batch");
    return Verdict.of(learns, singly);
  }

  private static Line learns(double share, int batches) {
    String found =
        String.format(Locale.ROOT, "it recognizes %.1f %% after %d batches", 100 * share, batches);
    if (share >= LEARNT) {
      return right(found);
    }
    return batches < DUE
        ? right(found + ", too early to tell: " + DUE + " are asked for")
        : wrong(
            found
                + ". Without batch norm this network stays near 10 %, with it more than 90 % is expected.");
  }

  private static boolean isNormalization(Layer layer) {
    return layer instanceof BatchNormalization || layer instanceof LowLevelBatchNormalization;
  }

  private static List<HiddenStage> stages(MultiLayerConfiguration configuration) {
    List<Layer> layers =
        configuration.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
    int[] linear =
        IntStream.range(0, layers.size())
            .filter(
                i ->
                    layers.get(i) instanceof ConvolutionLayer
                        || layers.get(i) instanceof DenseLayer)
            .toArray();
    List<HiddenStage> stages = new ArrayList<>();
    for (int i = 0; i < linear.length; i++) {
      int end = i + 1 < linear.length ? linear[i + 1] : layers.size() - 1;
      stages.add(
          new HiddenStage((FeedForwardLayer) layers.get(linear[i]), layers.subList(linear[i] + 1, end)));
    }
    return stages;
  }
}
