package io.bnzoo.report;

import com.fasterxml.jackson.core.type.TypeReference;
import io.bnzoo.spec.InitialWeights;
import io.bnzoo.spec.NetworkSpec;
import io.bnzoo.spec.TrainingPlan;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalDouble;

/** The figures that the source notebooks published, to stand beside our own. */
public final class Published {

  /**
   * One published run.
   *
   * @param initialStddev of normal weights
   * @param convolutionStddev of truncated normal weights of the convolutions; where neither is
   *     given the run started from Glorot uniform weights
   * @param test accuracy on the test set
   * @param singles accuracy on test images one at a time, where it was published
   */
  public record Figure(
      String model,
      String variant,
      int batchSize,
      int batches,
      String activation,
      double learningRate,
      OptionalDouble initialStddev,
      OptionalDouble convolutionStddev,
      double test,
      OptionalDouble singles,
      String source) {

    boolean isOf(NetworkSpec spec, TrainingPlan plan) {
      return model.equals(spec.model())
          && variant.equals(spec.variant().label())
          && batchSize == plan.batchSize()
          && batches == plan.batches()
          && activation.equals(spec.activation().name())
          && learningRate == spec.optimizer().learningRate()
          && initialWeights().equals(spec.initialWeights());
    }

    private InitialWeights initialWeights() {
      if (initialStddev.isPresent()) {
        return InitialWeights.normal(initialStddev.getAsDouble());
      }
      return convolutionStddev.isPresent()
          ? InitialWeights.truncatedNormalConvolutions(convolutionStddev.getAsDouble())
          : InitialWeights.glorotUniform();
    }
  }

  private static final List<Figure> FIGURES = read();

  private Published() {}

  /** What was published for these settings: all that the sources vary, the seed aside. */
  public static List<Figure> of(NetworkSpec spec, TrainingPlan plan) {
    return FIGURES.stream().filter(figure -> figure.isOf(spec, plan)).toList();
  }

  private static List<Figure> read() {
    try (InputStream in = Published.class.getResourceAsStream("published-figures.json")) {
      return List.copyOf(Json.mapper().readValue(in, new TypeReference<List<Figure>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
