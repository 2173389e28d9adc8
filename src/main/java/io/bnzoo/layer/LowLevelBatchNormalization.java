package io.bnzoo.layer;

import static org.nd4j.common.base.Preconditions.checkArgument;

import io.bnzoo.samediff.Channels;
import io.bnzoo.samediff.ChannelwiseLayer;
import io.bnzoo.samediff.ChannelwiseRuntime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Batch normalization by hand, after TensorFlow's tf.nn functions.
 *
 * <p>In training each feature is normalized by the mean m and the biased variance v that it has in
 * the batch, and the running statistics move a little towards these:
 *
 * <pre>
 * y = gamma * (x - m) / sqrt(v + epsilon) + beta
 * populationMean     = decay * populationMean     + (1 - decay) * m
 * populationVariance = decay * populationVariance + (1 - decay) * v
 * </pre>
 *
 * <p>x and y are [N,F], and m and v are [F], taken over N. Or x and y are images, [N,C,H,W] or
 * [N,H,W,C]; then a channel is normalized as one feature that has N*H*W values, and m and v are
 * [C]. All four parameters have the shape of m.
 *
 * <ul>
 *   <li>{@code gamma}, at first 1, and {@code beta}, at first 0, are trained. With them the next
 *       layer can have any scale and mean that serves it; a bias before this layer would be
 *       subtracted again with the mean.
 *   <li>{@code populationMean}, at first 0, and {@code populationVariance}, at first 1, are no
 *       business of the optimizer's. They are what inference normalizes by: a prediction for one
 *       image must not depend on the other images of its batch, and an image alone has no variance.
 * </ul>
 *
 * <p>Training and inference are two graphs, see {@link ChannelwiseLayer}. Inference puts the
 * running statistics in the place of m and v and changes nothing. In training, m and v depend on x,
 * and so the gradient flows through them, too; in inference they are constants. After {@code
 * output(x, true)}, which normalizes by the batch, nothing has moved either: the statistics move in
 * the update of a training step, once.
 *
 * <p>Defaults are TensorFlow's: decay 0.99, epsilon 0.001. TensorFlow's fused batch normalization
 * moves the running variance by n/(n-1) times v, tf.nn.moments and this layer by v.
 *
 * <p>Where a channel has one value in the batch, training gives beta and a variance of 0 to move
 * by: train on larger batches.
 *
 * <p>Source: S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by
 * Reducing Internal Covariate Shift", 2015, algorithms 1 and 2.
 */
public final class LowLevelBatchNormalization extends ChannelwiseLayer {
  /** The name of gamma among the parameters. */
  public static final String GAMMA = "gamma";

  /** The name of beta. */
  public static final String BETA = "beta";

  /** The name of the running mean. */
  public static final String POPULATION_MEAN = "populationMean";

  /** The name of the running variance. */
  public static final String POPULATION_VARIANCE = "populationVariance";

  /** TensorFlow's decay (tf.layers.batch_normalization, {@code momentum}). */
  public static final double TENSORFLOW_DECAY = 0.99;

  /** TensorFlow's epsilon (tf.layers.batch_normalization). Deeplearning4j's would be 1e-5. */
  public static final double TENSORFLOW_EPSILON = 1e-3;

  private static final Map<String, Double> TRAINED = inOrder(GAMMA, 1, BETA, 0);
  private static final Map<String, Double> STATISTICS =
      inOrder(POPULATION_MEAN, 0, POPULATION_VARIANCE, 1);

  private double decay;
  private double epsilon;
  private Arithmetic arithmetic;

  /** For JSON, which then sets the fields. */
  private LowLevelBatchNormalization() {}

  private LowLevelBatchNormalization(Builder builder) {
    super(builder);
    decay = builder.decay;
    epsilon = builder.epsilon;
    arithmetic = builder.arithmetic;
  }

  @Override
  protected Definition training(SDVariable x, Map<String, SDVariable> parameters) {
    Channels channels = channels(x);
    Channels.Moments batch =
        switch (arithmetic) {
          case ONE_OPERATION -> channels.moments(x);
          case SPELT_OUT -> channels.broadcastMoments(x);
        };
    SDVariable mean = parameters.get(POPULATION_MEAN);
    SDVariable variance = parameters.get(POPULATION_VARIANCE);
    Map<String, SDVariable> steps = new LinkedHashMap<>();
    steps.put(POPULATION_MEAN, mean.sub(batch.mean()).mul(1 - decay));
    steps.put(POPULATION_VARIANCE, variance.sub(batch.variance()).mul(1 - decay));
    return new Definition(normalize(x, batch, parameters), steps);
  }

