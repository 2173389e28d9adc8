package io.bnzoo.toolbox;

import io.bnzoo.toolbox.ModelDraft.Node;
import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How far the logits of two models are apart, which Deeplearning4j computes: what they give but for
 * the activations of their outputs, which would hide differences.
 */
public final class PredictionComparison {
  /** Far above rounding, and far below what a wrong factor would do. */
  private static final double MOST_DIFFERENCE = 1e-3;

  private final Model first;
  private final Model second;
  private long examples;
  private double largestDifference;
  private double largestLogit;

  /**
   * The comparison of two models with outputs of the same shapes; nothing is compared yet.
   *
   * @throws IllegalArgumentException if one is no {@code MultiLayerNetwork} or {@code
   *     ComputationGraph}
   */
  public PredictionComparison(Model first, Model second) {
    this.first = withoutActivation(first);
    this.second = withoutActivation(second);
  }

  /**
   * What was found.
   *
   * @param examples how many were compared
   * @param largestDifference of a logit from the other model's
   * @param largestLogit of the first model, whatever its sign
   */
  public record Result(long examples, double largestDifference, double largestLogit) {
    /** The difference as a part of the largest logit. */
    public double relative() {
      return largestDifference == 0 ? 0 : largestDifference / largestLogit;
    }

    /** Whether rounding may be all that they differ by. */
    public boolean isSame() {
      return relative() < MOST_DIFFERENCE; // NaN is not.
    }

    /** The difference, for people. */
    public String description() {
      return String.format(
          Locale.ROOT, "%.1e (%.1e of the largest)", largestDifference, relative());
    }
  }

  /** A copy that gives its logits: what its outputs' activations are given, or a detection's. */
  static Model withoutActivation(Model model) {
    ModelDraft draft = new ModelDraft(model);
    for (Node node : draft.nodes()) {
      if (draft.isOutput(node)) {
        node.layer()
            .ifPresent(
                layer -> {
                  if (layer instanceof BaseLayer computing) {
                    computing.setActivationFn(new ActivationIdentity());
                  } else if (layer instanceof ActivationLayer alone) {
                    alone.setActivationFn(new ActivationIdentity());
                  } else if (layer instanceof Yolo2OutputLayer) {
                    draft.remove(node);
                  }
                });
      }
    }
    return draft.build();
  }

  /** Compares a batch that both models take as it is. */
  public void add(ModelInputs inputs) {
    add(inputs, inputs);
  }

  /**
   * Compares a batch.
   *
   * @param ofFirst what the first model is given
   * @param ofSecond the same examples, as the second model takes them
   */
  public void add(ModelInputs ofFirst, ModelInputs ofSecond) {
    INDArray[] expected = ModelInputs.output(first, ofFirst.copies());
    INDArray[] found = ModelInputs.output(second, ofSecond.copies());
    for (int i = 0; i < expected.length; i++) {
      INDArray logits = expected[i].castTo(DataType.DOUBLE);
      largestDifference = larger(largestDifference, found[i].castTo(DataType.DOUBLE).sub(logits));
      largestLogit = larger(largestLogit, logits);
    }
    examples += ofFirst.arrays().get(0).size(0);
  }

  /** NaN is the largest of all. */
  private static double larger(double known, INDArray values) {
    return Math.max(known, values.amaxNumber().doubleValue());
  }

  /** What the batches have shown so far. */
  public Result result() {
    return new Result(examples, largestDifference, largestLogit);
  }
}
