package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.files.FolderLock;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The command {@code lesson}. */
class LessonCommandTest extends CommandRun {
  @Test
  void theLessonIsListedWithin80Columns() throws IOException {
    assertThat(run("lesson", "list")).isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^cell-15 +sigmoid, rate 0.01, bad weights +50,000 +0.2270, 0.8527 ")
        .containsPattern("(?m)^placements +the deep CNN, five placements +800 +- ");
    assertThat(out.toString().lines())
        .hasSize(30)
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    out.getBuffer().setLength(0);
    assertThat(run("lesson", "list", "--json")).isZero();
    assertThat(json(out.toString()).at("/11/initialWeights/stddev").asDouble()).isEqualTo(5);
  }

  private int lesson(Interruption interruption, String... more) {
    String[] start = {
      "lesson", "run", "single-sample", "--data", "generated", "--runs", folder.toString()
    };
    return run(interruption, with(start, more));
  }

  @Test
  void theLessonTrainsWhatIsMissingAndReportsOnEverything() throws IOException {
    assertThat(lesson(Interruption.never(), "--scale", "0.01", "--seeds", "1,2")).isZero();
    assertThat(out.toString())
        .contains("2 networks to train", "0 are here already")
        .containsPattern("2 of 2 +single-sample-batch-norm-seed-[12] +0\\.")
        .contains("One image at a time, seed 2", "! Scale 0.01: only this share")
        .contains("report: " + folder.resolve("lesson-scale-0.01-generated"));
    out.getBuffer().setLength(0);
    assertThat(lesson(Interruption.never(), "--scale", "0.01", "--seeds", "2..3", "--json"))
        .isZero();
    JsonNode report = json(out.toString());
    assertThat(report.at("/experiments/0/variants/0/trials").size()).isEqualTo(3);
    assertThat(report.at("/commands").size()).isEqualTo(2);
    assertThat(report.at("/commands/0").asText()).startsWith("bnzoo lesson run single-sample");
    out.getBuffer().setLength(0);
    assertThat(lesson(Interruption.never(), "--scale", "0.01", "--seeds", "1..3")).isZero();
    assertThat(out.toString()).contains("0 networks to train", "3 are here already");
  }

  @Test
  void aLessonThatIsStoppedAtOnceReportsOnNothingAndSaysHowToGoOn() {
    Interruption interruption = Interruption.never();
    interruption.request();
    assertThat(lesson(interruption, "--scale", "0.01", "--seeds", "1")).isZero();
    assertThat(err.toString()).contains("stopped: the same command resumes from here");
    assertThat(folder.resolve("lesson-scale-0.01-generated").resolve("index.html")).exists();
  }

  @Test
  void aFolderOfAnotherLengthIsRefusedInOneLine() {
    assertThat(lesson(Interruption.never(), "--scale", "0.01", "--seeds", "1", "--name", "x"))
        .isZero();
    assertThat(lesson(Interruption.never(), "--scale", "0.02", "--seeds", "1", "--name", "x"))
        .isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("is of another length: choose another --name");
  }

  @Test
  void aLessonInAFolderThatAnotherProcessHoldsIsToldSo() throws IOException {
    try (FolderLock held = FolderLock.take(folder.resolve("x"))) {
      assertThat(lesson(Interruption.never(), "--scale", "0.01", "--name", "x"))
          .isEqualTo(Bnzoo.FAILURE);
    }
    assertThat(err.toString()).contains("x is in use by another process: wait until that is done");
  }

  @Test
  void freshStartsAnewAndTheOldTrialsStay() {
    assertThat(lesson(Interruption.never(), "--scale", "0.01", "--seeds", "1", "--name", "x"))
        .isZero();
    assertThat(
            lesson(
                Interruption.never(), "--scale", "0.01", "--seeds", "1", "--name", "x", "--fresh"))
        .isZero();
    assertThat(out.toString())
        .doesNotContain("1 are here already")
        .contains("what was there is in");
    assertThat(folder.resolve("x-old").resolve("trials")).isNotEmptyDirectory();
  }
}
