package io.bnzoo.notebook;

import static io.bnzoo.notebook.Verdict.right;
import static io.bnzoo.notebook.Verdict.wrong;

import io.bnzoo.zoo.Normalization;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Corrects the exercise of writing batch norm's arithmetic by hand: an answer is tried on a small
 * batch, and if it is wrong it is compared with the mistakes that people make.
 */
public final class ArithmeticExercise {

  /** Far more than floats differ by, far less than any mistake. */
  private static final double TOLERANCE = 1e-4;

  /** The mean and the variance of a batch. */
  @FunctionalInterface
  public interface MomentsAnswer {
    /** An array of two: mean and variance. */
    INDArray[] moments(INDArray batch);
  }

  /** The normalization of a batch, [N,F], by given statistics, all [F]. */
  @FunctionalInterface
  public interface NormalizationAnswer {
    INDArray normalize(
        INDArray batch,
        INDArray mean,
        INDArray variance,
        INDArray gamma,
        INDArray beta,
        double epsilon);
  }

  /** A running statistic after one more batch. */
  @FunctionalInterface
  public interface RunningAnswer {
    INDArray moved(INDArray running, INDArray ofBatch, double decay);
  }

  /** What somebody gets who makes a mistake, and what to tell them. */
  private record Mistake(INDArray gives, String hint) {}

  private ArithmeticExercise() {}

  /** Moments of each feature of [N,F]. */
  public static Verdict judgeMoments(MomentsAnswer answer) {
    INDArray batch = batch(6, 4);
    Mistake perImage =
        new Mistake(batch.mean(1), "these are the means of each image: take them over dimension 0");
    return judgeMoments(batch, batch, answer, "the batch", perImage);
  }

  /** Moments of each channel of [N,C,H,W]. */
  public static Verdict judgeChannelMoments(MomentsAnswer answer) {
    INDArray images = batch(4, 3, 5, 5);
    INDArray rows = images.permute(0, 2, 3, 1).dup('c').reshape(4 * 5 * 5, 3);
    Mistake perPlace =
        new Mistake(
            images.mean(0),
            "these are the means of each place in each channel. A channel's weights are the same"
                + " everywhere, so its statistics are, too: take them over dimensions 0, 2 and 3");
    return judgeMoments(images, rows, answer, "batch, height and width", perPlace);
  }

  /**
   * Tries an answer.
   *
   * @param rows the same values, one column for each mean
   * @param otherDimensions of the mean
   */
  private static Verdict judgeMoments(
      INDArray batch, INDArray rows, MomentsAnswer answer, String over, Mistake otherDimensions) {
    INDArray shown = batch.dup();
    return tried(
        shown,
        () -> answer.moments(shown),
        given ->
            given == null || given.length != 2
                ? Verdict.of(wrong("two arrays are asked for: mean and variance"))
                : judgeMoments(batch, rows, given, over, otherDimensions)
                    .with(changes("x", shown, batch)));
  }

  private static Verdict judgeMoments(
      INDArray batch, INDArray rows, INDArray[] given, String over, Mistake otherDimensions) {
    INDArray mean = rows.mean(0);
    INDArray squaredDeviations = squares(rows.subRowVector(mean));
    INDArray variance = squaredDeviations.mean(0);
    double n = rows.size(0);
    INDArray sampleVariance = variance.mul(n / (n - 1));
    Verdict.Line meanLine =
        line(
            "mean",
            given[0],
            mean,
            "the mean over " + over,
            List.of(
                otherDimensions,
                new Mistake(
                    Nd4j.scalar(batch.mean().getDouble(0)),
                    "this is one number for the whole batch: name the dimensions to average over"),
                new Mistake(variance, "this is the variance: the mean comes first"),
                new Mistake(rows.sum(0), "divide the sum by the number of values"),
                new Mistake(Nd4j.zerosLike(mean), "these are all zeros still")));
    Verdict.Line varianceLine =
        line(
            "variance",
            given[1],
            variance,
            "the variance over " + over,
            List.of(
                new Mistake(
                    sampleVariance,
                    "this divides by N - 1. Batch norm divides by N, and ND4J's var() does not"
                        + " unless it is told so: var(false, ...)"),
                new Mistake(
                    root(variance), "this is the standard deviation: leave the root for later"),
                new Mistake(
                    root(sampleVariance),
                    "this is the standard deviation, and divides by N - 1: var(false, ...) is the"
                        + " variance, and divides by N"),
                new Mistake(mean, "this is the mean: the variance comes second"),
                new Mistake(squares(rows).mean(0), "subtract the mean before you take the square"),
                new Mistake(
                    Nd4j.zerosLike(variance),
                    "these are all zeros still (differences from the mean add up to 0 unless they"
                        + " are squared)"),
                new Mistake(squaredDeviations.sum(0), "divide the sum by N")));
    return Verdict.of(meanLine, varianceLine);
  }

