package io.bnzoo.engine;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.CompiledNetwork;
import io.bnzoo.compiler.LayerReport;
import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.OneDnn;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.deeplearning4j.optimize.listeners.TimeIterationListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Any network of Deeplearning4j's, trained by oneDNN's kernels.
 *
 * <p>{@code Accelerated.fit(network, iterator, epochs)} takes the place of {@code
 * network.fit(iterator, epochs)}: the same batches, steps, scores, counts of iterations and epochs,
 * and calls of the network's listeners, and afterwards the same network object, trained. What it
 * computes differs from what Deeplearning4j computes as {@link OneDnnEngine} says. Batches are not
 * fetched ahead; where an iterator takes long, wrap it in Deeplearning4j's AsyncDataSetIterator.
 *
 * <p>A network with a part that has no kernels is trained by Deeplearning4j itself, with a line in
 * the log that names the part; {@link #obstacle} tells before.
 *
 * <p>Listeners find the gradient of the loss when it has been computed, summed over the batch, and
 * what the step took from the parameters when it is done, as they do with Deeplearning4j. They are
 * not shown activations, which the kernels do not keep, nor gradients of running statistics, which
 * have none.
 *
 * <p>An object of this class keeps what has been compiled, for several calls or predictions. While
 * it is open the network's own parameters are out of date but for the moments when listeners are
 * called and {@code fit} returns. What is changed in the network in between, such as a learning
 * rate, counts from the next {@code fit} on; parameters that it has learned otherwise count at
 * once.
 */
public final class Accelerated implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Accelerated.class);

  private static final Set<Class<?>> ASKING_FOR_SCORES =
      Set.of(
          ScoreIterationListener.class,
          CollectScoresIterationListener.class,
          CollectScoresListener.class,
          PerformanceListener.class,
          TimeIterationListener.class);

  private static final Set<String> RUNNING_STATISTICS =
      Set.of(
          BatchNormalizationParamInitializer.GLOBAL_MEAN,
          BatchNormalizationParamInitializer.GLOBAL_VAR,
          BatchNormalizationParamInitializer.GLOBAL_LOG_STD,
          LowLevelBatchNormalization.POPULATION_MEAN,
          LowLevelBatchNormalization.POPULATION_VARIANCE);

  private final TrainedModel model;
  private final int threads;
  private Optional<Compiled> compiled = Optional.empty();

  /** Inputs for which Deeplearning4j itself runs. */
  private Optional<List<InputType>> refused = Optional.empty();

  /** What has been said of what Deeplearning4j itself runs. */
  private final Set<String> told = new HashSet<>();

  /** How many steps the network had when it was looked at last. */
  private int known;

  /** Whether the network has all that was learned. */
  private boolean stored = true;

  /** For inputs of certain types. */
  private record Compiled(
      List<InputType> inputs,
      NetworkGraph graph,
      CompiledNetwork network,
      List<OutputHead> heads) {}

  private Accelerated(TrainedModel model) {
    NativeBackend.enableOneDnn();
    this.model = model;
    this.threads = Threads.usefulFor(model.layers());
    this.known = model.iteration();
  }

  /** A network, which is to be initialized and stays the caller's. */
  public static Accelerated of(MultiLayerNetwork network) {
    return new Accelerated(TrainedModel.of(network));
  }

  /** The same for a graph. */
  public static Accelerated of(ComputationGraph network) {
    return new Accelerated(TrainedModel.of(network));
  }

  /**
   * Trains a network as {@code network.fit(data, epochs)} does.
   *
   * @throws IllegalArgumentException if a batch does not suit the network, or if the iterator
   *     cannot be reset for a second epoch
   */
  public static void fit(MultiLayerNetwork network, DataSetIterator data, int epochs) {
    try (Accelerated accelerated = of(network)) {
      accelerated.fit(data, epochs);
    }
  }

  /** The same for a graph with one input and one output. */
  public static void fit(ComputationGraph network, DataSetIterator data, int epochs) {
    try (Accelerated accelerated = of(network)) {
      accelerated.fit(data, epochs);
    }
  }

  /** The same for a graph with any number of inputs and outputs. */
  public static void fit(ComputationGraph network, MultiDataSetIterator data, int epochs) {
    try (Accelerated accelerated = of(network)) {
      accelerated.fit(data, epochs);
    }
  }

  /** As the static method does, keeping what has been compiled. */
  public void fit(DataSetIterator data, int epochs) {
    fit(new MultiDataSetIteratorAdapter(data), epochs);
  }

  /** The same for a graph with any number of inputs and outputs. */
  public void fit(MultiDataSetIterator data, int epochs) {
    if (epochs < 1 || (epochs > 1 && !data.resetSupported())) {
      throw new IllegalArgumentException(
          epochs < 1
              ? "the number of epochs must be at least 1, got " + epochs
              : "the iterator cannot be reset: it is good for one epoch, got " + epochs);
    }
    refresh();
    try {
      for (int epoch = 0; epoch < epochs; epoch++) {
        fitEpoch(data);
      }
    } finally {
      store();
      known = model.iteration();
    }
  }

  /** Takes over what has been changed in the network, settings included. */
  private void refresh() {
    refused = Optional.empty();
    known = model.iteration();
    if (compiled.isEmpty()) {
      return;
    }
    Compiled before = compiled.get();
    Optional<NetworkGraph> now = graphIfRead(before.inputs());
    if (now.filter(before.graph()::equals).isPresent()) {
      before.network().load(model.network());
      compiled =
          Optional.of(new Compiled(before.inputs(), now.get(), before.network(), heads(now.get())));
    } else { // It is compiled again when it is needed.
      close(compiled);
      compiled = Optional.empty();
    }
  }

  private Optional<NetworkGraph> graphIfRead(List<InputType> inputs) {
    try {
      return Optional.of(graph(inputs));
    } catch (UnsupportedNetworkException e) {
      return Optional.empty();
    }
  }

  private void fitEpoch(MultiDataSetIterator data) {
    if (!data.hasNext() && data.resetSupported()) {
      data.reset();
    }
    model.listeners().forEach(listener -> listener.onEpochStart(model.network()));
    long before = System.nanoTime();
    while (data.hasNext()) {
      MultiDataSet batch = data.next();
      step(batch, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
      before = System.nanoTime();
    }
    store();
    model.listeners().forEach(listener -> listener.onEpochEnd(model.network()));
    model.endEpoch();
  }

  private void step(MultiDataSet batch, long millisecondsToFetch) {
    NativeBackend.useThreads(threads);
    Optional<Compiled> fast =
        hasFeatureMask(batch)
            ? Optional.empty()
            : compiledFor(batch.getFeatures()).filter(this::hasLosses);
    if (fast.isEmpty()) {
      store();
      model.fit(batch); // It calls the listeners itself.
      compiled.ifPresent(each -> each.network().load(model.network()));
      return;
    }
    model.show(batch, millisecondsToFetch);
    int iteration = model.iteration();
    boolean watched = model.listeners().stream().anyMatch(Accelerated::looksAtParameters);
    model.setScore(differentiate(fast.get(), batch, iteration));
    if (watched) {
      model.showGradient(sums(fast.get(), batch), name -> !isRunningStatistic(name));
      model.listeners().forEach(listener -> listener.onBackwardPass(model.network()));
      model.listeners().forEach(listener -> listener.onGradientCalculation(model.network()));
    }
    fast.get().network().update(model.epoch());
    stored = false;
    if (watched) {
      INDArray before = model.network().params().dup();
      store();
      INDArray updates = before.subi(model.network().params());
      model.showGradient(updates.reshape(updates.length()), name -> true);
    }
    model
        .listeners()
        .forEach(listener -> listener.iterationDone(model.network(), iteration, model.epoch()));
    model.setIteration(iteration + 1);
  }

  /** The gradients of the loss, summed over the batch, as Deeplearning4j has them at that point. */
  private INDArray sums(Compiled fast, MultiDataSet batch) {
    INDArray gradients = Nd4j.createFromArray(fast.network().gradients());
    boolean mean = model.network().conf().isMiniBatch();
    return mean ? gradients.muli(batch.getFeatures(0).size(0)) : gradients;
  }

  /** They have no gradient, but what Deeplearning4j keeps there is the change of the statistic. */
  private static boolean isRunningStatistic(String name) {
    return RUNNING_STATISTICS.stream().anyMatch(key -> name.endsWith("_" + key));
  }

  private boolean hasLosses(Compiled fast) {
    Optional<String> reason =
        fast.heads().stream().flatMap(head -> head.obstacle().stream()).findFirst();
    reason.ifPresent(this::tellOnce);
    return reason.isEmpty();
  }

  private void tellOnce(String reason) {
    if (told.add(reason)) {
      LOG.warn("Deeplearning4j's own engine runs, because {}", reason);
    }
  }

  private static boolean hasFeatureMask(MultiDataSet batch) {
    INDArray[] masks = batch.getFeaturesMaskArrays();
    return masks != null && Arrays.stream(masks).anyMatch(Objects::nonNull);
  }

  /** All but those of Deeplearning4j's that are known to ask for the score and the time alone. */
  private static boolean looksAtParameters(TrainingListener listener) {
    return !ASKING_FOR_SCORES.contains(listener.getClass());
  }

  /** The forward and the backward pass; gives the score. */
  private double differentiate(Compiled fast, MultiDataSet batch, int iteration) {
    int count = Math.toIntExact(batch.getFeatures(0).size(0));
    List<float[]> outputs =
        reading(batch.getFeatures(), values -> fast.network().forward(values, count, iteration));
    List<float[]> gradients = new ArrayList<>();
    double score = 0;
    float share = model.network().conf().isMiniBatch() ? 1f / count : 1;
    for (int i = 0; i < outputs.size(); i++) {
      INDArray mask = batch.getLabelsMaskArrays() == null ? null : batch.getLabelsMaskArray(i);
      OutputHead.Loss loss = fast.heads().get(i).loss(outputs.get(i), batch.getLabels(i), mask);
      score += loss.score() * (fast.heads().get(i).isMean() ? 1.0 / count : share);
      gradients.add(loss.gradient(share));
    }
    score += fast.network().regularization(iteration, model.epoch());
    fast.network().differentiate(gradients);
    return fast.network().isFinite() ? score : Double.NaN;
  }

  /**
   * The network's predictions, by running statistics where it has batch normalization.
   *
   * @param features of each input, in Deeplearning4j's shape
   * @throws IllegalArgumentException if they do not suit the network
   */
  public INDArray[] output(INDArray... features) {
    if (model.iteration() != known) {
      refresh();
    }
    Optional<Compiled> fast = compiledFor(features);
    if (fast.isEmpty()) {
      store();
      return model.output(features);
    }
    int count = Math.toIntExact(features[0].size(0));
    NativeBackend.useThreads(
        Threads.ofPrediction(
            threads, Threads.all(), fast.get().graph().operationsOfStep(1), count));
    List<float[]> outputs =
        reading(features, values -> fast.get().network().outputs(values, count, Mode.INFERENCE));
    INDArray[] predictions = new INDArray[outputs.size()];
    for (int i = 0; i < predictions.length; i++) {
      predictions[i] = fast.get().heads().get(i).predictions(outputs.get(i));
    }
    return predictions;
  }

  /**
   * Why Deeplearning4j itself would run the network, given such inputs; empty where its kernels do.
   *
   * @param inputs the types of its inputs
   */
  public Optional<String> obstacle(InputType... inputs) {
    try {
      graph(List.of(inputs));
      return Optional.empty();
    } catch (UnsupportedNetworkException e) {
      return Optional.of(e.reason());
    }
  }

  /**
   * The last step's, in the order of the network's parameters, as {@link OneDnnEngine} has them.
   */
  INDArray gradients() {
    return Nd4j.createFromArray(compiled.orElseThrow().network().gradients());
  }

  /**
   * Why Deeplearning4j itself would train the network, given such inputs, even where its kernels
   * predict; empty where they train it, too.
   */
  public Optional<String> trainingObstacle(InputType... inputs) {
    try {
      return heads(graph(List.of(inputs))).stream()
          .flatMap(head -> head.obstacle().stream())
          .findFirst();
    } catch (UnsupportedNetworkException e) {
      return Optional.of(e.reason());
    }
  }

  /**
   * Which of the network's layers, or of a graph's vertices, have kernels, given such inputs: all
   * of them, in order, whatever {@link #obstacle} says of the whole.
   */
  public List<LayerReport> report(InputType... inputs) {
    return model.report(List.of(inputs));
  }

  private NetworkGraph graph(List<InputType> inputs) {
    OneDnn.obstacle()
        .ifPresent(
            reason -> {
              throw new UnsupportedNetworkException(reason);
            });
    if (model.network().numParams() == 0) {
      throw new UnsupportedNetworkException("it has no parameters");
    }
    return model.graph(inputs);
  }

  private Optional<Compiled> compiledFor(INDArray... features) {
    List<InputType> inputs = Arrays.stream(features).map(this::type).toList();
    if (refused.filter(inputs::equals).isPresent()) {
      return Optional.empty();
    }
    if (compiled.filter(before -> before.inputs().equals(inputs)).isPresent()) {
      return compiled;
    }
    try {
      NetworkGraph graph = graph(inputs);
      store();
      close(compiled);
      compiled = Optional.of(compile(inputs, graph));
      return compiled;
    } catch (UnsupportedNetworkException e) {
      tellOnce(e.reason());
      refused = Optional.of(inputs);
      return Optional.empty();
    }
  }

  private Compiled compile(List<InputType> inputs, NetworkGraph graph) {
    return new Compiled(inputs, graph, new CompiledNetwork(graph, model.network()), heads(graph));
  }

  private List<OutputHead> heads(NetworkGraph graph) {
    List<OutputHead> heads = new ArrayList<>();
    List<MapSize> sizes = graph.outputSizes();
    for (int i = 0; i < sizes.size(); i++) {
      heads.add(OutputHead.of(model.outputLayers().get(i), graph.outputs().get(i), sizes.get(i)));
    }
    return heads;
  }

  private InputType type(INDArray features) {
    if (features.rank() != 4) {
      return features.rank() == 2
          ? InputType.feedForward(features.size(1))
          : InputType.recurrent(features.size(1));
    }
    return model.imageOrder() == CNN2DFormat.NCHW
        ? InputType.convolutional(
            features.size(2), features.size(3), features.size(1), CNN2DFormat.NCHW)
        : InputType.convolutional(
            features.size(1), features.size(2), features.size(3), CNN2DFormat.NHWC);
  }

  /** Channel after channel, row by row; the arrays own the memory that is read. */
  private List<float[]> reading(
      INDArray[] features, Function<List<FloatBuffer>, List<float[]>> computation) {
    INDArray[] inOrder = Arrays.stream(features).map(this::inOrder).toArray(INDArray[]::new);
    try {
      return computation.apply(
          Arrays.stream(inOrder).map(values -> values.data().asNioFloat()).toList());
    } finally {
      Reference.reachabilityFence(inOrder);
    }
  }

  private INDArray inOrder(INDArray features) {
    INDArray floats = features.castTo(DataType.FLOAT);
    INDArray channelsFirst =
        features.rank() == 4 && model.imageOrder() == CNN2DFormat.NHWC
            ? floats.permute(0, 3, 1, 2)
            : floats;
    boolean isWhole =
        channelsFirst.ordering() == 'c'
            && Shape.hasDefaultStridesForShape(channelsFirst)
            && channelsFirst.offset() == 0
            && channelsFirst.data().length() == channelsFirst.length();
    return isWhole ? channelsFirst : channelsFirst.dup('c');
  }

  /** Copies the present state into the network. */
  private void store() {
    if (!stored) {
      compiled.ifPresent(each -> each.network().store(model.network()));
      stored = true;
    }
  }

  /** Copies the present state into the network and frees memory. */
  @Override
  public void close() {
    store();
    close(compiled);
    compiled = Optional.empty();
  }

  private static void close(Optional<Compiled> compiled) {
    compiled.ifPresent(each -> each.network().close());
  }
}
