package io.bnzoo.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import io.bnzoo.storage.Json;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** The catalogue of the sources' experiments, {@code experiments.json}. */
public final class Lesson {
  private static final List<Experiment> EXPERIMENTS = read();

  private Lesson() {}

  /** All of them, in the sources' order. */
  public static List<Experiment> experiments() {
    return EXPERIMENTS;
  }

  /** Those that do not take long. */
  public static List<Experiment> shortExperiments() {
    return EXPERIMENTS.stream().filter(experiment -> !experiment.takesLong()).toList();
  }

  public static Optional<Experiment> find(String id) {
    return EXPERIMENTS.stream().filter(experiment -> experiment.id().equals(id)).findFirst();
  }

  /** What was published for these settings: all that the sources vary, the seed aside. */
  public static List<Experiment.Published> published(NetworkSpec spec, TrainingPlan plan) {
    return EXPERIMENTS.stream()
        .filter(
            experiment ->
                experiment.model().equals(spec.model())
                    && experiment.plan().batchSize() == plan.batchSize()
                    && experiment.plan().batches() == plan.batches()
                    && new Trial(experiment, spec.normalization(), spec.seed(), Scale.FULL)
                        .spec()
                        .equals(spec))
        .flatMap(experiment -> experiment.published(spec.normalization()).stream())
        .toList();
  }

  private static List<Experiment> read() {
    try (InputStream in = Lesson.class.getResourceAsStream("experiments.json")) {
      return Json.mapper().readValue(in, new TypeReference<>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
