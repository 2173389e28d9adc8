package io.bnzoo.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.storage.Json;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.TrainingResult;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Folders that an earlier version has written, three and twenty batches on generated digits. */
class FormerRunsTest {
  private final List<String> notices = new ArrayList<>();

  private static Path folder(String name) throws URISyntaxException {
    return Path.of(FormerRunsTest.class.getResource(name).toURI());
  }

  @Test
  void aFinishedNetworkIsFound() throws Exception {
    Path run = folder("run");
    RunRequest.Settings settings = settings(run);
    Optional<TrainingResult> found =
        new FinishedNetworks(run, settings, notices::add).find(settings.networks().get(0));
    assertThat(notices).containsExactly("plain-seed-1 is here already");
    assertThat(found.orElseThrow().finals().orElseThrow().test().accuracy()).isEqualTo(0.1193);
  }

  private static RunRequest.Settings settings(Path run) throws IOException {
    JsonNode request = Json.mapper().readTree(run.resolve("run.json").toFile());
    return Json.mapper().treeToValue(request.path("settings"), RunRequest.Settings.class);
  }

  @Test
  void theCommandThatBeganARunIsRead() throws Exception {
    assertThat(RunFolder.command(folder("run"))).startsWith("train", "mlp", "--variant=plain");
  }

  @Test
  void aModelIsLoaded() throws Exception {
    assertThat(ModelFiles.load(folder("run").resolve("plain-seed-1.zip")).numParams())
        .isEqualTo(99_710);
  }

  @Test
  void aLessonsTrialsAreFound() throws Exception {
    Path trial = folder("lesson/trials/cell-05-plain-seed-1.json");
    JsonNode data = Json.mapper().readTree(trial.toFile()).path("data");
    Scale scale = new Scale(0.01);
    List<Trial> trials = Lesson.find("cell-05").orElseThrow().trials(List.of(1L), scale);
    LessonFolder lesson =
        LessonFolder.open(
            folder("lesson"),
            scale,
            Json.mapper().treeToValue(data, ImageDataset.Origin.class),
            notices::add);
    assertThat(notices).isEmpty();
    assertThat(trials).hasSize(2);
    assertThat(lesson.missing(trials, Sweep.Diagnostics.OFF)).isEmpty();
  }
}
