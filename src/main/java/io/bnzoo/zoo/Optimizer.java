package io.bnzoo.zoo;

/** How a gradient becomes an update. Every learning rate is above 0. */
public sealed interface Optimizer {
  double learningRate();

  /** What it is called in a text. */
  String label();

  /** The same rule with another learning rate. */
  Optimizer withLearningRate(double learningRate);

  /** Plain gradient descent. */
  record Sgd(double learningRate) implements Optimizer {
    public Sgd {
      checkLearningRate(learningRate);
    }

    @Override
    public String label() {
      return "gradient descent";
    }

    @Override
    public Optimizer withLearningRate(double rate) {
      return new Sgd(rate);
    }
  }

  /** Nesterov's accelerated gradient, with momentum in [0, 1). */
  record Nesterovs(double learningRate, double momentum) implements Optimizer {
    public Nesterovs {
      checkLearningRate(learningRate);
      Check.argument(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got %s", momentum);
    }

    @Override
    public String label() {
      return "Nesterov momentum";
    }

    @Override
    public Optimizer withLearningRate(double rate) {
      return new Nesterovs(rate, momentum);
    }
  }

  /**
   * Adam with beta1 0.9, beta2 0.999 and epsilon 1e-8, which are TensorFlow's defaults and
   * Deeplearning4j's.
   *
   * <p>Source: D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015.
   */
  record Adam(double learningRate) implements Optimizer {
    public Adam {
      checkLearningRate(learningRate);
    }

    @Override
    public String label() {
      return "Adam";
    }

    @Override
    public Optimizer withLearningRate(double rate) {
      return new Adam(rate);
    }
  }

  private static void checkLearningRate(double learningRate) {
    Check.aboveZero("learningRate", learningRate);
  }
}
