package io.bnzoo.zoo;

import io.bnzoo.layer.Arithmetic;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What normalizes the values of a hidden layer, and where in the block it stands: {@code
 * Normalization.batchNorm().placed(Placement.AFTER_ACTIVATION)}.
 *
 * <p>The choice is a value, so that two networks which differ in it share everything else.
 */
public sealed interface Normalization {

  /** Its name on the command line, in file names and in results, its placement included. */
  String label();

  /** Where it stands; {@link Placement#BEFORE_ACTIVATION} of what has no choice. */
  Placement placement();

  /** The same in every placement; no normalization and the recurrent one have but one. */
  List<Normalization> inEveryPlacement();

  /** No normalization: the linear layer has a bias and feeds the activation directly. */
  record None() implements Normalization {
    @Override
    public String label() {
      return "plain";
    }

    @Override
    public Placement placement() {
      return Placement.BEFORE_ACTIVATION;
    }

    @Override
    public List<Normalization> inEveryPlacement() {
      return List.of(this);
    }
  }

  /**
   * Batch normalization by Deeplearning4j's own layer.
   *
   * <p>In training {@code y = gamma * (x - m) / sqrt(v + epsilon) + beta} with the mean m and the
   * biased variance v of the batch, taken per feature of [N,F] and per channel of [N,C,H,W]. Each
   * step moves the running statistics: {@code p = decay * p + (1 - decay) * batch}. Inference puts
   * the running statistics in the place of m and v and changes nothing.
   *
   * <p>Source: S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by
   * Reducing Internal Covariate Shift", 2015.
   *
   * @param decay the share of the old running statistic that a step keeps, in [0, 1)
   * @param epsilon what is added to the variance before the root is taken, above 0
   * @param placement where it stands
   */
  record BatchNorm(double decay, double epsilon, Placement placement) implements Normalization {
    /** Checks the numbers. */
    public BatchNorm {
      checkBatchNorm(decay, epsilon);
      Check.given("placement", placement);
    }

    /** Before the activation. */
    public BatchNorm(double decay, double epsilon) {
      this(decay, epsilon, Placement.BEFORE_ACTIVATION);
    }

    /** The same in another place. */
    public BatchNorm placed(Placement choice) {
      return new BatchNorm(decay, epsilon, choice);
    }

    @Override
    public String label() {
      return "batch-norm" + placement.suffix();
    }

    @Override
    public List<Normalization> inEveryPlacement() {
      return Placement.each(this::placed);
    }
  }

  /**
   * The same by hand: a SameDiff layer that mirrors TensorFlow's tf.nn functions and can be read to
   * learn how batch normalization works.
   *
   * @param decay as in {@link BatchNorm}
   * @param epsilon as in {@link BatchNorm}
   * @param arithmetic how the formula is written down
   * @param placement where it stands
   */
  record LowLevel(double decay, double epsilon, Arithmetic arithmetic, Placement placement)
      implements Normalization {
    /** Checks the numbers. */
    public LowLevel {
      checkBatchNorm(decay, epsilon);
      Check.given("arithmetic", arithmetic);
      Check.given("placement", placement);
    }

    /** Before the activation. */
    public LowLevel(double decay, double epsilon, Arithmetic arithmetic) {
      this(decay, epsilon, arithmetic, Placement.BEFORE_ACTIVATION);
    }

    /** The same in another place. */
    public LowLevel placed(Placement choice) {
      return new LowLevel(decay, epsilon, arithmetic, choice);
    }

    @Override
    public String label() {
      String name =
          switch (arithmetic) {
            case ONE_OPERATION -> "low-level";
            case SPELT_OUT -> "spelt-out";
          };
      return name + placement.suffix();
    }

    @Override
    public List<Normalization> inEveryPlacement() {
      return Placement.each(this::placed);
    }
  }

