package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/**
 * The deep convolutional network that hardly trains without batch normalization.
 *
 * <p>Nineteen 3x3 convolutions with 'same' padding, the d-th with 4d maps and stride 2 where 3
 * divides d, then a dense layer of 100 and an output layer of 10: [N,28,28,1] to [N,10]. The "20
 * convolutional layers" of the course that it comes from count the dense layer of 100 among them.
 * The output is sigmoid, its loss TensorFlow's {@code sigmoid_cross_entropy_with_logits} averaged
 * over batch and classes: 0.693 for a network that knows nothing.
 *
 * <p>{@link Builder#depth} takes more or fewer convolutions than nineteen, by the same rule.
 *
 * <p>Images are [N,28,28,1], TensorFlow's axis order, in which oneDNN's batch normalization is a
 * tenth faster, too; {@code dataFormat(CNN2DFormat.NCHW)} takes [N,1,28,28], as Deeplearning4j does
 * by default.
 *
 * <p>Defaults are the course's: no normalization, ReLU, Adam with learning rate 0.002, Glorot
 * uniform weights; with the low-level normalization convolutions start from a truncated normal
 * distribution with standard deviation 0.05. Source: Udacity Deep Learning Nanodegree, "Batch
 * Normalization – Practice".
 */
public final class DeepCnn extends BatchNormModel {

  /** The id in the registry and on the command line. */
  public static final String ID = "deep-cnn";

  /** How the course trains it: 800 batches of 64. */
  public static final TrainingPlan PLAN = TrainingPlan.builder().batches(800).batchSize(64).build();

  /** The course's depth: 19 convolutions. */
  public static final Architecture ARCHITECTURE = new Architecture.Convolutional(19);

  private static final int KERNEL = 3;
  private static final int DENSE_UNITS = 100;

  /** One convolution: maps in and out, and the stride. */
  private record Convolution(String name, int in, int out, int stride) {
    static Convolution ofDepth(int depth, int imageChannels) {
      return new Convolution(
          String.format(Locale.ROOT, "conv%02d", depth),
          depth == 1 ? imageChannels : 4 * (depth - 1),
          4 * depth,
          depth % 3 == 0 ? 2 : 1);
    }
  }

  private DeepCnn(NetworkSpec spec) {
    super(spec);
  }

  /** A builder with the course's settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds the model from its defaults and what the caller changes of them. */
  public static final class Builder extends ModelBuilder<DeepCnn, Builder> {
    private Builder() {
      super(
          new NetworkSpec(
              ID,
              ARCHITECTURE,
              Normalization.none(),
              Activation.RELU,
              new Adam(0.002),
              InitialWeights.glorotUniform(),
              1,
              ImageShape.MNIST,
              CNN2DFormat.NHWC,
              10));
    }

    /** How many convolutions, from 1 to 99; 19 by default. */
    public Builder depth(int convolutions) {
      return architecture(new Architecture.Convolutional(convolutions));
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    DeepCnn model(NetworkSpec spec) {
      return new DeepCnn(spec);
    }

    @Override
    InitialWeights defaultWeights(Normalization choice) {
      return choice instanceof Normalization.LowLevel
          ? InitialWeights.truncatedNormalConvolutions(0.05)
          : InitialWeights.glorotUniform();
    }
  }

  private List<Convolution> convolutions() {
    int depth = ((Architecture.Convolutional) spec().architecture()).depth();
    return IntStream.rangeClosed(1, depth)
        .mapToObj(d -> Convolution.ofDepth(d, spec().input().channels()))
        .toList();
  }

  @Override
  public MultiLayerConfiguration conf() {
    LayerStack stack = new LayerStack(spec());
    int height = spec().input().height();
    int width = spec().input().width();
    int maps = spec().input().channels();
    for (Convolution c : convolutions()) {
      stack.convolution(c.name(), c.in(), c.out(), KERNEL, c.stride());
      height = (height + c.stride() - 1) / c.stride();
      width = (width + c.stride() - 1) / c.stride();
      maps = c.out();
    }
    stack.dense("fc1", maps * height * width, DENSE_UNITS);
    stack.output(DENSE_UNITS, Activation.SIGMOID, new MeanSigmoidCrossEntropy(spec().classes()));
    return stack.forImages();
  }
}
