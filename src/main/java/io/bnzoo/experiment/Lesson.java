package io.bnzoo.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.nd4j.linalg.activations.Activation;

/** The catalogue of the sources' experiments, {@code experiments.json}. */
public final class Lesson {

  /** One experiment as the file has it. */
  private record Row(
      String id,
      String title,
      String source,
      String model,
      List<String> variants,
      Activation activation,
      double learningRate,
      OptionalDouble initialStddev,
      OptionalDouble convolutionStddev,
      int batchSize,
      int batches,
      int measureEvery,
      int singleImages,
      Optional<String> rerunOf,
      boolean inferenceTrap,
      double minutes,
      List<Experiment.Published> published) {

    Experiment experiment() {
      return new Experiment(
          id,
          title,
          source,
          Zoo.find(model).orElseThrow(),
          variants.stream().map(label -> Variants.find(label).orElseThrow()).toList(),
          activation,
          learningRate,
          initialWeights(),
          // Training batches are not measured: the sources' curves do not show them.
          new TrainingPlan(batches, batchSize, measureEvery, batches, singleImages, 1),
          rerunOf,
          inferenceTrap,
          minutes,
          published);
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

  private static final List<Experiment> EXPERIMENTS = read();

  private Lesson() {}

  /** All of them, in the sources' order. */
  public static List<Experiment> experiments() {
    return EXPERIMENTS;
  }

  public static Optional<Experiment> find(String id) {
    return EXPERIMENTS.stream().filter(experiment -> experiment.id().equals(id)).findFirst();
  }

  /** What was published for these settings: all that the sources vary, the seed aside. */
  public static List<Experiment.Published> published(NetworkSpec spec, TrainingPlan plan) {
    return EXPERIMENTS.stream()
        .filter(
            experiment ->
                experiment.entry().id().equals(spec.model())
                    && experiment.plan().batchSize() == plan.batchSize()
                    && experiment.plan().batches() == plan.batches()
                    && experiment.activation() == spec.activation()
                    && experiment.learningRate() == spec.optimizer().learningRate()
                    && experiment.initialWeights().equals(spec.initialWeights()))
        .flatMap(experiment -> experiment.published(spec.variant()).stream())
        .toList();
  }

  private static List<Experiment> read() {
    JsonMapper mapper = JsonMapper.builder().addModule(new Jdk8Module()).build();
    try (InputStream in = Lesson.class.getResourceAsStream("experiments.json")) {
      return mapper.readValue(in, new TypeReference<List<Row>>() {}).stream()
          .map(Row::experiment)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
