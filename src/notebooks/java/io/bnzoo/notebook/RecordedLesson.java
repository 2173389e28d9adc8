package io.bnzoo.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.experiment.Spread;
import io.bnzoo.storage.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * The lesson's experiments as they were trained at full length, on MNIST, over several seeds.
 */
public final class RecordedLesson {
  private final JsonNode report;

  private RecordedLesson(JsonNode report) {
    this.report = report;
  }

  /** Reads it. */
  public static RecordedLesson read() throws IOException {
    try (InputStream file = RecordedLesson.class.getResourceAsStream("lesson.json")) {
      return new RecordedLesson(Json.mapper().readTree(file));
    }
  }

  /**
   * The learning curves of one variant, one a seed: accuracies on the validation set by the number
   * of batches trained until then.
   *
   * @return none if there is no such experiment or variant
   */
  public List<SortedMap<Integer, Double>> curves(String experiment, String variant) {
    List<SortedMap<Integer, Double>> curves = new ArrayList<>();
    for (JsonNode trial : variant(experiment, variant).path("trials")) {
      SortedMap<Integer, Double> curve = new TreeMap<>();
      trial
          .path("curve")
          .forEach(point -> curve.put(point.path(0).asInt(), point.path(1).asDouble()));
      curves.add(curve);
    }
    return curves;
  }

  /** The accuracies on the test set over the seeds. */
  public Optional<Spread> test(String experiment, String variant) {
    return Spread.of(
        StreamSupport.stream(variant(experiment, variant).path("trials").spliterator(), false)
            .map(trial -> trial.path("test"))
            .filter(JsonNode::isNumber)
            .mapToDouble(JsonNode::asDouble));
  }

  private JsonNode variant(String experiment, String label) {
    for (JsonNode part : report.path("experiments")) {
      if (part.path("id").asText().equals(experiment)) {
        for (JsonNode row : part.path("variants")) {
          if (row.path("label").asText().equals(label)) {
            return row;
          }
        }
      }
    }
    return report.path("none");
  }
}
