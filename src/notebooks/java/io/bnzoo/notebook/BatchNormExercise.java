package io.bnzoo.notebook;

import static io.bnzoo.notebook.Verdict.right;
import static io.bnzoo.notebook.Verdict.wrong;

import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.notebook.Verdict.Line;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.Placement.BlockOperation;
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

  /** One hidden block: its linear layer and what follows it. */
  private record HiddenBlock(FeedForwardLayer linear, List<Layer> others) {
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

    List<BlockOperation> parts() {
      return others.stream()
          .map(
              layer -> {
                if (layer instanceof ActivationLayer) {
                  return BlockOperation.ACTIVATION;
                }
                return isNormalization(layer) ? BlockOperation.NORMALIZATION : BlockOperation.BIAS;
              })
          .toList();
    }
  }

  private BatchNormExercise() {}

  /** Whether every hidden block is linear layer without bias, batch norm, activation. */
  public static Verdict judge(MultiLayerConfiguration configuration) {
    List<HiddenBlock> blocks = blocks(configuration);
    Optional<Line> obstacle = obstacle(blocks, configuration);
    if (obstacle.isPresent()) {
      return Verdict.of(obstacle.get());
    }
    List<Line> lines = new ArrayList<>();
    lines.add(right("each of the " + blocks.size() + " hidden blocks is normalized, once"));
    lines.add(
        unless(
            blocks,
            block -> !isNormalization(block.others().get(0)),
            "it is normalized before its activation",
            block ->
                block.name()
                    + ": batch norm stands after the activation. That trains, too, but asked for is"
                    + " the paper's order: put it between the linear layer and the activation."));
    lines.add(
        unless(
            blocks,
            HiddenBlock::hasBias,
            "no linear layer has a bias that batch norm would subtract again",
            block ->
                block.name()
                    + " still has a bias. Batch norm subtracts the mean, and any constant with it;"
                    + " beta takes its place. Say setHasBias(false)."));
    lines.addAll(settings(blocks));
    return new Verdict(lines);
  }

  /**
   * The same, with batch norm by a certain layer.
   *
   * @param asked the layer's class
   */
  public static Verdict judge(MultiLayerConfiguration configuration, Class<? extends Layer> asked) {
    Verdict verdict = judge(configuration);
    return blocks(configuration).stream()
        .flatMap(block -> block.normalizations().stream())
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
      List<HiddenBlock> blocks, MultiLayerConfiguration configuration) {
    return Stream.of(
            before(configuration),
            missing(blocks),
            first(blocks, block -> block.normalizations().size() > 1, "is normalized twice"),
            first(
                blocks,
                block -> !block.parts().contains(BlockOperation.ACTIVATION),
                "has lost its activation: return that, too"),
            first(
                blocks,
                block -> block.others().size() > 2,
                "has more in it than a linear layer, batch norm and an activation"),
            first(
                blocks,
                block -> !(block.linear().getActivationFn() instanceof ActivationIdentity),
                "has an activation inside its linear layer, too: leave it to the layer after it"))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Line> first(List<HiddenBlock> blocks, Predicate<HiddenBlock> wrong, String text) {
    return blocks.stream().filter(wrong).findFirst().map(block -> wrong(block.name() + " " + text));
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

  private static Optional<Line> missing(List<HiddenBlock> blocks) {
    List<HiddenBlock> none = blocks.stream().filter(one -> one.normalizations().isEmpty()).toList();
    if (none.size() == blocks.size()) {
      return Optional.of(
          wrong("nothing is normalized yet: let both functions return three layers, not two"));
    }
    return none.stream()
        .findFirst()
        .map(
            block ->
                wrong(
                    block.name()
                        + " is not normalized. Convolutions and dense layers go through different"
                        + " functions: each of them has to add batch norm."));
  }

  /** Decay and epsilon, and how the layer keeps its parameters. */
  private static List<Line> settings(List<HiddenBlock> blocks) {
    return List.of(
        unless(
            blocks,
            block -> !settings(block).equals(TENSORFLOWS),
            "batch norm has TensorFlow's " + TENSORFLOWS,
            block -> block.name() + ": yours are " + settings(block) + "; set " + TENSORFLOWS),
        unless(
            blocks,
            block -> block.builtIn().filter(BatchNormalization::isUseLogStd).isPresent(),
            "the running variance is kept as it is",
            block ->
                block.name()
                    + ": Deeplearning4j would keep the logarithm of the standard deviation; say"
                    + " useLogStd(false) on the builder"),
        unless(
            blocks,
            block -> block.builtIn().filter(BatchNormalization::isLockGammaBeta).isPresent(),
            "gamma and beta are learnt",
            block -> block.name() + ": gamma and beta are locked; leave lockGammaBeta alone"));
  }

  private static String settings(HiddenBlock block) {
    Layer layer = block.normalizations().get(0);
    return layer instanceof LowLevelBatchNormalization byHand
        ? settings(byHand.decay(), byHand.epsilon())
        : block.builtIn().map(own -> settings(own.getDecay(), own.getEps())).orElseThrow();
  }

  private static String settings(double decay, double epsilon) {
    return "decay " + decay + " and epsilon " + epsilon;
  }

  /** Right unless a block is wrong; then the first such block is named. */
  private static Line unless(
      List<HiddenBlock> blocks, Predicate<HiddenBlock> wrong, String right, Function<HiddenBlock, String> hint) {
    return blocks.stream()
        .filter(wrong)
        .findFirst()
        .map(block -> wrong(hint.apply(block)))
        .orElseGet(() -> right(right));
  }

  /** Whether batch norm stands where it is asked for, in every hidden block. */
  public static Verdict judge(MultiLayerConfiguration configuration, Placement asked) {
    for (HiddenBlock block : blocks(configuration)) {
      if (block.hasBias() != asked.linearBias() || !block.parts().equals(asked.parts())) {
        return Verdict.of(
            wrong(
                String.format(
                    "%s is %s; asked for is %s",
                    block.name(),
                    description(block.hasBias(), block.parts()),
                    description(asked.linearBias(), asked.parts()))));
      }
    }
    return Verdict.of(
            right("every hidden block is " + description(asked.linearBias(), asked.parts())))
        .with(settings(blocks(configuration)).toArray(Line[]::new));
  }

  private static String description(boolean bias, List<BlockOperation> parts) {
    StringBuilder text =
        new StringBuilder(bias ? "linear layer with bias" : "linear layer without bias");
    for (BlockOperation part : parts) {
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

  private static List<HiddenBlock> blocks(MultiLayerConfiguration configuration) {
    List<Layer> layers =
        configuration.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
    int[] linear =
        IntStream.range(0, layers.size())
            .filter(
                i ->
                    layers.get(i) instanceof ConvolutionLayer
                        || layers.get(i) instanceof DenseLayer)
            .toArray();
    List<HiddenBlock> blocks = new ArrayList<>();
    for (int i = 0; i < linear.length; i++) {
      int end = i + 1 < linear.length ? linear[i + 1] : layers.size() - 1;
      blocks.add(
          new HiddenBlock((FeedForwardLayer) layers.get(linear[i]), layers.subList(linear[i] + 1, end)));
    }
    return blocks;
  }
}
