package io.bnzoo.layer;

import static org.nd4j.common.base.Preconditions.checkArgument;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;

/**
 * An LSTM with recurrent batch normalization.
 *
 * <p>With x_t [N,I], the output h_t and the cell c_t [N,H], and * for each value by itself:
 *
 * <pre>
 * (g, f, o, i) = BN(x_t W; gammaInput) + BN(h_(t-1) RW; gammaState) + b      [N,4H]
 * c_t = sigmoid(f) * c_(t-1) + sigmoid(i) * tanh(g)
 * h_t = sigmoid(o) * tanh(BN(c_t; gammaCell) + betaCell)
 * BN(z; gamma) = gamma * (z - mean) / sqrt(variance + epsilon)
 * </pre>
 *
 * <p>W is [I,4H], RW [H,4H], b, gammaInput and gammaState [4H], gammaCell and betaCell [H]; all
 * steps share them. W, RW and b are those of Deeplearning4j's LSTM, in its order, under its names.
 * What the cell carries from step to step is not normalized, only what is read from it.
 *
 * <p>Each step has a mean and a variance of its own. In training they are the batch's, [4H] or [H]
 * over the N sequences, and the gradient flows through them. In inference they are the running
 * statistics of that step, which each training step moves a little: {@code running = decay *
 * running + (1 - decay) * batch}. There is one row of them for each of the first {@link #steps()}
 * time steps; the last row serves all later ones, too, and moves towards the average of their
 * batches' statistics. How a state is distributed changes over the first tens of steps, and
 * statistics that all steps share, which {@code steps(1)} is, fail in inference. A moving average
 * also trails the weights: after training, recompute the statistics over the training data.
 *
 * <p>With masks [N,T], a step's statistics are those of the sequences that are there; where a
 * sequence is not, output and cell are 0. A step that only one sequence reaches has a variance of
 * 0: its normalized values are 0.
 *
 * <p>Input and output are [N,I,T] and [N,H,T], or [N,T,I] and [N,T,H] if the input type says so.
 * {@code rnnTimeStep} and truncated backpropagation keep the number of the time step beside output
 * and cell.
 *
 * <p>Defaults are the paper's: gamma 0.1, since the gradient vanishes through tanh at 1; beta 0;
 * epsilon 1e-5; forget bias 1; and {@link OrthogonalInit} for both weights, the candidate's
 * recurrent ones the identity. The decay, 0.99, is that of the authors' code. Activations are
 * fixed.
 *
 * <p>Where all sequences begin alike, as images with a black border do, the variance of the first
 * steps is 0 and gradients explode: give {@link Builder#initialStateNoise}.
 *
 * <p>Source: T. Cooijmans, N. Ballas, C. Laurent, Ç. Gülçehre and A. Courville, "Recurrent Batch
 * Normalization", 2016, equations 6 to 8.
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.ANY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class BatchNormLstm extends BaseRecurrentLayer {
  /** The paper's gamma. */
  public static final double PAPER_GAMMA = 0.1;

  /** The paper's epsilon. */
  public static final double PAPER_EPSILON = 1e-5;

  /** The share of the old running statistic that the authors' code keeps in a training step. */
  public static final double PAPER_DECAY = 0.99;

  private static final Activation ACTIVATION = Activation.TANH;

  private double forgetBias;
  private double initialGamma;
  private double epsilon;
  private double decay;
  private int steps;
  private double initialStateNoise;

  /** For JSON, which then sets the fields. */
  private BatchNormLstm() {}

  private BatchNormLstm(Builder builder) {
    super(builder);
    forgetBias = builder.forgetBias;
    initialGamma = builder.initialGamma;
    epsilon = builder.epsilon;
    decay = builder.decay;
    steps = builder.steps;
    initialStateNoise = builder.initialStateNoise;
    initializeConstraints(builder);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    LayerValidation.assertNInNOutSet("BatchNormLstm", getLayerName(), index, getNIn(), getNOut());
    BatchNormLstmRuntime runtime = new BatchNormLstmRuntime(conf, type);
    runtime.setListeners(listeners);
    runtime.setIndex(index);
    runtime.setParamsViewArray(parameters);
    runtime.setParamTable(initializer().init(conf, parameters, initialize));
    runtime.setConf(conf);
    return runtime;
  }

  /** Asked for before anything is made of the layer, one from a file as well. */
  @Override
  public ParamInitializer initializer() {
    requireSound();
    return BatchNormLstmParameters.INSTANCE;
  }

  /** None for the running statistics, which the optimizer does not move. */
  @Override
  public IUpdater getUpdaterByParam(String parameter) {
    return BatchNormLstmParameters.isStatistic(parameter)
        ? new NoOp()
        : super.getUpdaterByParam(parameter);
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    InputType.InputTypeRecurrent input = (InputType.InputTypeRecurrent) inputType;
    long parameters = initializer().numParams(this);
    long length = Math.max(1, input.getTimeSeriesLength());
    // Three normalized values, the gates, the cell and its tanh.
    long kept = length * getNOut() * (4 + 4 + 1 + 4 + 1 + 1);
    return new LayerMemoryReport.Builder(
            layerName, getClass(), inputType, getOutputType(-1, inputType))
        .standardMemory(parameters, 2 * parameters)
        .workingMemory(0, 10 * getNOut(), MemoryReport.CACHE_MODE_ALL_ZEROS, Map.of())
        .workingMemory(0, 10 * getNOut(), 0, kept)
        .build();
  }

  private void requireSound() {
    checkArgument(steps >= 1, "steps must be at least 1, got %s", steps);
    checkArgument(decay >= 0 && decay < 1, "decay must be in [0, 1), got %s", decay);
    checkArgument(
        epsilon > 0 && Double.isFinite(epsilon),
        "epsilon must be above 0 and finite, got %s",
        epsilon);
    checkArgument(
        initialGamma != 0 && Double.isFinite(initialGamma),
        "initialGamma must not be 0 and be finite, got %s",
        initialGamma);
    checkArgument(Double.isFinite(forgetBias), "forgetBias must be finite, got %s", forgetBias);
    checkArgument(
        initialStateNoise >= 0 && Double.isFinite(initialStateNoise),
        "initialStateNoise must be at least 0 and finite, got %s",
        initialStateNoise);
  }

  /** What the bias of the forget gate starts from. */
  public double forgetBias() {
    return forgetBias;
  }

  /** What the gammas start from. */
  public double initialGamma() {
    return initialGamma;
  }

  /** What is added to a variance before the root is taken. */
  public double epsilon() {
    return epsilon;
  }

  /** The share of the old running statistic that a training step keeps. */
  public double decay() {
    return decay;
  }

  /** How many of the first time steps have running statistics of their own. */
  public int steps() {
    return steps;
  }

  /** The standard deviation of the noise that is the output before the first step, in training. */
  public double initialStateNoise() {
    return initialStateNoise;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof BatchNormLstm layer
        && layer.forgetBias == forgetBias
        && layer.initialGamma == initialGamma
        && layer.epsilon == epsilon
        && layer.decay == decay
        && layer.steps == steps
        && layer.initialStateNoise == initialStateNoise;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(), forgetBias, initialGamma, epsilon, decay, steps, initialStateNoise);
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof BatchNormLstm;
  }

  /** Sets the layer up. */
  @SuppressWarnings("unchecked") // The build() of Layer.Builder returns whatever the caller likes.
  public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
    private double forgetBias = 1;
    private double initialGamma = PAPER_GAMMA;
    private double epsilon = PAPER_EPSILON;
    private double decay = PAPER_DECAY;
    private int steps;
    private double initialStateNoise;

    /**
     * With the paper's defaults.
     *
     * @param steps how many of the first time steps have running statistics of their own: the
     *     longest sequence, or some tens where that is very long; 1 for statistics that all share
     */
    public Builder(int steps) {
      this.steps = steps;
      weightInit(OrthogonalInit.ofMatrix());
      weightInitRecurrent(OrthogonalInit.ofRecurrentWeights());
      // Otherwise the configuration's activation, at first a sigmoid, would stand in the layer.
      activation(ACTIVATION);
    }

    /** What the bias of the forget gate starts from: how much a cell keeps at first. */
    public Builder forgetBias(double value) {
      forgetBias = value;
      return this;
    }

    /** What the gammas start from, not 0. */
    public Builder initialGamma(double value) {
      initialGamma = value;
      return this;
    }

    /** What is added to a variance before the root is taken, above 0. */
    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    /** The share of the old running statistic that a training step keeps, in [0, 1). */
    public Builder decay(double share) {
      decay = share;
      return this;
    }

    /**
     * The standard deviation of the noise that is the output before the first step, in training
     * only; 0 for none, the default. The paper has 0.1 where sequences begin alike.
     */
    public Builder initialStateNoise(double deviation) {
      initialStateNoise = deviation;
      return this;
    }

    @Override
    public Builder activation(IActivation function) {
      checkArgument(
          function.equals(ACTIVATION.getActivationFunction()),
          "the activation of BatchNormLstm is tanh, got %s",
          function);
      return super.activation(function);
    }

    @Override
    public BatchNormLstm build() {
      BatchNormLstm layer = new BatchNormLstm(this);
      layer.requireSound();
      return layer;
    }
  }
}
