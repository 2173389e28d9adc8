package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Three hidden layers of 100 and a softmax output of 10: [N,784] to [N,10].
 *
 * <p>The name counts the hidden layers. The loss is TensorFlow's {@code
 * softmax_cross_entropy_with_logits} averaged over the batch.
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

  private static final int HIDDEN_LAYERS = 3;
  private static final int UNITS = 100;

  private ThreeLayerMlp(NetworkSpec spec) {
    super(spec);
  }

  public static ModelBuilder<ThreeLayerMlp> builder() {
    NetworkSpec defaults =
        new NetworkSpec(
            ID,
            Normalization.none(),
            Activation.RELU,
            new Sgd(0.01),
            InitialWeights.normal(0.05),
            1,
            ImageShape.MNIST,
            CNN2DFormat.NCHW,
            10);
    return new ModelBuilder<>(
        defaults, normalization -> defaults.initialWeights(), ThreeLayerMlp::new);
  }

  @Override
  public MultiLayerConfiguration conf() {
    LayerStack stack = new LayerStack(spec());
    int width = spec().input().size();
    for (int i = 1; i <= HIDDEN_LAYERS; i++) {
      stack.dense("fc" + i, width, UNITS);
      width = UNITS;
    }
    stack.output(width, Activation.SOFTMAX, new LossMCXENT());
    return stack.forVectors();
  }
}