  /** Judges an answer, unless there is none but an exception. */
  private static <T> Verdict tried(INDArray shown, Supplier<T> answer, Function<T, Verdict> judge) {
    T given;
    try {
      given = answer.get();
    } catch (RuntimeException e) { // Whatever somebody's code throws is part of the answer.
      return Verdict.of(
          wrong(
              String.format(
                  "your function threw an exception on a batch of shape %s: %s",
                  Arrays.toString(shown.shape()), e)));
    }
    return judge.apply(given);
  }

  /** What somebody who calls the function would not expect. */
  private static Verdict.Line[] changes(String name, INDArray shown, INDArray original) {
    return near(shown, original)
        ? new Verdict.Line[0]
        : new Verdict.Line[] {
          wrong(
              name
                  + " itself was changed, and who called the function still needs it: operations"
                  + " that end in i, such as subi, work in place")
        };
  }

  /** The normalization of [N,F]. */
  public static Verdict judgeNormalization(NormalizationAnswer answer) {
    INDArray x = batch(6, 4);
    x.getColumn(0).muli(0.02); // So little variance that any epsilon shows.
    INDArray mean = x.mean(0);
    INDArray variance = squares(x.subRowVector(mean)).mean(0);
    INDArray gamma = Nd4j.createFromArray(1.5f, 0.5f, 2f, 1f);
    INDArray beta = Nd4j.createFromArray(0.25f, -1f, 0f, 3f);
    double epsilon = 0.5; // Large, so that it shows where it stands.
    INDArray centred = x.subRowVector(mean);
    INDArray deviation = root(variance.add(epsilon));
    INDArray normalized = centred.divRowVector(deviation);
    UnaryOperator<INDArray> affine = values -> values.mulRowVector(gamma).addRowVector(beta);
    UnaryOperator<INDArray> dividedBy = by -> affine.apply(centred.divRowVector(by));
    List<Mistake> mistakes =
        List.of(
            new Mistake(x, "this is the batch as it was; write the formula down"),
            new Mistake(normalized, "gamma and beta are missing"),
            new Mistake(normalized.mulRowVector(gamma), "beta is missing"),
            new Mistake(normalized.addRowVector(beta), "gamma is missing"),
            new Mistake(
                normalized.addRowVector(beta).mulRowVector(gamma),
                "multiply by gamma first, then add beta"),
            new Mistake(
                normalized.mulRowVector(beta).addRowVector(gamma), "gamma and beta are swapped"),
            new Mistake(
                dividedBy.apply(root(variance.add(Normalization.TENSORFLOW_EPSILON))),
                "use the argument epsilon: it is not always 0.001"),
            new Mistake(
                dividedBy.apply(root(variance).add(epsilon)),
                "epsilon belongs under the root, to the variance"),
            new Mistake(dividedBy.apply(root(variance)), "epsilon is missing"),
            new Mistake(
                dividedBy.apply(variance.add(epsilon)),
                "divide by the standard deviation: the root of the variance plus epsilon"),
            new Mistake(affine.apply(x.divRowVector(deviation)), "subtract the mean first"));
    INDArray shown = x.dup();
    INDArray shownVariance = variance.dup();
    return tried(
        shown,
        () -> answer.normalize(shown, mean.dup(), shownVariance, gamma.dup(), beta.dup(), epsilon),
        given ->
            Verdict.of(
                    line(
                        "result",
                        given,
                        affine.apply(normalized),
                        "the batch is normalized, scaled and shifted",
                        mistakes))
                .with(changes("x", shown, x))
                .with(changes("variance", shownVariance, variance)));
  }

