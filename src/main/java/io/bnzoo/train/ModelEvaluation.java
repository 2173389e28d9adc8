package io.bnzoo.train;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.PixelRange;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.Logits;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.StoredNormalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.evaluation.classification.Evaluation;

/** Evaluates any Deeplearning4j model that takes images of 28 x 28 and has ten outputs. */
public final class ModelEvaluation implements AutoCloseable {
  private static final int SINGLES = 100;

  private final Classifier classifier;
  private final EvaluationRecord.Pixels pixels;
  private final int batchSize;

  /**
   * An evaluation of what a file held; pixels go through the normalizer that it has.
   *
   * @param engines run a sequential network; what {@link #obstacle} names is left to Deeplearning4j
   * @throws IllegalArgumentException if the model has another input or another number of classes
   */
  public ModelEvaluation(StoredModel stored, EngineFactory engines) {
    this(stored.model(), stored.normalizer(), engines);
  }

  /**
   * An evaluation of a model that was trained on pixels from 0 to 1, without a normalizer.
   *
   * @param engines run a sequential network; graphs are left to Deeplearning4j
   * @throws IllegalArgumentException if the model has another input or another number of classes
   */
  public ModelEvaluation(Model model, EngineFactory engines) {
    this(model, Optional.empty(), engines);
  }

  private ModelEvaluation(
      Model model, Optional<StoredNormalizer> normalizer, EngineFactory engines) {
    this.classifier = Classifier.of(model, normalizer, engines);
    this.batchSize = BatchSize.of(model);
    PixelRange range = normalizer.map(StoredNormalizer::pixels).orElse(PixelRange.UNIT);
    this.pixels =
        new EvaluationRecord.Pixels(
            0, range.white(), normalizer.map(StoredNormalizer::description));
  }

  /** What keeps engines from a model, so that Deeplearning4j computes; a clause for people. */
  public static Optional<String> obstacle(StoredModel stored) {
    if (stored.model() instanceof ComputationGraph) {
      return Optional.of("the model is a graph");
    }
    return stored.normalizer().map(normalizer -> "the model has a normalizer");
  }

  /** The figures on the given images; the first 100 are fed one at a time as well. */
  public EvaluationRecord run(LabeledImages images, ProgressListener progress) {
    Evaluation evaluation = new Evaluation(LabeledImages.CLASSES);
    double loss = 0;
    long nanos = 0;
    for (int from = 0; from < images.size(); from += batchSize) {
      LabeledImages chunk = images.slice(from, Math.min(images.size(), from + batchSize));
      long before = System.nanoTime();
      Logits logits = classifier.logits(chunk);
      nanos += System.nanoTime() - before;
      DigitsCheck.requireClasses(logits.classes());
      loss += classifier.loss(chunk, logits) * chunk.size();
      for (int i = 0; i < chunk.size(); i++) {
        evaluation.eval(logits.argMax(i), chunk.label(i));
      }
      progress.advanced("evaluating", from + chunk.size(), images.size());
    }
    int singles = Math.min(SINGLES, images.size());
    return new EvaluationRecord(
        images.size(),
        pixels,
        evaluation.accuracy(),
        loss / images.size(),
        classFigures(evaluation),
        confusion(evaluation),
        singles,
        singleAccuracy(images.slice(0, singles)),
        images.size() / (nanos / 1e9));
  }

  @Override
  public void close() {
    classifier.close();
  }

  private double singleAccuracy(LabeledImages images) {
    int right = 0;
    for (int i = 0; i < images.size(); i++) {
      Logits logits = classifier.logits(images.slice(i, i + 1));
      right += logits.argMax(0) == images.label(i) ? 1 : 0;
    }
    return (double) right / images.size();
  }

  private static List<EvaluationRecord.ClassFigures> classFigures(Evaluation evaluation) {
    List<EvaluationRecord.ClassFigures> figures = new ArrayList<>();
    for (int digit = 0; digit < LabeledImages.CLASSES; digit++) {
      figures.add(
          new EvaluationRecord.ClassFigures(
              digit,
              evaluation.getConfusion().getActualTotal(digit),
              evaluation.precision(digit, 0),
              evaluation.recall(digit, 0)));
    }
    return figures;
  }

  private static List<List<Integer>> confusion(Evaluation evaluation) {
    List<List<Integer>> rows = new ArrayList<>();
    for (int actual = 0; actual < LabeledImages.CLASSES; actual++) {
      List<Integer> row = new ArrayList<>();
      for (int predicted = 0; predicted < LabeledImages.CLASSES; predicted++) {
        row.add(evaluation.getConfusion().getCount(actual, predicted));
      }
      rows.add(row);
    }
    return rows;
  }
}
