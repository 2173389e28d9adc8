package io.bnzoo.notebook;

import static io.bnzoo.notebook.Verdict.right;
import static io.bnzoo.notebook.Verdict.wrong;

import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.notebook.Verdict.Line;
import io.bnzoo.spec.Normalization;
import io.bnzoo.spec.Placement;
import io.bnzoo.spec.Placement.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Corrects the exercise of adding batch norm to a network of the zoo. */
public final class BatchNormExercise {

  /** A network that does not learn stays near 0.1; one that does is well above this. */
  private static final double LEARNT = 0.9;

  /** One hidden stage: its affine map and what follows it. */
  private record Stage(Layer affine, List<Layer> others) {
    String name() {
      return affine.getLayerName();
    }

    boolean hasBias() {
      return affine instanceof ConvolutionLayer convolution
          ? convolution.hasBias()
          : ((DenseLayer) affine).hasBias();
    }

    List<Layer> normalizations() {
      return others.stream().filter(BatchNormExercise::isNormalization).toList();
    }

    List<Part> parts() {
      return others.stream()
          .map(
              layer -> {
                if (layer instanceof ActivationLayer) {
                  return Part.ACTIVATION;
                }
                return isNormalization(layer) ? Part.NORMALIZATION : Part.BIAS;
              })
          .toList();
    }
  }

  private BatchNormExercise() {}

  /** Whether every hidden stage is affine map without bias, batch norm, activation. */
  public static Verdict judge(MultiLayerConfiguration configuration) {
    List<Stage> stages = stages(configuration);
    List<Line> lines = new ArrayList<>();
    Optional<Line> missing = missing(stages);
    if (missing.isPresent()) {
      return Verdict.of(missing.get());
    }
    lines.add(right("each of the " + stages.size() + " hidden stages is normalized, once"));
    lines.add(
        unless(
            stages,
            stage -> !isNormalization(stage.others().get(0)),
            "it is normalized before its activation",
            stage ->
                stage.name()
                    + ": batch norm stands after the activation. That trains, too, but asked for is"
                    + " the paper's order: put it between the affine map and the activation."));
    lines.add(
        unless(
            stages,
            stage -> !stage.parts().contains(Part.ACTIVATION),
            "it still has its activation",
            stage -> stage.name() + ": the activation is missing from the list you return"));
    lines.add(
        unless(
            stages,
            Stage::hasBias,
            "no affine map has a bias that batch norm would subtract again",
            stage ->
                stage.name()
                    + " still has a bias. Batch norm subtracts the mean, and any constant with it;"
                    + " beta takes its place. Say setHasBias(false)."));
    lines.addAll(settings(stages));
    return new Verdict(lines);
  }

  private static Optional<Line> missing(List<Stage> stages) {
    List<Stage> none = stages.stream().filter(one -> one.normalizations().isEmpty()).toList();
    if (none.size() == stages.size()) {
      return Optional.of(
          wrong("nothing is normalized yet: let both functions return three layers, not two"));
    }
    if (!none.isEmpty()) {
      return Optional.of(
          wrong(
              none.get(0).name()
                  + " is not normalized. Convolutions and dense layers go through different"
                  + " functions: each of them has to add batch norm."));
    }
    return stages.stream()
        .filter(stage -> stage.normalizations().size() > 1)
        .findFirst()
        .map(stage -> wrong(stage.name() + " is normalized more than once"));
  }

  /** Decay and epsilon, and how the variance is kept. */
  private static List<Line> settings(List<Stage> stages) {
    String tensorFlows =
        String.format(
            Locale.ROOT,
            "decay %s and epsilon %s",
            Normalization.TENSORFLOW_DECAY,
            Normalization.TENSORFLOW_EPSILON);
    return List.of(
        unless(
            stages,
            stage -> !hasTensorFlowsSettings(stage.normalizations().get(0)),
            "batch norm has TensorFlow's " + tensorFlows,
            stage ->
                stage.name()
                    + ": Deeplearning4j's own defaults are decay 0.9 and epsilon 1e-5; set "
                    + tensorFlows
                    + " on the builder"),
        unless(
            stages,
            stage ->
                stage.normalizations().get(0) instanceof BatchNormalization layer
                    && layer.isUseLogStd(),
            "the population variance is kept as it is",
            stage ->
                stage.name()
                    + ": Deeplearning4j would keep the logarithm of the standard deviation; say"
                    + " useLogStd(false) on the builder"));
  }