  @Override
  protected Definition inference(SDVariable x, Map<String, SDVariable> parameters) {
    Channels.Moments running =
        new Channels.Moments(parameters.get(POPULATION_MEAN), parameters.get(POPULATION_VARIANCE));
    return new Definition(normalize(x, running, parameters), Map.of());
  }

  private SDVariable normalize(
      SDVariable x, Channels.Moments moments, Map<String, SDVariable> parameters) {
    SDVariable gamma = parameters.get(GAMMA);
    SDVariable beta = parameters.get(BETA);
    return switch (arithmetic) {
      case ONE_OPERATION -> channels(x).normalize(x, moments, gamma, beta, epsilon);
      case SPELT_OUT -> speltOut(x, moments, gamma, beta);
    };
  }

  private SDVariable speltOut(
      SDVariable x, Channels.Moments moments, SDVariable gamma, SDVariable beta) {
    SDVariable deviation = x.getSameDiff().math().sqrt(moments.variance().add(epsilon));
    SDVariable centered = x.sub(moments.mean());
    SDVariable normalized = channels(x).scale(centered, deviation.rdiv(1));
    return channels(x).scale(normalized, gamma).add(beta);
  }

  @Override
  protected Map<String, Double> trained() {
    return TRAINED;
  }

  @Override
  protected Map<String, Double> statistics() {
    return STATISTICS;
  }

  @Override
  protected ChannelwiseRuntime runtime(NeuralNetConfiguration conf, DataType type) {
    return new InNetwork(conf, type);
  }

  @Override
  protected int inferenceArrays() {
    return arithmetic == Arithmetic.ONE_OPERATION ? 0 : 3;
  }

  @Override
  protected int trainingArrays() {
    return arithmetic == Arithmetic.ONE_OPERATION ? 5 : 9;
  }

  private static Map<String, Double> inOrder(
      String first, double ofFirst, String second, double ofSecond) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put(first, ofFirst);
    values.put(second, ofSecond);
    return Collections.unmodifiableMap(values);
  }

  @Override
  protected long[] parameterShape(int rank) {
    return switch (arithmetic) {
      case ONE_OPERATION -> new long[] {features()};
      case SPELT_OUT -> super.parameterShape(rank);
    };
  }

  /** The share of the old running statistic that a step keeps. */
  public double decay() {
    return decay;
  }

  /** What is added to the variance before the root is taken. */
  public double epsilon() {
    return epsilon;
  }

  /** How the formula is written down. */
  public Arithmetic arithmetic() {
    return arithmetic;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof LowLevelBatchNormalization layer
        && layer.decay == decay
        && layer.epsilon == epsilon
        && layer.arithmetic == arithmetic;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), decay, epsilon, arithmetic);
  }

  /** This layer in a network. */
  static final class InNetwork extends ChannelwiseRuntime {
    private InNetwork(NeuralNetConfiguration conf, DataType type) {
      super(conf, type);
    }

    @Override
    public Type type() {
      return Type.NORMALIZATION;
    }
  }

  /** Sets the layer up. */
  @SuppressWarnings("unchecked") // The build() of Layer.Builder returns whatever the caller likes.
  public static final class Builder extends ChannelwiseLayer.Builder<Builder> {
    private double decay = TENSORFLOW_DECAY;
    private double epsilon = TENSORFLOW_EPSILON;
    private Arithmetic arithmetic = Arithmetic.ONE_OPERATION;

    /** The share of the old running statistic that a step keeps, in [0, 1). */
    public Builder decay(double share) {
      decay = share;
      return this;
    }

    /** What is added to the variance before the root is taken, above 0. */
    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    /** How the formula is written down; the values are the same. */
    public Builder arithmetic(Arithmetic choice) {
      arithmetic = choice;
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    public LowLevelBatchNormalization build() {
      checkArgument(decay >= 0 && decay < 1, "decay must be in [0, 1), got %s", decay);
      checkArgument(epsilon > 0, "epsilon must be above 0, got %s", epsilon);
      checkArgument(Double.isFinite(epsilon), "epsilon must be finite, got %s", epsilon);
      checkArgument(arithmetic != null, "arithmetic must be given, got null");
      return new LowLevelBatchNormalization(this);
    }
  }
}
