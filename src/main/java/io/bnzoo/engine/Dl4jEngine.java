package io.bnzoo.engine;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import java.util.OptionalInt;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j's own arithmetic, which every other engine is measured against. */
public final class Dl4jEngine implements Engine {
  private final ImageShape shape;
  private final OptionalInt threads;
  private MultiLayerNetwork network;
  // The same parameters under an output layer without its activation: its output is the logits.
  private MultiLayerNetwork beforeActivation;
  private ImageInput input;
  private LogitLoss loss;
  private BatchCheck check;

  /**
   * An engine that computes with as many threads as ND4J has been given.
   *
   * @param shape of the images
   */
  public Dl4jEngine(MultiLayerNetwork network, ImageShape shape) {
    this(network, shape, OptionalInt.empty());
  }

  /**
   * An engine for an initialized network, which stays the caller's. Where oneDNN has been turned on
   * since the network was made, it uses it from now on.
   *
   * @param shape of the images
   * @param threads how many threads compute at most, see {@link NativeBackend#useThreads}; one is
   *     enough for dense networks
   * @throws IllegalArgumentException if the network does not take such images or has no output
   *     layer, saying what it takes
   */
  public Dl4jEngine(MultiLayerNetwork network, ImageShape shape, int threads) {
    this(
        network,
        shape,
        OptionalInt.of(Threads.ofSteps(network.getLayerWiseConfigurations(), threads)));
  }

  private Dl4jEngine(MultiLayerNetwork network, ImageShape shape, OptionalInt threads) {
    this.shape = shape;
    this.threads = threads;
    load(network);
  }

  @Override
  public void load(MultiLayerNetwork network) {
    threads.ifPresent(NativeBackend::useThreads);
    NativeBackend.useOneDnnIn(network);
    this.network = network;
    this.loss = OutputLoss.of(network.getLayerWiseConfigurations()).ofLogits();
    this.beforeActivation = withoutOutputActivation(network);
    this.input =
        ImageInput.of(
            network.getLayerWiseConfigurations(),
            shape,
            images -> beforeActivation.output(images, false));
    this.check = BatchCheck.of(network.getLayerWiseConfigurations(), input, shape, outputs());
  }

  private long outputs() {
    INDArray image = Nd4j.zeros(DataType.FLOAT, 1, shape.size());
    return logits(image, Statistics.RUNNING).classes();
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public double step(ImageBatch batch) {
    check.training(batch);
    threads.ifPresent(NativeBackend::useThreads);
    network.fit(input.shaped(batch.images(), shape), batch.oneHotLabels());
    return network.score();
  }

  @Override
  public Logits logits(ImageBatch images, Statistics statistics) {
    check.prediction(images);
    return logits(images.images(), statistics);
  }

  /** Of pixels, [N,values], as {@link ImageBatch#images} has them. */
  private Logits logits(INDArray pixels, Statistics statistics) {
    threads.ifPresent(NativeBackend::useThreads);
    boolean asInTraining = statistics == Statistics.BATCH;
    if (asInTraining) { // Noise goes by the number of the step.
      for (Layer layer : beforeActivation.getLayers()) {
        layer.setIterationCount(network.getIterationCount());
      }
    }
    return Logits.of(beforeActivation.output(input.shaped(pixels, shape), asInTraining));
  }

  @Override
  public LogitLoss loss() {
    return loss;
  }

  /** The network itself: it is what this engine trains. */
  @Override
  public MultiLayerNetwork snapshot() {
    return network;
  }

  /** Frees the workspaces of the calling thread, which is to be the one that trained. */
  @Override
  public void close() {
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }

  private static MultiLayerNetwork withoutOutputActivation(MultiLayerNetwork network) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations().clone();
    OutputLoss.layer(configuration).setActivationFn(new ActivationIdentity());
    MultiLayerNetwork twin = new MultiLayerNetwork(configuration);
    twin.init(network.params(), false);
    return twin;
  }
}