  private static boolean hasTensorFlowsSettings(Layer layer) {
    double decay;
    double epsilon;
    if (layer instanceof BatchNormalization builtIn) {
      decay = builtIn.getDecay();
      epsilon = builtIn.getEps();
    } else {
      LowLevelBatchNormalization byHand = (LowLevelBatchNormalization) layer;
      decay = byHand.decay();
      epsilon = byHand.epsilon();
    }
    return decay == Normalization.TENSORFLOW_DECAY && epsilon == Normalization.TENSORFLOW_EPSILON;
  }

  /** Right unless a stage is wrong; then the first such stage is named. */
  private static Line unless(
      List<Stage> stages, Predicate<Stage> wrong, String right, Function<Stage, String> hint) {
    return stages.stream()
        .filter(wrong)
        .findFirst()
        .map(stage -> wrong(hint.apply(stage)))
        .orElseGet(() -> right(right));
  }

  /** Whether batch norm stands where it is asked for, in every hidden stage. */
  public static Verdict judge(MultiLayerConfiguration configuration, Placement asked) {
    for (Stage stage : stages(configuration)) {
      if (stage.hasBias() != asked.affineBias() || !stage.parts().equals(asked.parts())) {
        return Verdict.of(
            wrong(
                String.format(
                    "%s is %s; asked for is %s",
                    stage.name(),
                    description(stage.hasBias(), stage.parts()),
                    description(asked.affineBias(), asked.parts()))));
      }
    }
    return Verdict.of(
        right("every hidden stage is " + description(asked.affineBias(), asked.parts())));
  }

  private static String description(boolean bias, List<Part> parts) {
    StringBuilder text =
        new StringBuilder(bias ? "affine map with bias" : "affine map without bias");
    for (Part part : parts) {
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
    Line learns =
        trained.test() >= LEARNT
            ? right(String.format(Locale.ROOT, "it recognizes %.1f %%", 100 * trained.test()))
            : wrong(
                String.format(
                    Locale.ROOT,
                    "it recognizes %.1f %%. Without batch norm this network stays near 10 %%, with"
                        + " it more than 90 %% are due after 800 batches.",
                    100 * trained.test()));
    Line singly =
        trained.result().finals().orElseThrow().singlesDisagree()
            ? wrong(
                String.format(
                    Locale.ROOT,
                    "of the first test images it recognizes %.2f together and %.2f one at a time:"
                        + " inference does not use the population statistics",
                    trained.together(),
                    trained.singly()))
            : right("images fed one at a time are recognized as they are in a batch");
    return Verdict.of(learns, singly);
  }

  private static boolean isNormalization(Layer layer) {
    return layer instanceof BatchNormalization || layer instanceof LowLevelBatchNormalization;
  }

  private static List<Stage> stages(MultiLayerConfiguration configuration) {
    List<Layer> layers =
        configuration.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
    int[] affine =
        IntStream.range(0, layers.size())
            .filter(
                i ->
                    layers.get(i) instanceof ConvolutionLayer
                        || layers.get(i) instanceof DenseLayer)
            .toArray();
    List<Stage> stages = new ArrayList<>();
    for (int i = 0; i < affine.length; i++) {
      int end = i + 1 < affine.length ? affine[i + 1] : layers.size() - 1;
      stages.add(new Stage(layers.get(affine[i]), layers.subList(affine[i] + 1, end)));
    }
    return stages;
  }
}
