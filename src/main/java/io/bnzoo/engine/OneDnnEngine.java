package io.bnzoo.engine;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.onednn.OneDnn;
import io.bnzoo.program.Blueprint;
import io.bnzoo.program.CompiledNetwork;
import io.bnzoo.program.Mode;
import io.bnzoo.program.UnsupportedNetworkException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network as a fixed list of oneDNN's primitives, which is many times faster than
 * Deeplearning4j's own way.
 *
 * <p>What it computes is what {@link Dl4jEngine} computes, but for rounding and for one thing:
 * where an output is wrong beyond Deeplearning4j's clipping, the gradient is whole here. Listeners
 * of the network are not called. Training sets its loss as the network's score when {@link
 * #network} is asked for.
 */
public final class OneDnnEngine implements Engine {
  private final MultiLayerNetwork network;
  private final int threads;
  private final CrossEntropy loss;
  private final CompiledNetwork compiled;
  private final int classes;

  private int iteration;
  private double score;

  /** Whether the network has the parameters that are in use. */
  private boolean networkIsCurrent = true;

  /** Whether somebody may have changed the network. */
  private boolean networkIsOut;

  private boolean closed;

  /**
   * An engine for an initialized network, which stays the caller's.
   *
   * @param threads how many threads compute, at least 1; more than one are worth it for
   *     convolutions
   * @throws IllegalArgumentException if there is a part of the network that has no kernels, or if
   *     it does not take images of 28 x 28
   */
  public OneDnnEngine(MultiLayerNetwork network, int threads) {
    this(network, threads, planOrRefusal(network));
  }

  private OneDnnEngine(MultiLayerNetwork network, int threads, Plan plan) {
    NativeBackend.useThreads(threads);
    if (plan.blueprint().input().values() != LabeledImages.PIXELS) {
      throw new IllegalArgumentException(
          "the network takes no images of 28 x 28 pixels and one channel");
    }
    this.network = network;
    this.threads = threads;
    this.loss = plan.loss();
    this.classes = Math.toIntExact(plan.blueprint().classes());
    this.iteration = network.getLayerWiseConfigurations().getIterationCount();
    this.compiled = new CompiledNetwork(plan.blueprint(), network);
  }

  /**
   * The same as the constructor.
   *
   * @throws UnsupportedNetworkException if there is a part of the network that has no kernels
   */
  static OneDnnEngine open(MultiLayerNetwork network, int threads)
      throws UnsupportedNetworkException {
    return new OneDnnEngine(network, threads, plan(network));
  }

  /** What is computed, and the loss of it. */
  private record Plan(Blueprint blueprint, CrossEntropy loss) {}

  private static Plan plan(MultiLayerNetwork network) throws UnsupportedNetworkException {
    if (OneDnn.obstacle().isPresent()) {
      throw new UnsupportedNetworkException(OneDnn.obstacle().get());
    }
    if (LogitLoss.of(network.getLayerWiseConfigurations()) instanceof CrossEntropy loss) {
      return new Plan(Blueprint.of(network), loss);
    }
    throw new UnsupportedNetworkException("its loss is no cross-entropy of a sigmoid or softmax");
  }

  private static Plan planOrRefusal(MultiLayerNetwork network) {
    try {
      return plan(network);
    } catch (UnsupportedNetworkException e) {
      throw new IllegalArgumentException("oneDNN cannot run this network: " + e.getMessage(), e);
    }
  }

  @Override
  public double step(LabeledImages batch) {
    takeOver();
    float[] logits = compiled.forward(batch.pixels(), batch.size());
    float[] gradient = new float[logits.length];
    score = loss.mean(logits, batch.oneHot(), classes, gradient) + compiled.regularization();
    if (!compiled.isFinite()) {
      score = Double.NaN;
    }
    compiled.update(gradient, iteration, network.getLayerWiseConfigurations().getEpochCount());
    iteration++;
    networkIsCurrent = false;
    return score;
  }

  @Override
  public INDArray logits(LabeledImages images, Statistics statistics) {
    takeOver();
    Mode mode = statistics == Statistics.BATCH ? Mode.BY_BATCH : Mode.BY_POPULATION;
    float[] logits = compiled.logits(images.pixels(), images.size(), mode);
    return Nd4j.createFromArray(logits).reshape('c', images.size(), classes);
  }

  /**
   * The gradients of the last step, in the order of {@link MultiLayerNetwork#params}; a moving
   * statistic has the batch's in its place.
   */
  INDArray gradients() {
    return Nd4j.createFromArray(compiled.gradients());
  }

  private void takeOver() {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    NativeBackend.useThreads(threads);
    if (networkIsOut) {
      compiled.load(network);
      iteration = network.getLayerWiseConfigurations().getIterationCount();
      networkIsOut = false;
    }
  }

  @Override
  public double loss(INDArray logits, INDArray labels) {
    return loss.mean(logits, labels);
  }

  @Override
  public MultiLayerNetwork network() {
    if (!networkIsCurrent) {
      writeBack();
      network.setScore(score);
      networkIsCurrent = true;
    }
    networkIsOut = !closed;
    return network;
  }

  /** Writes parameters, optimizer state and the count of steps into the network. */
  void writeBack() {
    NativeBackend.useThreads(threads);
    compiled.store(network);
    network.getLayerWiseConfigurations().setIterationCount(iteration);
  }

  @Override
  public void close() {
    if (!closed) {
      network();
      closed = true;
      compiled.close();
    }
  }
}
