package io.bnzoo.zoo;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageShape;
import java.io.IOException;
import java.net.URL;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.ModelMetaData;
import org.deeplearning4j.zoo.PretrainedType;
import org.deeplearning4j.zoo.ZooModel;
import org.deeplearning4j.zoo.ZooType;

/**
 * A zoo model whose normalization is a parameter.
 *
 * <p>{@link #spec()} says what is to be built, {@link #conf()} is its configuration and {@link
 * #init()} a fresh network with initial weights. Two models whose specifications differ only in
 * their normalization start from the same weights wherever both have them. {@link
 * #initPretrained(PretrainedType)} has weights trained on MNIST in their place.
 */
public abstract sealed class BatchNormModel extends ZooModel<MultiLayerNetwork>
    permits DeepCnn, ImageLstm, ThreeLayerMlp {
  private NetworkSpec spec;

  BatchNormModel(NetworkSpec spec) {
    this.spec = spec;
  }

  /** What is to be built. */
  public final NetworkSpec spec() {
    return spec;
  }

  /** The configuration; given weights ({@link InitialWeights.Given}) are no part of it. */
  public abstract MultiLayerConfiguration conf();

  /**
   * A new network with its initial weights.
   *
   * @param <M> the caller's type, {@link MultiLayerNetwork}; ZooModel leaves it open
   */
  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public final <M extends Model> M init() {
    NativeBackend.enableOneDnn(); // Layers decide when they are made whether they use it.
    MultiLayerNetwork network = new MultiLayerNetwork(conf());
    network.init();
    if (spec.initialWeights() instanceof InitialWeights.Given given) {
      GivenWeights.assign(given, network);
    }
    return (M) network;
  }

  /**
   * Another input size, [channels, height, width], as other zoo models take it.
   *
   * @throws IllegalArgumentException unless exactly one shape of three numbers is given
   */
  @Override
  public final void setInputShape(int[][] inputShape) {
    if (inputShape == null
        || inputShape.length != 1
        || inputShape[0] == null
        || inputShape[0].length != 3) {
      throw new IllegalArgumentException("inputShape must be one [channels, height, width]");
    }
    int[] shape = inputShape[0];
    spec = spec.withInput(ImageShape.withChannels(shape[0]).height(shape[1]).width(shape[2]));
  }

  @Override
  @Deprecated
  public final ModelMetaData metaData() {
    ImageShape shape = spec.input();
    int[][] shapes = {{shape.channels(), shape.height(), shape.width()}};
    return new ModelMetaData(shapes, 1, ZooType.CNN);
  }

  @Override
  public final Class<? extends Model> modelType() {
    return MultiLayerNetwork.class;
  }

  /**
   * A new network with weights that were trained on MNIST, without and with {@link
   * Normalization#batchNorm()}, instead of its initial weights.
   *
   * <p>Everything else is this model's: the updater, with a fresh state, the seed and the axis
   * order. Images are given as pixels from 0 to 1. Nothing is downloaded, and nothing is written:
   * the weights are in the jar with the classifier {@code pretrained}.
   *
   * @param <M> the caller's type, {@link MultiLayerNetwork}; ZooModel leaves it open
   * @param type {@link PretrainedType#MNIST}
   * @throws UnsupportedOperationException if there are no such weights of this model, or their jar
   *     is not on the class path; the message says which
   * @throws IOException if that jar is of another version than this library
   */
  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public final <M extends Model> M initPretrained(PretrainedType type) throws IOException {
    PretrainedWeights weights = PretrainedWeights.of(spec, type);
    MultiLayerNetwork network = init();
    network.setParams(weights.read());
    return (M) network;
  }

  /**
   * Where in a jar of the class path the weights are, a saved model; null if there are none, as
   * ZooModel has it.
   */
  @Override
  public final String pretrainedUrl(PretrainedType type) {
    try {
      return PretrainedWeights.of(spec, type).url().map(URL::toString).orElse(null);
    } catch (UnsupportedOperationException e) {
      return null;
    }
  }

  /** 0, as nothing is downloaded; {@link #initPretrained} compares a SHA-256 checksum itself. */
  @Override
  public final long pretrainedChecksum(PretrainedType type) {
    return 0;
  }
}
