package io.bnzoo.engine;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.CompiledNetwork;
import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.compiler.StepStatisticsPass;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.RecurrentStatistics;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.OneDnn;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network as a fixed list of oneDNN's primitives, which is many times faster than
 * Deeplearning4j's own way.
 *
 * <p>What it computes is what {@link Dl4jEngine} computes, but for rounding and where
 * Deeplearning4j does what is hardly meant:
 *
 * <ul>
 *   <li>Where an output is wrong beyond Deeplearning4j's clipping, the gradient is whole here.
 *   <li>With a learning rate of 0 Adam, AMSGrad and AdaMax do nothing; Deeplearning4j's take their
 *       epsilon for the rate.
 *   <li>With an epsilon of 0 a value without a gradient stays; Deeplearning4j's becomes NaN.
 *   <li>Clipping and normalization of gradients leave running statistics alone; Deeplearning4j's
 *       clip and normalize them, too, and what it predicts by is then not the data's.
 *   <li>The gradient of local response normalization is that of the function; Deeplearning4j's
 *       divides by another power, which shows where alpha is large.
 *   <li>Regularization of separable convolutions is for the weights; where they have a bias,
 *       Deeplearning4j's begins as many values too late as the bias has.
 *   <li>Locked gamma and beta are applied as they are set; Deeplearning4j's layer leaves them out
 *       without oneDNN unless both differ from 1 and 0.
 *   <li>What a value is activated to is a value of its own; Deeplearning4j's activation layers
 *       overwrite in predictions what others in a graph may read.
 *   <li>Dropout draws masks of its own, by the network's seed and the number of the step, and is
 *       for steps alone, not for predictions by the batch's statistics; so is the noise of a first
 *       state.
 * </ul>
 *
 * <p>A network with a setting that it would not follow is refused. Listeners of the network are not
 * called.
 */
public final class OneDnnEngine implements Engine {
  /** Deeplearning4j's default, which leaves nearly all gradients whole. */
  private static final double LARGEST_CLIPPING = 1e-5;

  private final ImageShape shape;
  private final int threads;
  private int stepThreads;
  private MultiLayerNetwork network;
  private Plan plan;
  private CompiledNetwork compiled;
  private int iteration;
  private double score;
  private boolean closed;

  /**
   * An engine for an initialized network, which stays the caller's.
   *
   * @param shape of the images
   * @param threads how many threads compute at most, at least 1; dense networks take one for their
   *     steps, and all for many images at once
   * @throws UnsupportedNetworkException if there is a part of the network that has no kernels
   * @throws IllegalArgumentException if it does not take such images
   */
  public OneDnnEngine(MultiLayerNetwork network, ImageShape shape, int threads) {
    this.plan = Plan.of(network, shape);
    this.shape = shape;
    this.network = network;
    this.threads = threads;
    this.stepThreads = Threads.ofSteps(network.getLayerWiseConfigurations(), threads);
    NativeBackend.useThreads(stepThreads);
    this.iteration = network.getLayerWiseConfigurations().getIterationCount();
    this.score = network.score();
    this.compiled = new CompiledNetwork(plan.graph(), network);
  }

  /** What is computed, the loss of it, and what that asks of a batch. */
  private record Plan(
      NetworkGraph graph, CrossEntropy loss, BatchCheck check, long operationsAtOnce) {

    static Plan of(MultiLayerNetwork network, ImageShape shape) {
      if (OneDnn.obstacle().isPresent()) {
        throw new UnsupportedNetworkException(OneDnn.obstacle().get());
      }
      MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
      OutputLoss output = OutputLoss.of(configuration);
      CrossEntropy loss =
          output
              .crossEntropy()
              .orElseThrow(
                  () ->
                      new UnsupportedNetworkException(
                          "its loss is no cross-entropy of a sigmoid or softmax"));
      if (output.clipping() > LARGEST_CLIPPING) {
        throw new UnsupportedNetworkException(
            "its loss clips probabilities at " + output.clipping());
      }
      List<ImageInput> candidates = ImageInput.candidates(configuration, shape);
      Optional<UnsupportedNetworkException> refusal = Optional.empty();
      for (ImageInput input : candidates) {
        try {
          NetworkGraph graph = NetworkGraph.of(network, input.type(shape));
          long outputs = graph.outputSizes().get(0).values();
          BatchCheck check = BatchCheck.of(configuration, input, shape, outputs);
          return new Plan(graph, loss, check, graph.operationsOfStep(1) / graph.steps());
        } catch (UnsupportedNetworkException e) {
          refusal = refusal.or(() -> Optional.of(e));
        }
      }
      throw refusal.orElseThrow();
    }

    Logits logits(float[] values) {
      return new Logits(values, Math.toIntExact(graph.outputSizes().get(0).values()));
    }
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public double step(ImageBatch batch) {
    float[] logits = forward(batch);
    float[] gradient = new float[logits.length];
    int epoch = network.getLayerWiseConfigurations().getEpochCount();
    double loss = plan.loss().mean(plan.logits(logits), batch::label, gradient);
    if (!network.conf().isMiniBatch()) { // Deeplearning4j then minimizes the sum over the batch.
      loss *= batch.size();
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= batch.size();
      }
    }
    score = loss + compiled.regularization(iteration, epoch);
    if (!compiled.isFinite()) {
      score = Double.NaN;
    }
    compiled.update(List.of(gradient), epoch);
    iteration++;
    return score;
  }

