package io.bnzoo.engine;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.LabeledImages;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j's own arithmetic, which every other engine is measured against. */
public final class Dl4jEngine implements Engine {
  private final OptionalInt threads;
  private MultiLayerNetwork network;
  // The same parameters under an output layer without its activation: its output is the logits.
  private MultiLayerNetwork beforeActivation;
  private ImageInput input;
  private LogitLoss loss;
  private BatchCheck check;

  /** An engine that computes with as many threads as ND4J has been given. */
  public Dl4jEngine(MultiLayerNetwork network) {
    this(network, OptionalInt.empty());
  }

  /**
   * An engine for an initialized network, which stays the caller's. Where oneDNN has been turned on
   * since the network was made, it uses it from now on.
   *
   * @param threads how many threads compute; see {@link NativeBackend#useThreads}
   * @throws IllegalArgumentException if the network does not take images of 28 x 28 or has no
   *     output layer, saying what it takes
   */
  public Dl4jEngine(MultiLayerNetwork network, int threads) {
    this(network, OptionalInt.of(threads));
  }

  private Dl4jEngine(MultiLayerNetwork network, OptionalInt threads) {
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
            network.getLayerWiseConfigurations(), images -> beforeActivation.output(images, false));
    this.check =
        BatchCheck.of(
            network.getLayerWiseConfigurations(), input, outputs(beforeActivation, input));
  }

  private static long outputs(MultiLayerNetwork network, ImageInput input) {
    INDArray image = Nd4j.zeros(DataType.FLOAT, 1, LabeledImages.PIXELS);
    return Logits.of(network.output(input.shaped(image), false)).classes();
  }

  @Override
  public double step(LabeledImages batch) {
    check.training(batch);
    threads.ifPresent(NativeBackend::useThreads);
    network.fit(input.shaped(batch.images()), batch.oneHotLabels());
    return network.score();
  }

  @Override
  public Logits logits(LabeledImages images, Statistics statistics) {
    check.prediction(images);
    return logits(images.images(), statistics);
  }

  /**
   * The same for pixels in the values that the network was trained on.
   *
   * @param pixels [N,784]
   */
  public Logits logits(INDArray pixels, Statistics statistics) {
    threads.ifPresent(NativeBackend::useThreads);
    return Logits.of(beforeActivation.output(input.shaped(pixels), statistics == Statistics.BATCH));
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
