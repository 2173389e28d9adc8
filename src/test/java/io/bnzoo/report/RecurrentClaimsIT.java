package io.bnzoo.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** What the report says of recurrent batch norm, of networks that really were trained. */
class RecurrentClaimsIT {
  private static final ImageDataset DRAWN =
      new ImageDataset(
          TestDigits.draw(4000, 1),
          TestDigits.draw(500, 2),
          TestDigits.draw(500, 3),
          new ImageDataset.Origin(ImageDataset.Kind.GENERATED, "drawn for a test", "0".repeat(64)));

  private static ExperimentResult trained(ImageDataset digits, String id, double share)
      throws IOException {
    Experiment experiment = Lesson.find(id).orElseThrow();
    Scale scale = new Scale(share);
    List<Finished> finished = new ArrayList<>();
    new Sweep(digits, EngineChoice.ONEDNN, Sweep.Diagnostics.OFF, 1)
        .run(
            experiment.trials(List.of(1L), scale),
            (trial, result) -> finished.add(new Finished(trial, result)),
            Sweep.TrialListener.NONE,
            () -> false);
    return new ExperimentResult(experiment, scale, finished);
  }

  /** Of digits with a border that is black in all of them. */
  @Test
  @EnabledIfEnvironmentVariable(named = "BNZOO_DATA", matches = ".+")
  void sharedStatisticsLoseAtTest() throws IOException {
    assertThat(RecurrentRemarks.of(trained(ImageDataset.digits(), "shared", 0.1)))
        .anyMatch(line -> line.matches(".*shared statistics (lose|fail) .*"));
  }

  @Test
  void withGamma1ItLearnsNextToNothing() throws IOException {
    ExperimentResult result = trained(DRAWN, "gamma", 0.1);
    assertThat(RecurrentRemarks.of(result))
        .anyMatch(line -> line.endsWith("With gamma 1 it learns next to nothing."));
    assertThat(result.variants().get(0).test().orElseThrow().mean()).isGreaterThan(0.15);
  }
}