  @Override
  public List<double[]> gradientsThroughTime(ImageBatch batch) {
    float[] logits = forward(batch);
    float[] gradient = new float[logits.length];
    plan.loss().mean(plan.logits(logits), batch::label, gradient);
    return compiled.differentiateThroughTime(List.of(gradient));
  }

  @Override
  public Logits logits(ImageBatch images, Statistics statistics) {
    prepare(Threads.ofPrediction(stepThreads, threads, plan.operationsAtOnce(), images.size()));
    plan.check().prediction(images);
    Mode mode = statistics == Statistics.BATCH ? Mode.INFERENCE_BY_BATCH : Mode.INFERENCE;
    return plan.logits(reading(images, pixels -> compiled.logits(pixels, images.size(), mode)));
  }

  @Override
  public void recomputeStatistics(Iterable<? extends ImageBatch> batches) {
    if (!RecurrentStatistics.areIn(network)) {
      return;
    }
    prepare(stepThreads);
    StepStatisticsPass pass = new StepStatisticsPass(compiled);
    for (ImageBatch batch : batches) {
      plan.check().training(batch);
      reading(
          batch,
          pixels -> {
            pass.add(List.of(pixels), batch.size());
            return new float[0];
          });
    }
    MultiLayerNetwork now = snapshot();
    pass.write(now);
    compiled.load(now);
  }

  /** By the batch's own statistics; a backward pass may come next. */
  private float[] forward(ImageBatch batch) {
    prepare(stepThreads);
    plan.check().training(batch);
    return reading(
        batch, pixels -> compiled.forward(List.of(pixels), batch.size(), iteration).get(0));
  }

  /** The images own the memory that is read. */
  private static float[] reading(ImageBatch images, Function<Buffer, float[]> computation) {
    try {
      return computation.apply(images.pixels());
    } finally {
      Reference.reachabilityFence(images);
    }
  }

  /**
   * The gradients of the last step, in the order of {@link MultiLayerNetwork#params}; a running
   * statistic has the batch's in its place.
   */
  INDArray gradients() {
    return Nd4j.createFromArray(compiled.gradients());
  }

  private void prepare(int threads) {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    NativeBackend.useThreads(threads);
  }

  @Override
  public LogitLoss loss() {
    return plan.loss();
  }

  @Override
  public MultiLayerNetwork snapshot() {
    prepare(stepThreads);
    compiled.store(network);
    network.getLayerWiseConfigurations().setIterationCount(iteration);
    network.setScore(score);
    return network;
  }

  @Override
  public void load(MultiLayerNetwork network) {
    prepare(stepThreads);
    Plan now = Plan.of(network, shape);
    if (now.graph().equals(plan.graph())) {
      compiled.load(network);
    } else {
      CompiledNetwork before = compiled;
      compiled = new CompiledNetwork(now.graph(), network);
      before.close();
    }
    this.plan = now;
    this.network = network;
    this.iteration = network.getLayerWiseConfigurations().getIterationCount();
    this.score = network.score();
  }

  @Override
  public void close() {
    if (!closed) {
      snapshot();
      closed = true;
      compiled.close();
    }
  }
}
