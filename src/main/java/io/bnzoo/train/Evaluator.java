package io.bnzoo.train;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Measures an engine's network on images, with running statistics. */
public final class Evaluator {
  private static final int CHUNK = 500;

  private final Engine engine;

  public Evaluator(Engine engine) {
    this.engine = engine;
  }

  /**
   * Loss and accuracy over all images; they are fed in chunks, which changes no figure.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Score score(LabeledImages images) {
    if (images.size() == 0) {
      throw new IllegalArgumentException("a score needs at least 1 image, got none");
    }
    double loss = 0;
    int right = 0;
    int[] predicted = new int[images.size()];
    for (int from = 0; from < images.size(); from += CHUNK) {
      LabeledImages chunk = images.slice(from, Math.min(images.size(), from + CHUNK));
      Logits logits = engine.logits(chunk, Statistics.RUNNING);
      loss += engine.loss().mean(logits, chunk) * chunk.size();
      for (int i = 0; i < chunk.size(); i++) {
        predicted[from + i] = logits.argMax(i);
        right += predicted[from + i] == chunk.label(i) ? 1 : 0;
      }
    }
    return new Score(loss / images.size(), (double) right / images.size(), onlyValue(predicted));
  }

  /** The accuracy when each image is fed alone. */
  public double singleAccuracy(LabeledImages images) {
    long right =
        IntStream.range(0, images.size())
            .filter(i -> score(images.slice(i, i + 1)).accuracy() == 1)
            .count();
    return (double) right / images.size();
  }

  private static OptionalInt onlyValue(int[] values) {
    boolean same = IntStream.of(values).allMatch(value -> value == values[0]);
    return same ? OptionalInt.of(values[0]) : OptionalInt.empty();
  }
}
