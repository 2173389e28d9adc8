package io.bnzoo.train;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSource;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.LogitLoss;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntConsumer;

/** Predicts images, a chunk at a time, and compares with the classes that they show. */
public final class Evaluator {
  /** How many images are predicted at once; with running statistics it changes no figure. */
  static final int CHUNK = 500;

  /** Pixels of an image of which {@link #CHUNK} fit into memory. */
  private static final long SMALL = 64 * 64;

  private final Classifier classifier;
  private final int chunk;

  /** An evaluator of an engine's network; the engine stays the caller's. */
  public Evaluator(Engine engine, Statistics statistics) {
    this(Classifier.of(engine, statistics), CHUNK);
  }

  Evaluator(Classifier classifier, int chunk) {
    this.classifier = classifier;
    this.chunk = chunk;
  }

  /**
   * What came out for some images.
   *
   * @param loss the mean loss
   * @param notFinite for how many images the model gave a value that is not finite
   * @param nanoseconds in predictions alone
   */
  record Evaluated(Predictions predictions, double loss, int notFinite, long nanoseconds) {}

  /**
   * Loss and accuracy over all images.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Score score(ImageSource images) {
    Evaluated evaluated = evaluate(images, done -> {});
    Predictions predictions = evaluated.predictions();
    return new Score(evaluated.loss(), predictions.accuracy(), predictions.onlyClass());
  }

  /** What each image is taken for when it is predicted alone. */
  public Predictions oneAtATime(ImageBatch images) {
    return predict(images, 1);
  }

  /** What each image is taken for when all are predicted in one batch. */
  public Predictions together(ImageBatch images) {
    return predict(images, images.size());
  }

  private Predictions predict(ImageBatch images, int atOnce) {
    LogitLoss none = (logits, chunk) -> 0;
    return evaluate(images, atOnce, none, done -> {}).predictions();
  }

  /**
   * Predicts all images.
   *
   * @param progress receives how many have been, again and again
   */
  Evaluated evaluate(ImageSource images, IntConsumer progress) {
    int atOnce = Math.min(chunk, atMost(images.shape()));
    return evaluate(images, atOnce, classifier.loss(), progress);
  }

  /** Larger images have larger activations. */
  private static int atMost(ImageShape shape) {
    long pixels = (long) shape.height() * shape.width();
    return (int) Math.max(1, CHUNK * SMALL / Math.max(SMALL, pixels));
  }

  private Evaluated evaluate(ImageSource images, int atOnce, LogitLoss loss, IntConsumer progress) {
    List<Integer> shown = new ArrayList<>();
    List<Integer> predicted = new ArrayList<>();
    double sum = 0;
    int notFinite = 0;
    long nanoseconds = 0;
    Iterator<? extends ImageBatch> batches = images.inBatches(atOnce).iterator();
    while (batches.hasNext()) {
      ImageBatch some = batches.next();
      long before = System.nanoTime();
      Logits logits = classifier.prediction().apply(some);
      nanoseconds += System.nanoTime() - before;
      ModelFit.requireClasses(logits.classes(), some);
      sum += loss.mean(logits, some) * some.size();
      for (int i = 0; i < some.size(); i++) {
        shown.add(some.label(i));
        predicted.add(logits.argMax(i));
        notFinite += logits.isFinite(i) ? 0 : 1;
      }
      progress.accept(shown.size());
    }
    if (shown.isEmpty()) {
      throw new IllegalArgumentException("an evaluation needs at least 1 image, got none");
    }
    return new Evaluated(
        new Predictions(shown, predicted), sum / shown.size(), notFinite, nanoseconds);
  }
}