  /** The decay of a running statistic. */
  public static Verdict judgeRunning(RunningAnswer answer) {
    INDArray running = Nd4j.createFromArray(1f, 2f, -3f);
    INDArray batch = Nd4j.createFromArray(5f, 2.5f, 7f);
    double decay = 0.9;
    return tried(
        running,
        () -> answer.moved(running.dup(), batch.dup(), decay),
        given -> Verdict.of(runningLine(given, running, batch, decay)));
  }

  private static Verdict.Line runningLine(
      INDArray given, INDArray running, INDArray batch, double decay) {
    DoubleFunction<INDArray> moved = share -> running.mul(share).add(batch.mul(1 - share));
    return line(
        "statistic",
        given,
        moved.apply(decay),
        "nine tenths of the old value and a tenth of the batch's",
        List.of(
            new Mistake(running, "it has not moved; write the formula down"),
            new Mistake(batch, "this forgets all earlier batches"),
            new Mistake(
                moved.apply(1 - decay),
                "the wrong way round: decay is the share of the old value that stays"),
            new Mistake(
                running.mul(decay).add(batch),
                "the batch's own share is 1 - decay, not all of it"),
            new Mistake(
                moved.apply(Normalization.TENSORFLOW_DECAY),
                "use the argument decay: it is not always 0.99"),
            new Mistake(running.add(batch.mul(1 - decay)), "multiply the old value by decay")));
  }

  private static Verdict.Line line(
      String what, INDArray given, INDArray expected, String praise, List<Mistake> mistakes) {
    if (given == null) {
      return wrong("the " + what + " is null");
    }
    if (near(given, expected)) {
      return right(praise);
    }
    return mistakes.stream()
        .filter(mistake -> near(given, mistake.gives()))
        .findFirst()
        .map(mistake -> wrong("the " + what + ": " + mistake.hint()))
        .orElseGet(() -> wrong(difference(what, given, expected)));
  }

  private static String difference(String what, INDArray given, INDArray expected) {
    if (given.length() != expected.length()) {
      return String.format(
          "the %s has shape %s, asked for is %s: what is averaged over is gone",
          what, Arrays.toString(given.shape()), Arrays.toString(expected.shape()));
    }
    return String.format(
        "the %s should begin %s, yours begins %s", what, head(expected), head(given));
  }

  private static String head(INDArray array) {
    double[] values = array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(3, values.length); i++) {
      text.append(i == 0 ? "" : ", ").append(String.format(Locale.ROOT, "%.4f", values[i]));
    }
    return text.toString();
  }

  private static boolean near(INDArray given, INDArray expected) {
    if (given.length() != expected.length()) {
      return false;
    }
    double[] ours = expected.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double[] theirs = given.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    for (int i = 0; i < ours.length; i++) {
      if (!(Math.abs(ours[i] - theirs[i]) <= TOLERANCE * (1 + Math.abs(ours[i])))) {
        return false;
      }
    }
    return true;
  }

  private static INDArray squares(INDArray array) {
    return array.mul(array);
  }

  private static INDArray root(INDArray array) {
    return Transforms.sqrt(array, true);
  }

  /** Values whose mean and spread differ from column to column. */
  private static INDArray batch(long... shape) {
    INDArray batch = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < batch.length(); i++) {
      batch.putScalar(i, (float) (Math.sin(1.7 * i * i) * (1 + i % 5) + i % 3));
    }
    return batch;
  }
}
