package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * An LSTM that is shown an image piece by piece and says in the end what it was: [N,784] to [N,10].
 *
 * <p>An LSTM of 100 units, Deeplearning4j's or with {@link Normalization.RecurrentBatchNorm} the
 * {@link io.bnzoo.layer.BatchNormLstm}, whose last output goes to a softmax output of 10. The
 * {@link Reading} says what a step is: a row by default, so that there are 28 steps of 28 values.
 *
 * <p>Images are given as vectors, [N,784]; {@code dataFormat} makes no difference.
 *
 * <p>Defaults are those of the published code: no normalization, tanh, which cannot be changed,
 * RMSProp with learning rate 0.001 and decay 0.5, orthogonal weights, a forget bias of 1. It clips
 * the norm of all gradients together at 1; here each layer's is, which is what Deeplearning4j has.
 * Unlike its, the states before the first step are not learnt. Reading by rows is not among its
 * experiments.
 *
 * <p>Source: T. Cooijmans, N. Ballas, C. Laurent, Ç. Gülçehre and A. Courville, "Recurrent Batch
 * Normalization", 2016, section 5.1, and its code.
 */
public final class ImageLstm extends BatchNormModel {

  /** The id in the registry and on the command line. */
  public static final String ID = "image-lstm";

  /** How it is trained where nothing else is said: 2000 batches of 100. */
  public static final TrainingPlan PLAN =
      TrainingPlan.builder().batches(2000).batchSize(100).build();

  /** By rows, with the paper's 100 units. */
  public static final Architecture.Recurrent ARCHITECTURE =
      new Architecture.Recurrent(Reading.ROWS, 100);

  private ImageLstm(NetworkSpec spec) {
    super(spec);
  }

  /** A builder with the published settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds the model from its defaults and what the caller changes of them. */
  public static final class Builder extends ModelBuilder<ImageLstm, Builder> {
    private Architecture.Recurrent architecture = ARCHITECTURE;

    private Builder() {
      super(
          new NetworkSpec(
              ID,
              ARCHITECTURE,
              Normalization.none(),
              Activation.TANH,
              new RmsProp(0.001, 0.5, RmsProp.DEFAULT_RMSPROP_EPSILON),
              InitialWeights.orthogonal(),
              1,
              ImageShape.MNIST,
              CNN2DFormat.NCHW,
              10));
    }

    /** In which order the image is shown; row by row by default. */
    public Builder reading(Reading choice) {
      architecture = new Architecture.Recurrent(choice, architecture.units());
      return architecture(architecture);
    }

    /** How many units the LSTM has; 100 by default. */
    public Builder units(int count) {
      architecture = new Architecture.Recurrent(architecture.reading(), count);
      return architecture(architecture);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    ImageLstm model(NetworkSpec spec) {
      return new ImageLstm(spec);
    }

    @Override
    InitialWeights defaultWeights(Normalization choice) {
      return InitialWeights.orthogonal();
    }
  }

  @Override
  public MultiLayerConfiguration conf() {
    Architecture.Recurrent architecture = (Architecture.Recurrent) spec().architecture();
    LayerStack stack = new LayerStack(spec());
    stack.lstm("lstm", architecture.reading(), architecture.units());
    stack.output(architecture.units(), Activation.SOFTMAX, new LossMCXENT());
    return stack.forVectors();
  }
}
