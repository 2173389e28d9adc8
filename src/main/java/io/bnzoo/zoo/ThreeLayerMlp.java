package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Three hidden layers of 100 and a softmax output of 10: [N,784] to [N,10].
 *
 * <p>The name counts the hidden layers; {@link Builder#widths} makes them wider or narrower. The
 * loss is TensorFlow's {@code softmax_cross_entropy_with_logits} averaged over the batch.
 *
 * <p>Defaults are the lesson's: no normalization, ReLU, gradient descent with learning rate 0.01,
 * weights normal with standard deviation 0.05. Sources: Ioffe and Szegedy 2015, section 4.1 (the
 * architecture); Udacity Deep Learning Nanodegree, "Batch Normalization – Lesson".
 */
public final class ThreeLayerMlp extends BatchNormModel {

  /** The id in the registry and on the command line. */
  public static final String ID = "mlp";

  /** How it is trained where nothing else is said: 2000 batches of 60. */
  public static final TrainingPlan PLAN =
      TrainingPlan.builder().batches(2000).batchSize(60).singleImages(200).build();

  /** The lesson's widths: 100 each. */
  public static final Architecture ARCHITECTURE = new Architecture.Dense(List.of(100, 100, 100));

  private ThreeLayerMlp(NetworkSpec spec) {
    super(spec);
  }

  /** A builder with the lesson's settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds the model from its defaults and what the caller changes of them. */
  public static final class Builder extends ModelBuilder<ThreeLayerMlp, Builder> {
    private Builder() {
      super(
          new NetworkSpec(
              ID,
              ARCHITECTURE,
              Normalization.none(),
              Activation.RELU,
              new Sgd(0.01),
              InitialWeights.normal(0.05),
              1,
              ImageShape.MNIST,
              CNN2DFormat.NCHW,
              10));
    }

    /** The units of the hidden layers, from the input on; 100 each by default. */
    public Builder widths(int first, int second, int third) {
      return architecture(new Architecture.Dense(List.of(first, second, third)));
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    ThreeLayerMlp model(NetworkSpec spec) {
      return new ThreeLayerMlp(spec);
    }

    @Override
    InitialWeights defaultWeights(Normalization choice) {
      return InitialWeights.normal(0.05);
    }
  }

  @Override
  public MultiLayerConfiguration conf() {
    LayerStack stack = new LayerStack(spec());
    int width = spec().input().size();
    int number = 1;
    for (int units : ((Architecture.Dense) spec().architecture()).widths()) {
      stack.dense("fc" + number++, width, units);
      width = units;
    }
    stack.output(width, Activation.SOFTMAX, new LossMCXENT());
    return stack.forVectors();
  }
}
