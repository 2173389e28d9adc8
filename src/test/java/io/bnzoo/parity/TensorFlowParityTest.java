package io.bnzoo.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.RealMnist;
import io.bnzoo.parity.Distances.Quantity;
import io.bnzoo.parity.Verdict.Subject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both models against runs of TensorFlow on MNIST: all in the folders {@code BNZOO_PARITY} and
 * {@code BNZOO_PARITY_MORE}.
 *
 * <p>Judge over both is {@link ExactNetwork}, in double precision. TensorFlow's float32 results
 * cannot be: where a channel hardly varies batch norm scales it up thirtyfold, twenty times over,
 * and dozens of values within rounding of 0 fall on the other side of a ReLU, by which right
 * gradients differ by 5 to 15 percents and losses by 1 to 3 percents after ten steps. So ours and
 * TensorFlow's distances from double precision are compared, by medians over blocks, parameters or
 * steps and over all runs of a kind. They are tight where no ReLU can be on the other side: what
 * goes forward in the first step, the output layer's gradients, the optimizer's step by gradients
 * that are given, inference with parameters that are given, the MLPs; and, with {@link GateSearch},
 * all gradients.
 */
class TensorFlowParityTest {
  /** How many times further than TensorFlow ours may be; medians of runs of one seed differ so. */
  private static final double FACTOR = 3;

  /** How many times a limit TensorFlow's own distance may be: above it the record is wrong. */
  private static final double FACTOR_OF_RECORD = 5;

  private static ImageDataset digits;
  private static Map<String, List<RecordedRun>> runs;
  private static final Map<String, Map<Subject, Verdict>> VERDICTS = new TreeMap<>();

  @BeforeAll
  static void findRuns() throws IOException {
    runs = RecordedRuns.ofEnvironment();
    digits = RealMnist.load();
  }

  static Stream<Arguments> subjects() {
    return runs.entrySet().stream()
        .flatMap(
            kind ->
                Verdict.subjects(kind.getValue()).stream()
                    .map(subject -> Arguments.of(kind.getKey(), subject)));
  }

  static Stream<String> kinds() {
    return runs.keySet().stream();
  }

  private static Map<Subject, Verdict> verdicts(String kind)
      throws InterruptedException, ExecutionException {
    if (!VERDICTS.containsKey(kind)) {
      VERDICTS.put(kind, Verdict.of(runs.get(kind), digits));
    }
    return VERDICTS.get(kind);
  }

  @ParameterizedTest(name = "{0} as {1}")
  @MethodSource("subjects")
  void oursIsAsNearToDoublePrecisionAsTensorFlowIs(String kind, Subject subject)
      throws InterruptedException, ExecutionException {
    Verdict verdict = verdicts(kind).get(subject);
    Limits limits = Limits.of(runs.get(kind).get(0).description());
    for (Quantity quantity : Quantity.values()) {
      verdict
          .ours()
          .medians(quantity)
          .forEach(
              (of, median) -> {
                double theirs = verdict.tensorFlow().medians(quantity).get(of);
                assertThat(median)
                    .as("%s %s, TensorFlow's own is %.1e", quantity, of, theirs)
                    .isLessThanOrEqualTo(Math.max(FACTOR * theirs, limits.of(quantity)));
              });
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void theRecordIsNearToDoublePrecision(String kind)
      throws InterruptedException, ExecutionException {
    Verdict verdict = verdicts(kind).values().iterator().next();
    Limits limits = Limits.of(runs.get(kind).get(0).description());
    for (Quantity quantity : Quantity.values()) {
      verdict
          .tensorFlow()
          .medians(quantity)
          .forEach(
              (of, median) ->
                  assertThat(median)
                      .as(
                          "%s %s of TensorFlow itself; recorded with TF_ENABLE_ONEDNN_OPTS=0?",
                          quantity, of)
                      .isLessThanOrEqualTo(FACTOR_OF_RECORD * limits.of(quantity)));
    }
  }
}
