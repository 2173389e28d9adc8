package io.bnzoo.layer;

import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Small networks with the layers under test, and batches for them. */
public final class Networks {
  public static final int BATCH = 8;
  static final int INPUTS = 5;
  public static final int UNITS = 6;
  static final int CLASSES = 3;

  private Networks() {}

  public static NeuralNetConfiguration.Builder settings(DataType type) {
    return new NeuralNetConfiguration.Builder().seed(7).dataType(type).updater(new Sgd(1));
  }

  /** Two dense layers, each with a normalization "bn1", "bn2" and a bias, tanh between them. */
  public static MultiLayerNetwork dense(
      NeuralNetConfiguration.Builder settings, Arithmetic arithmetic) {
    return initialized(
        settings
            .list()
            .layer(linear("fc1"))
            .layer(normalization("bn1", arithmetic))
            .layer(new ChannelwiseBias.Builder().name("bias1").build())
            .layer(tanh("tanh1"))
            .layer(linear("fc2"))
            .layer(normalization("bn2", arithmetic))
            .layer(tanh("tanh2"))
            .layer(output())
            .setInputType(InputType.feedForward(INPUTS)));
  }

  /** The same of floats, with plain settings. */
  public static MultiLayerNetwork dense() {
    return dense(settings(DataType.FLOAT), Arithmetic.ONE_OPERATION);
  }

  /** Two convolutions in the same way. */
  public static MultiLayerNetwork convolutional(
      NeuralNetConfiguration.Builder settings, CNN2DFormat format, Arithmetic arithmetic) {
    return initialized(
        settings
            .list()
            .layer(convolution("conv1", format))
            .layer(normalization("bn1", arithmetic))
            .layer(new ChannelwiseBias.Builder().name("bias1").build())
            .layer(tanh("tanh1"))
            .layer(convolution("conv2", format))
            .layer(normalization("bn2", arithmetic))
            .layer(output())
            .setInputType(InputType.convolutional(4, 4, 2, format)));
  }

  private static MultiLayerNetwork initialized(NeuralNetConfiguration.ListBuilder layers) {
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    // Values at which no gradient is 0 by chance.
    for (String layer : new String[] {"bn1", "bn2"}) {
      network.getLayer(layer).getParam("gamma").assign(1.25);
      network.getLayer(layer).getParam("beta").assign(-0.5);
      network.getLayer(layer).getParam("populationMean").assign(0.2);
      network.getLayer(layer).getParam("populationVariance").assign(0.7);
    }
    return network;
  }

  static LowLevelBatchNormalization normalization(String name, Arithmetic arithmetic) {
    return new LowLevelBatchNormalization.Builder().name(name).arithmetic(arithmetic).build();
  }

  private static ActivationLayer tanh(String name) {
    return new ActivationLayer.Builder().name(name).activation(Activation.TANH).build();
  }

  private static DenseLayer linear(String name) {
    return new DenseLayer.Builder()
        .name(name)
        .nOut(UNITS)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static ConvolutionLayer convolution(String name, CNN2DFormat format) {
    return new ConvolutionLayer.Builder(3, 3)
        .name(name)
        .nOut(3)
        .hasBias(false)
        .convolutionMode(ConvolutionMode.Same)
        .dataFormat(format)
        .activation(Activation.IDENTITY)
        .build();
  }

  static OutputLayer output() {
    return new OutputLayer.Builder()
        .name("output")
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Normal values around 1. */
  public static INDArray normal(DataType type, long seed, long... shape) {
    Random random = new Random(seed);
    INDArray values = Nd4j.create(DataType.DOUBLE, shape, 'c');
    for (long i = 0; i < values.length(); i++) {
      values.data().put(i, 1 + random.nextGaussian());
    }
    return values.castTo(type);
  }

  public static INDArray batch(DataType type, long seed) {
    return normal(type, seed, BATCH, INPUTS);
  }

  public static INDArray labels(DataType type) {
    INDArray labels = Nd4j.zeros(type, BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return labels;
  }

  /** One training step of floats, on the batch of a seed. */
  static void step(MultiLayerNetwork network, long seed) {
    network.fit(batch(DataType.FLOAT, seed), labels(DataType.FLOAT));
  }
}
