package io.bnzoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.train.Sample;
import io.bnzoo.train.Snapshot;
import io.bnzoo.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  private static final ImageDataset DIGITS = TestDigits.small();
  private static final Scale TINY = new Scale(0.005);

  /** Remembers what it heard. */
  private static class Recorder implements Sweep.Store, Sweep.TrialListener {
    private final Map<String, TrialResult> results = new TreeMap<>();
    private final List<String> order = new ArrayList<>();
    private double share;

    @Override
    public void advanced(double done) {
      assertThat(done).isGreaterThan(share);
      share = done;
    }

    @Override
    public void keep(Trial trial, TrialResult result) {
      order.add(trial.name());
      results.put(trial.name(), result);
    }
  }

  /** All but the times, which are never the same twice. */
  private record Figures(
      List<Sample> curve, TrainingResult.Finals finals, List<Snapshot> snapshots) {
    static Figures of(TrialResult result) {
      return new Figures(
          result.training().curve(), result.training().finals().orElseThrow(), result.snapshots());
    }
  }

  private static Recorder run(List<Trial> trials, Sweep.Diagnostics look, int atOnce)
      throws IOException {
    Recorder recorder = new Recorder();
    new Sweep(DIGITS, EngineChoice.AUTO, look, atOnce).run(trials, recorder, recorder, () -> false);
    return recorder;
  }

  private static List<Trial> trials(String... ids) {
    return Stream.of(ids)
        .flatMap(id -> Lesson.find(id).orElseThrow().trials(List.of(1L, 2L), TINY).stream())
        .toList();
  }

  @Test
  void figuresDoNotDependOnWhatIsTrainedBeside() throws IOException {
    List<Trial> trials = trials("cell-05", "cell-13", "deep-cnn");
    Recorder alone = run(trials, Sweep.Diagnostics.OFF, 1);
    Recorder beside = run(trials, Sweep.Diagnostics.OFF, 4);
    assertThat(alone.results).hasSize(12);
    assertThat(beside.results.keySet()).isEqualTo(alone.results.keySet());
    alone.results.forEach(
        (name, result) ->
            assertThat(Figures.of(beside.results.get(name)))
                .as(name)
                .isEqualTo(Figures.of(result)));
  }

  @Test
  void lookingInsideChangesNoFigure() throws IOException {
    List<Trial> trials = trials("cell-05", "deep-cnn", "rows");
    Recorder blind = run(trials, Sweep.Diagnostics.OFF, 2);
    Recorder looking = run(trials, Sweep.Diagnostics.ON, 2);
    assertThat(blind.results.values()).allSatisfy(one -> assertThat(one.snapshots()).isEmpty());
    looking.results.forEach(
        (name, result) -> {
          assertThat(result.snapshots()).hasSameSizeAs(result.training().curve());
          assertThat(result.snapshots())
              .allMatch(look -> look.layers().isEmpty() != look.recurrent().isEmpty());
          TrainingResult without = blind.results.get(name).training();
          assertThat(result.training().curve()).isEqualTo(without.curve());
          assertThat(result.training().finals()).isEqualTo(without.finals());
        });
  }

  @Test
  void theLongestAreBegunFirstAndTheShareGrowsToAll() throws IOException {
    Recorder recorder = run(trials("cell-05", "deep-cnn"), Sweep.Diagnostics.OFF, 1);
    assertThat(recorder.order.subList(0, 4)).allMatch(name -> name.startsWith("deep-cnn"));
    assertThat(recorder.share).isGreaterThan(0.99).isLessThanOrEqualTo(1 + 1e-9);
  }

  @Test
  void onlyTheInferenceTrapAsksForIt() throws IOException {
    Recorder recorder = run(trials("single-sample", "cell-05"), Sweep.Diagnostics.OFF, 2);
    recorder.results.forEach(
        (name, result) ->
            assertThat(result.inferenceTrap().isPresent())
                .as(name)
                .isEqualTo(name.startsWith("single-sample")));
  }

  @Test
  void aTrialThatIsStoppedIsNotFinished() throws IOException {
    Recorder recorder = new Recorder();
    int[] asked = {0};
    BooleanSupplier stop = () -> ++asked[0] > 14;
    new Sweep(DIGITS, EngineChoice.AUTO, Sweep.Diagnostics.OFF, 1)
        .run(trials("cell-05"), recorder, recorder, stop);
    // Each asks once before it begins and once before each of its ten steps.
    assertThat(recorder.order).hasSize(1);
  }

  /** The short trial fails while the long one, begun before it, is under way. */
  /** With a batch norm whose running statistics and a LSTM whose noise have to be the same. */
  @Test
  void aTrialThatWasStoppedIsResumed(@TempDir Path folder) throws IOException {
    List<Trial> trials = trials("cell-05", "rows");
    Recorder whole = run(trials, Sweep.Diagnostics.OFF, 1);
    Recorder resumed = new Recorder();
    Sweep.Store store =
        new Sweep.Store() {
          @Override
          public void keep(Trial trial, TrialResult result) {
            resumed.keep(trial, result);
          }

          @Override
          public Optional<Path> checkpoints() {
            return Optional.of(folder);
          }
        };
    List<String> notices = new ArrayList<>();
    Sweep.TrialListener listener =
        new Sweep.TrialListener() {
          @Override
          public void notice(String line) {
            notices.add(line);
          }
        };
    Sweep sweep = new Sweep(DIGITS, EngineChoice.AUTO, Sweep.Diagnostics.OFF, 1);
    for (Trial trial : trials) {
      AtomicInteger asked = new AtomicInteger();
      sweep.run(List.of(trial), store, listener, () -> asked.incrementAndGet() > 6);
      assertThat(resumed.results).doesNotContainKey(trial.name());
      sweep.run(List.of(trial), store, listener, () -> false);
      assertThat(Figures.of(resumed.results.get(trial.name())))
          .as(trial.name())
          .isEqualTo(Figures.of(whole.results.get(trial.name())));
    }
    assertThat(notices)
        .hasSameSizeAs(trials)
        .allMatch(line -> line.contains("resumes after batch"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aResultThatCannotBeKeptEndsTheSweepForAll() {
    List<Trial> trials =
        List.of(
            Lesson.find("cell-04").orElseThrow().trials(List.of(1L), new Scale(0.2)).get(0),
            trials("cell-05").get(0),
            trials("cell-05").get(2));
    List<String> heard = new ArrayList<>();
    Sweep.Store full =
        (trial, result) -> {
          heard.add(trial.name());
          throw new IOException("no space left");
        };
    assertThatThrownBy(
            () ->
                new Sweep(DIGITS, EngineChoice.AUTO, Sweep.Diagnostics.OFF, 2)
                    .run(trials, full, Sweep.TrialListener.NONE, () -> false))
        .isInstanceOf(IOException.class)
        .hasMessage("no space left");
    assertThat(heard).containsExactly("cell-05-plain-seed-1");
  }

  @Test
  void aTrialThatFailsIsNamed() {
    Sweep.TrialListener broken =
        new Sweep.TrialListener() {
          @Override
          public void advanced(double share) {
            throw new IllegalArgumentException("what a pity");
          }
        };
    assertThatThrownBy(
            () ->
                new Sweep(DIGITS, EngineChoice.AUTO, Sweep.Diagnostics.OFF, 2)
                    .run(
                        trials("cell-05").subList(0, 1),
                        (trial, result) -> {},
                        broken,
                        () -> false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cell-05-plain-seed-1 failed")
        .hasRootCauseMessage("what a pity");
  }

  @Test
  void atLeastOneIsTrainedAtATime() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sweep(DIGITS, EngineChoice.AUTO, Sweep.Diagnostics.OFF, 0))
        .withMessage("atOnce must be at least 1, got 0");
  }
}
