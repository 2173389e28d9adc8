package io.bnzoo.toolbox;

import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import io.bnzoo.toolbox.LayerGraph.Node;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.learning.regularization.Regularization;

/** What the configuration of a model tells about its batch norm, without a look at a value. */
final class ConfigurationCheck {
  /** Below, less than some 20 batches are what the running statistics average over. */
  private static final double SHORTEST_DECAY = 0.95;

  private static final double LEAST_EPSILON = 1e-7;
  private static final double LARGEST_EPSILON = 0.1;

  /** Of the starts that were published, 0.3 learns nearly as 0.1 does, and 0.5 does not. */
  private static final double LARGEST_GAMMA = 0.4;

  private final LayerGraph graph;
  private final List<BatchNorm> batchNorms;

  /** Those that are layers by themselves. */
  private final List<BatchNorm> layers;

  private ConfigurationCheck(Model model, List<BatchNorm> batchNorms) {
    this.graph = LayerGraph.of(model);
    this.batchNorms = batchNorms;
    this.layers = batchNorms.stream().filter(each -> !each.isRecurrent()).toList();
  }

  static List<Finding> of(Model model, List<BatchNorm> batchNorms) {
    ConfigurationCheck check = new ConfigurationCheck(model, batchNorms);
    return Stream.of(
            check.clippedStatistics(),
            check.sequences(),
            check.ignoredLock(),
            check.dropoutBefore(),
            check.leftoverSigmoid(),
            check.decayedGamma(),
            check.epsilon(),
            check.shortWindow(),
            check.redundantBias(),
            check.fullBatch(),
            check.logDeviation(),
            check.sharedStatistics(),
            check.largeGamma())
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Finding> clippedStatistics() {
    List<BatchNorm> clipped = stock(ConfigurationCheck::isClipped);
    return finding(
        Symptom.CLIPPED_STATISTICS,
        Severity.WARNING,
        clipped,
        first ->
            String.format(
                Locale.ROOT,
                "gradientNormalization is %s with threshold %s, and Deeplearning4j's own engine"
                    + " applies it to the steps of the running statistics as well, so that they"
                    + " lag behind or never arrive.",
                ((BatchNormalization) first.configuration()).getGradientNormalization(),
                ((BatchNormalization) first.configuration()).getGradientNormalizationThreshold()),
        "Set gradientNormalization(GradientNormalization.None) on the batch norm layers, or train"
            + " on the fast engine, which leaves running statistics alone; recalibrate this file.");
  }

  private static boolean isClipped(BatchNormalization layer) {
    GradientNormalization kind = layer.getGradientNormalization();
    return kind != null && kind != GradientNormalization.None;
  }

  private Optional<Finding> sequences() {
    return finding(
        Symptom.SEQUENCES,
        Severity.ERROR,
        all(this::isGivenSequences),
        first ->
            "It is given sequences, of rank 3, which Deeplearning4j's BatchNormalization takes for"
                + " one image: training throws, and predictions pass over the wrong axis.",
        "Normalize before the sequence is formed, or put an RnnToFeedForwardPreProcessor before the"
            + " layer and a FeedForwardToRnnPreProcessor behind it.");
  }

  private boolean isGivenSequences(Node node) {
    if (node.preprocessor().isPresent()) {
      Class<?> type = node.preprocessor().get().getClass();
      return type == FeedForwardToRnnPreProcessor.class || type == CnnToRnnPreProcessor.class;
    }
    Optional<Node> before = graph.before(node);
    while (before.filter(each -> each.is(ActivationLayer.class, DropoutLayer.class)).isPresent()) {
      before = before.flatMap(graph::before);
    }
    return before
        .filter(
            each ->
                each.is(
                    BaseRecurrentLayer.class,
                    Bidirectional.class,
                    Convolution1DLayer.class,
                    Subsampling1DLayer.class,
                    EmbeddingSequenceLayer.class))
        .filter(each -> !(each.preprocessor().orElse(null) instanceof RnnToFeedForwardPreProcessor))
        .isPresent();
  }

  private Optional<Finding> ignoredLock() {
    return finding(
        Symptom.IGNORED_LOCK,
        Severity.WARNING,
        stock(
            layer -> layer.isLockGammaBeta() && (layer.getGamma() != 1) != (layer.getBeta() != 0)),
        first ->
            String.format(
                Locale.ROOT,
                "lockGammaBeta has gamma %s and beta %s; Deeplearning4j applies them only if gamma"
                    + " is not 1 and beta is not 0, so here it applies neither.",
                ((BatchNormalization) first.configuration()).getGamma(),
                ((BatchNormalization) first.configuration()).getBeta()),
        "Leave gamma and beta unlocked, or lock both to other values than 1 and 0.");
  }

  private Optional<Finding> dropoutBefore() {
    return finding(
        Symptom.DROPOUT_BEFORE,
        Severity.WARNING,
        all(node -> dropoutBefore(node).isPresent()),
        first ->
            "Dropout in "
                + dropoutBefore(graph.node(first.key())).orElseThrow()
                + " adds to the variance in training and not in inference, so that the running"
                + " variance is that of noisier values than the layer is given.",
        "Put dropout behind the last batch norm, or recalibrate: without dropout the statistics are"
            + " those of inference.");
  }

  /** The nearest layer with dropout between a batch norm and the one before it, in words. */
  private Optional<String> dropoutBefore(Node node) {
    Optional<Node> each = graph.before(node);
    while (each.isPresent() && !each.get().is(BatchNormalization.class) && !isByHand(each.get())) {
      Node found = each.get();
      Optional<IDropout> dropout =
          found.is(DropoutLayer.class, DenseLayer.class, ConvolutionLayer.class)
              ? found.layer().map(Layer::getIDropout)
              : Optional.empty();
      if (dropout.isPresent()) {
        return Optional.of(
            dropout.get() instanceof Dropout usual
                ? String.format(Locale.ROOT, "%s (keeps %.0f %%)", found.name(), 100 * usual.getP())
                : found.name());
      }
      each = graph.before(found);
    }
    return Optional.empty();
  }

  private boolean isByHand(Node node) {
    return layers.stream().anyMatch(each -> each.key().equals(node.key()));
  }

  private Optional<Finding> leftoverSigmoid() {
    List<Node> found = graph.nodes().stream().filter(this::hasLeftoverSigmoid).toList();
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding(
                Symptom.LEFTOVER_SIGMOID,
                Severity.WARNING,
                found.stream().map(Node::name).toList(),
                "It has the activation sigmoid, Deeplearning4j's default, and "
                    + graph.after(found.get(0)).get(0).name()
                    + " behind it expects values that no activation has been through.",
                "Say activation(Activation.IDENTITY) and train anew; this file needs its sigmoid,"
                    + " with which it was trained."));
  }

