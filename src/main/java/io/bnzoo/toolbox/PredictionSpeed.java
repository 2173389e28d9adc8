package io.bnzoo.toolbox;

import io.bnzoo.engine.Accelerated;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How long two models take to predict one batch each, in turns once both are warm.
 *
 * @param engine what computes, {@code dl4j} or {@code onednn}
 * @param before the first model's milliseconds, the median
 * @param after the second's
 * @param gain how many times as fast the second is, the median over the turns
 */
public record PredictionSpeed(String engine, double before, double after, double gain) {
  private static final int WARM_TURNS = 5;
  private static final int LEAST_TURNS = 15;
  private static final int MOST_TURNS = 200;
  private static final long USUAL_NANOSECONDS = TimeUnit.SECONDS.toNanos(2);

  /** A prediction. */
  @FunctionalInterface
  private interface Prediction {
    INDArray[] of(INDArray... features);
  }

  /** By Deeplearning4j. */
  public static PredictionSpeed byDeeplearning4j(
      Model first, ModelInputs ofFirst, Model second, ModelInputs ofSecond) {
    return measure(
        "dl4j",
        features -> ModelInputs.output(first, features),
        ofFirst,
        features -> ModelInputs.output(second, features),
        ofSecond);
  }

  /** By oneDNN's kernels; empty where one of the models has a part without kernels. */
  public static Optional<PredictionSpeed> byOneDnn(
      Model first, ModelInputs ofFirst, Model second, ModelInputs ofSecond) {
    try (Accelerated one = accelerated(first);
        Accelerated other = accelerated(second)) {
      return isFast(one, ofFirst) && isFast(other, ofSecond)
          ? Optional.of(measure("onednn", one::output, ofFirst, other::output, ofSecond))
          : Optional.empty();
    }
  }

  private static boolean isFast(Accelerated model, ModelInputs inputs) {
    return model.obstacle(inputs.types().toArray(InputType[]::new)).isEmpty();
  }

  private static Accelerated accelerated(Model model) {
    return model instanceof ComputationGraph graph
        ? Accelerated.of(graph)
        : Accelerated.of((MultiLayerNetwork) model);
  }

  private static PredictionSpeed measure(
      String engine,
      Prediction first,
      ModelInputs ofFirst,
      Prediction second,
      ModelInputs ofSecond) {
    List<Double> before = new ArrayList<>();
    List<Double> after = new ArrayList<>();
    List<Double> gains = new ArrayList<>();
    long end = System.nanoTime() + USUAL_NANOSECONDS;
    for (int turn = -WARM_TURNS;
        turn < LEAST_TURNS || (turn < MOST_TURNS && System.nanoTime() < end);
        turn++) {
      double one = milliseconds(first, ofFirst);
      double other = milliseconds(second, ofSecond);
      if (turn >= 0) {
        before.add(one);
        after.add(other);
        gains.add(one / other);
      }
    }
    return new PredictionSpeed(engine, median(before), median(after), median(gains));
  }

  private static double milliseconds(Prediction prediction, ModelInputs inputs) {
    INDArray[] copies = inputs.copies();
    long start = System.nanoTime();
    prediction.of(copies);
    return (System.nanoTime() - start) / 1e6;
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }
}
