package io.bnzoo.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.notebook.ArithmeticExercise.MomentsAnswer;
import io.bnzoo.notebook.ArithmeticExercise.NormalizationAnswer;
import io.bnzoo.notebook.ArithmeticExercise.RunningAnswer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class ArithmeticExerciseTest {
  private static final MomentsAnswer MOMENTS = x -> new INDArray[] {x.mean(0), x.var(false, 0)};

  private static final NormalizationAnswer NORMALIZATION =
      (x, mean, variance, gamma, beta, epsilon) ->
          x.subRowVector(mean)
              .divRowVector(Transforms.sqrt(variance.add(epsilon)))
              .mulRowVector(gamma)
              .addRowVector(beta);

  private static Arguments moments(String hint, MomentsAnswer answer) {
    return Arguments.of(hint, answer);
  }

  static Stream<Arguments> wrongMoments() {
    return Stream.of(
        moments("two arrays are asked for", x -> null),
        moments("the mean is null", x -> new INDArray[] {null, x.var(false, 0)}),
        moments(
            "the mean: these are all zeros",
            x -> new INDArray[] {Nd4j.zeros(x.columns()), x.var(false, 0)}),
        moments("means of each image", x -> new INDArray[] {x.mean(1), x.var(false, 0)}),
        moments("one number for the whole batch", x -> new INDArray[] {x.mean(), x.var(false, 0)}),
        moments("divides by N - 1", x -> new INDArray[] {x.mean(0), x.var(0)}),
        moments("the standard deviation", x -> new INDArray[] {x.mean(0), x.std(false, 0)}),
        moments("subtract the mean", x -> new INDArray[] {x.mean(0), x.mul(x).mean(0)}),
        moments("the mean: divide the sum", x -> new INDArray[] {x.sum(0), x.var(false, 0)}),
        moments("and divides by N - 1", x -> new INDArray[] {x.mean(0), x.std(0)}),
        moments(
            "unless they are squared",
            x -> new INDArray[] {x.mean(0), x.subRowVector(x.mean(0)).mean(0)}),
        moments("should begin", x -> new INDArray[] {x.mean(0).add(7), x.var(false, 0)}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongMoments")
  void aMistakeInTheMomentsGetsItsHint(String hint, MomentsAnswer answer) {
    assertWrong(ArithmeticExercise.judgeMoments(answer), hint);
  }

  private static void assertWrong(Verdict verdict, String hint) {
    assertThat(verdict.lines().stream().filter(line -> !line.right()).toList())
        .singleElement()
        .satisfies(line -> assertThat(line.text()).contains(hint));
  }

  @Test
  void swappedMomentsAreBothNamed() {
    assertThat(
            ArithmeticExercise.judgeMoments(x -> new INDArray[] {x.var(false, 0), x.mean(0)})
                .toString())
        .contains("the mean: this is the variance", "the variance: this is the mean");
  }

  @Test
  void momentsOfChannelsAreOverBatchHeightAndWidth() {
    assertThat(
            ArithmeticExercise.judgeChannelMoments(
                    x -> new INDArray[] {x.mean(0, 2, 3), x.var(false, 0, 2, 3)})
                .passed())
        .isTrue();
    assertThat(ArithmeticExercise.judgeChannelMoments(MOMENTS).toString())
        .contains("means of each place in each channel");
  }

  private static Arguments normalization(String hint, NormalizationAnswer answer) {
    return Arguments.of(hint, answer);
  }

  static Stream<Arguments> wrongNormalizations() {
    return Stream.of(
        normalization("as it was", (x, m, v, g, b, e) -> x),
        normalization(
            "gamma and beta are missing",
            (x, m, v, g, b, e) -> x.subRowVector(m).divRowVector(Transforms.sqrt(v.add(e)))),
        normalization(
            "epsilon belongs under the root",
            (x, m, v, g, b, e) ->
                x.subRowVector(m)
                    .divRowVector(Transforms.sqrt(v).add(e))
                    .mulRowVector(g)
                    .addRowVector(b)),
        normalization(
            "divide by the standard deviation",
            (x, m, v, g, b, e) ->
                x.subRowVector(m).divRowVector(v.add(e)).mulRowVector(g).addRowVector(b)),
        normalization(
            "subtract the mean first",
            (x, m, v, g, b, e) ->
                x.divRowVector(Transforms.sqrt(v.add(e))).mulRowVector(g).addRowVector(b)),
        normalization(
            "epsilon is missing",
            (x, m, v, g, b, e) ->
                x.subRowVector(m).divRowVector(Transforms.sqrt(v)).mulRowVector(g).addRowVector(b)),
        normalization(
            "gamma and beta are swapped",
            (x, m, v, g, b, e) -> NORMALIZATION.normalize(x, m, v, b, g, e)),
        normalization(
            "use the argument epsilon",
            (x, m, v, g, b, e) -> NORMALIZATION.normalize(x, m, v, g, b, 0.001)),
        normalization(
            "multiply by gamma first",
            (x, m, v, g, b, e) ->
                x.subRowVector(m)
                    .divRowVector(Transforms.sqrt(v.add(e)))
                    .addRowVector(b)
                    .mulRowVector(g)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongNormalizations")
  void aMistakeInTheNormalizationGetsItsHint(String hint, NormalizationAnswer answer) {
    assertWrong(ArithmeticExercise.judgeNormalization(answer), hint);
  }

  private static Arguments running(String hint, RunningAnswer answer) {
    return Arguments.of(hint, answer);
  }

  static Stream<Arguments> wrongPopulations() {
    return Stream.of(
        running("has not moved", (running, batch, decay) -> running),
        running("forgets", (running, batch, decay) -> batch),
        running(
            "the wrong way round",
            (running, batch, decay) -> running.mul(1 - decay).add(batch.mul(decay))),
        running(
            "use the argument decay",
            (running, batch, decay) -> running.mul(0.99).add(batch.mul(0.01))),
        running(
            "the batch's own share",
            (running, batch, decay) -> running.mul(decay).add(batch)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongPopulations")
  void aMistakeInTheRunningStatisticGetsItsHint(String hint, RunningAnswer answer) {
    assertWrong(ArithmeticExercise.judgeRunning(answer), hint);
  }

  @Test
  void rightAnswersPass() {
    assertThat(ArithmeticExercise.judgeMoments(MOMENTS).passed()).isTrue();
    assertThat(ArithmeticExercise.judgeNormalization(NORMALIZATION).passed()).isTrue();
    assertThat(
            ArithmeticExercise.judgeRunning(
                    (running, batch, decay) -> running.mul(decay).add(batch.mul(1 - decay)))
                .passed())
        .isTrue();
  }

  @Test
  void whatIsChangedInPlaceIsNamed() {
    NormalizationAnswer inPlace =
        (x, m, v, g, b, e) ->
            x.subiRowVector(m)
                .diviRowVector(Transforms.sqrt(v.addi(e)))
                .muliRowVector(g)
                .addiRowVector(b);
    assertThat(ArithmeticExercise.judgeNormalization(inPlace).toString())
        .contains("✓ the batch is normalized", "✗ x itself was changed", "✗ variance itself");
    MomentsAnswer centring =
        x -> {
          INDArray mean = x.mean(0);
          x.subiRowVector(mean);
          return new INDArray[] {mean, x.mul(x).mean(0)};
        };
    assertThat(ArithmeticExercise.judgeMoments(centring).toString())
        .contains("✓ the variance over the batch", "✗ x itself was changed");
  }

  @Test
  void whatAnAnswerThrowsIsToldWithTheShape() {
    assertThat(
            ArithmeticExercise.judgeChannelMoments(
                    x -> new INDArray[] {x.mean(0), x.subRowVector(x.mean(0))})
                .toString())
        .startsWith("✗ your function threw an exception on a batch of shape [4, 3, 5, 5]: ");
    assertThat(
            ArithmeticExercise.judgeRunning(
                    (running, batch, decay) -> {
                      throw new UnsupportedOperationException("later");
                    })
                .toString())
        .contains("later");
  }
}