  private boolean hasLeftoverSigmoid(Node node) {
    if (!node.is(ConvolutionLayer.class, DenseLayer.class)
        || !(((BaseLayer) node.layer().orElseThrow()).getActivationFn()
            instanceof ActivationSigmoid)) {
      return false;
    }
    return graph.after(node).stream().anyMatch(next -> isByHand(next) || isActivation(next));
  }

  private static boolean isActivation(Node node) {
    return node.is(ActivationLayer.class)
        && !(((ActivationLayer) node.layer().orElseThrow()).getActivationFn()
            instanceof ActivationIdentity);
  }

  private Optional<Finding> decayedGamma() {
    List<BatchNorm> applied = all(node -> !regularizations(node).isEmpty());
    if (!applied.isEmpty()) {
      return finding(
          Symptom.DECAYED_GAMMA,
          Severity.WARNING,
          applied,
          first ->
              regularizations(graph.node(first.key())).get(0).getClass().getSimpleName()
                  + " pulls gamma and beta to 0, and with them what the layer gives.",
          "Leave gamma and beta out of L1, L2 and weight decay.");
    }
    return finding(
        Symptom.DECAYED_GAMMA,
        Severity.NOTE,
        stock(layer -> layer.getRegularization() != null && !layer.getRegularization().isEmpty()),
        first ->
            "L1, L2 or weight decay is set; Deeplearning4j 1.0.0-M2.1 leaves gamma and beta out of"
                + " it. On weights before batch norm it only changes the size of their steps.",
        "Nothing; expect no smaller gamma or beta from it.");
  }

  private static List<Regularization> regularizations(Node node) {
    List<Regularization> applied =
        node.layer()
            .orElseThrow()
            .getRegularizationByParam(BatchNormalizationParamInitializer.GAMMA);
    return applied == null ? List.of() : applied;
  }

  private Optional<Finding> epsilon() {
    return finding(
        Symptom.EPSILON,
        Severity.WARNING,
        batchNorms.stream()
            .filter(each -> each.epsilon() < LEAST_EPSILON || each.epsilon() > LARGEST_EPSILON)
            .toList(),
        first ->
            first.epsilon() < LEAST_EPSILON
                ? "Epsilon is "
                    + first.epsilon()
                    + ": next to a variance of 0, the noise of floats is blown up by thousands."
                : "Epsilon is " + first.epsilon() + ", so large that it takes part in all scales.",
        "1e-5 (Deeplearning4j's) and 1e-3 (TensorFlow's) are usual; change it before training.");
  }