  /**
   * Recurrent batch normalization, by {@link BatchNormLstm}: for LSTMs, whose input, state and cell
   * it normalizes. It has one place only.
   *
   * @param initialGamma what the gammas start from, not 0
   * @param epsilon what is added to the variance before the root is taken, above 0
   * @param decay the share of the old running statistic that a step keeps, in [0, 1)
   * @param steps which time steps have running statistics of their own
   * @param initialStateNoise the standard deviation of the noise before the first time step, in
   *     training; absent for 0.1 where the {@link Reading} begins alike for all images, and none
   *     elsewhere, as the source has it
   */
  record RecurrentBatchNorm(
      double initialGamma,
      double epsilon,
      double decay,
      TimeSteps steps,
      OptionalDouble initialStateNoise)
      implements Normalization {

    /** Where it is needed. */
    private static final double PAPER_NOISE = 0.1;

    /** Checks the numbers. */
    public RecurrentBatchNorm {
      checkBatchNorm(decay, epsilon);
      Check.argument(
          initialGamma != 0 && Double.isFinite(initialGamma),
          "initialGamma must not be 0 and be finite, got %s",
          initialGamma);
      Check.given("steps", steps);
      Check.given("initialStateNoise", initialStateNoise);
      double noise = initialStateNoise.orElse(0);
      Check.argument(
          noise >= 0 && Double.isFinite(noise),
          "initialStateNoise must be at least 0 and finite, got %s",
          noise);
    }

    /** The same with other gammas at the start. */
    public RecurrentBatchNorm withInitialGamma(double gamma) {
      return new RecurrentBatchNorm(gamma, epsilon, decay, steps, initialStateNoise);
    }

    /** The same with other running statistics. */
    public RecurrentBatchNorm withStatistics(TimeSteps choice) {
      return new RecurrentBatchNorm(initialGamma, epsilon, decay, choice, initialStateNoise);
    }

    /** The same with noise of that standard deviation, whatever is read. */
    public RecurrentBatchNorm withInitialStateNoise(double deviation) {
      return new RecurrentBatchNorm(
          initialGamma, epsilon, decay, steps, OptionalDouble.of(deviation));
    }

    /** The noise for a network that reads so. */
    double noise(Reading reading) {
      return initialStateNoise.orElse(reading.beginsAlike() ? PAPER_NOISE : 0);
    }

    @Override
    public String label() {
      String gamma =
          new BigDecimal(initialGamma, MathContext.DECIMAL32).stripTrailingZeros().toPlainString();
      return "recurrent-batch-norm"
          + (initialGamma == BatchNormLstm.PAPER_GAMMA ? "" : "-gamma-" + gamma)
          + (steps == TimeSteps.SHARED ? "-shared" : "");
    }

    @Override
    public Placement placement() {
      return Placement.BEFORE_ACTIVATION;
    }

    @Override
    public List<Normalization> inEveryPlacement() {
      return List.of(this);
    }
  }

  /** Which time steps of an LSTM have running statistics of their own. */
  enum TimeSteps {
    /** Each, as the source has it. */
    EACH,
    /** All share theirs, which does not work. */
    SHARED
  }

  /** TensorFlow's decay (tf.layers.batch_normalization, {@code momentum}). */
  double TENSORFLOW_DECAY = LowLevelBatchNormalization.TENSORFLOW_DECAY;

  /** TensorFlow's epsilon (tf.layers.batch_normalization). Deeplearning4j's would be 1e-5. */
  double TENSORFLOW_EPSILON = LowLevelBatchNormalization.TENSORFLOW_EPSILON;

  /** No normalization. */
  static None none() {
    return new None();
  }

  /** Batch normalization with TensorFlow's decay and epsilon. */
  static BatchNorm batchNorm() {
    return new BatchNorm(TENSORFLOW_DECAY, TENSORFLOW_EPSILON);
  }

  /** The low-level layer with TensorFlow's decay and epsilon, its formula as one operation. */
  static LowLevel lowLevel() {
    return new LowLevel(TENSORFLOW_DECAY, TENSORFLOW_EPSILON, Arithmetic.ONE_OPERATION);
  }

  /** The same layer with its formula spelt out. */
  static LowLevel speltOut() {
    return new LowLevel(TENSORFLOW_DECAY, TENSORFLOW_EPSILON, Arithmetic.SPELT_OUT);
  }

  /** Recurrent batch normalization with its source's settings. */
  static RecurrentBatchNorm recurrentBatchNorm() {
    return new RecurrentBatchNorm(
        BatchNormLstm.PAPER_GAMMA,
        BatchNormLstm.PAPER_EPSILON,
        BatchNormLstm.PAPER_DECAY,
        TimeSteps.EACH,
        OptionalDouble.empty());
  }

  private static void checkBatchNorm(double decay, double epsilon) {
    Check.argument(decay >= 0 && decay < 1, "decay must be in [0, 1), got %s", decay);
    Check.aboveZero("epsilon", epsilon);
  }
}
