package io.bnzoo.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.Digits;
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

class TensorFlowParityTest {
  private static final double FACTOR = 3;

  private static Digits digits;
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
                      .as("%s", quantity)
                      .isLessThanOrEqualTo(FACTOR * limits.of(quantity)));
    }
  }
}