  private Optional<Finding> shortWindow() {
    return finding(
        Symptom.SHORT_WINDOW,
        Severity.NOTE,
        batchNorms.stream()
            .filter(each -> each.decay() < SHORTEST_DECAY && !each.isFrozen())
            .toList(),
        first ->
            String.format(
                Locale.ROOT,
                "Decay is %s: the running statistics are an average over the last %.0f batches or"
                    + " so, as noisy as those are.",
                first.decay(),
                1 / (1 - first.decay())),
        "0.99 averages over 100 batches; recalibrating over all images averages over all.");
  }

  private Optional<Finding> redundantBias() {
    return finding(
        Symptom.REDUNDANT_BIAS,
        Severity.NOTE,
        all(node -> graph.before(node).filter(ConfigurationCheck::hasPlainBias).isPresent()),
        first ->
            graph.before(graph.node(first.key())).orElseThrow().name()
                + " before it has a bias, which is subtracted again with the mean.",
        "hasBias(false) saves the parameters; beta has the same effect. The predictions stay.");
  }

  private static boolean hasPlainBias(Node node) {
    Layer layer = node.layer().orElse(null);
    boolean biased =
        (layer instanceof DenseLayer dense && dense.hasBias())
            || (layer instanceof ConvolutionLayer convolution && convolution.hasBias());
    return biased && ((BaseLayer) layer).getActivationFn() instanceof ActivationIdentity;
  }

  private Optional<Finding> fullBatch() {
    return finding(
        Symptom.FULL_BATCH,
        Severity.NOTE,
        stock(layer -> !layer.isMinibatch()),
        first ->
            "minibatch(false) says that a batch is all the data; Deeplearning4j 1.0.0-M2.1 does not"
                + " read it, and the fast engine refuses the network.",
        "Leave it out.");
  }

  private Optional<Finding> logDeviation() {
    return finding(
        Symptom.LOG_DEVIATION,
        Severity.NOTE,
        batchNorms.stream().filter(BatchNorm::keepsLogDeviation).toList(),
        first ->
            "useLogStd: the file keeps log10 of the standard deviation. Averaged over workers it is"
                + " a geometric mean, and Deeplearning4j makes it NaN where a feature has been"
                + " constant for some hundred steps.",
        "useLogStd(false) keeps the variance itself.");
  }

  private Optional<Finding> sharedStatistics() {
    return finding(
        Symptom.SHARED_STATISTICS,
        Severity.WARNING,
        batchNorms.stream()
            .filter(each -> each.steps().orElse(0) == 1)
            .filter(each -> !isGivenSingleSteps(graph.node(each.key())))
            .toList(),
        first ->
            "All time steps share one mean and one variance, though a state is distributed"
                + " otherwise in the first steps than later. In training each step has its batch's"
                + " own, in predictions none has.",
        "Train anew with as many steps as sequences are long, new BatchNormLstm.Builder(steps), or"
            + " with some tens where they are very long; recalibrating mends a part.");
  }

  private static boolean isGivenSingleSteps(Node node) {
    return node.preprocessor()
        .filter(step -> step instanceof ImageToSequence sequence && sequence.steps() == 1)
        .isPresent();
  }

  private Optional<Finding> largeGamma() {
    return finding(
        Symptom.LARGE_GAMMA,
        Severity.NOTE,
        batchNorms.stream()
            .filter(each -> each.isRecurrent() && Math.abs(each.initialGamma()) > LARGEST_GAMMA)
            .toList(),
        first ->
            String.format(
                Locale.ROOT,
                "Gamma starts from %s. Values as large as that are where tanh is flat, and the"
                    + " gradient is lost on its way back through the time steps.",
                first.initialGamma()),
        "initialGamma(0.1), the paper's and the default, learns sooner.");
  }

  private List<BatchNorm> all(Predicate<Node> condition) {
    return layers.stream().filter(each -> condition.test(graph.node(each.key()))).toList();
  }

  private List<BatchNorm> stock(Predicate<BatchNormalization> condition) {
    return batchNorms.stream()
        .filter(each -> each.configuration() instanceof BatchNormalization)
        .filter(each -> condition.test((BatchNormalization) each.configuration()))
        .toList();
  }

  /** A finding about these layers; none if there are none. */
  static Optional<Finding> finding(
      Symptom symptom,
      Severity severity,
      List<BatchNorm> layers,
      Function<BatchNorm, String> evidenceOfFirst,
      String remedy) {
    return layers.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding(
                symptom,
                severity,
                layers.stream().map(BatchNorm::name).toList(),
                evidenceOfFirst.apply(layers.get(0)),
                remedy));
  }
}
