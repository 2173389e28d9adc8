package io.bnzoo.train;

import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.PixelRange;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.StoredNormalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.evaluation.classification.Evaluation;

/** Evaluates any Deeplearning4j classifier on images that it takes. */
public final class ModelEvaluation implements AutoCloseable {
  private static final int SINGLES = 100;

  private final LabeledImages images;
  private final ImageSource source;
  private final Classifier classifier;
  private final Evaluator evaluator;
  private final EvaluationRecord.Pixels pixels;

  /**
   * An evaluation of what a file held; pixels go through the normalizer that it has.
   *
   * @param engines run a sequential network; what {@link #obstacle} names is left to Deeplearning4j
   * @throws IllegalArgumentException if the model has another input or another number of classes
   */
  public ModelEvaluation(StoredModel stored, EngineFactory engines, LabeledImages images) {
    this(stored.model(), stored.normalizer(), engines, images);
  }

  /**
   * An evaluation of a model that was trained on pixels from 0 to 1, without a normalizer.
   *
   * @param engines run a sequential network; graphs are left to Deeplearning4j
   * @throws IllegalArgumentException if the model has another input or another number of classes
   */
  public ModelEvaluation(Model model, EngineFactory engines, LabeledImages images) {
    this(model, Optional.empty(), engines, images);
  }

  private ModelEvaluation(
      Model model,
      Optional<StoredNormalizer> normalizer,
      EngineFactory engines,
      LabeledImages images) {
    this.images = images;
    this.source = normalizer.map(known -> known.applyToEach(images)).orElse(images);
    this.classifier = Classifier.of(model, engines, images);
    this.evaluator = new Evaluator(classifier, BatchSize.of(model, images.shape()));
    PixelRange range = normalizer.map(StoredNormalizer::pixels).orElse(PixelRange.UNIT);
    this.pixels =
        new EvaluationRecord.Pixels(
            0, range.white(), normalizer.map(StoredNormalizer::description));
  }

  /** What keeps engines from a model, so that Deeplearning4j computes; a clause for people. */
  public static Optional<String> obstacle(Model model) {
    return model instanceof ComputationGraph
        ? Optional.of("the model is a graph")
        : Optional.empty();
  }

  /** The figures; the first 100 images are fed one at a time as well. */
  public EvaluationRecord run(ProgressListener progress) {
    Evaluator.Evaluated evaluated =
        evaluator.evaluate(source, done -> progress.advanced("evaluating", done, images.size()));
    Predictions predictions = evaluated.predictions();
    Evaluation evaluation = new Evaluation(images.classes());
    for (int i = 0; i < images.size(); i++) {
      evaluation.eval(predictions.predicted().get(i), predictions.shown().get(i));
    }
    int singles = Math.min(SINGLES, images.size());
    return new EvaluationRecord(
        images.size(),
        pixels,
        predictions.accuracy(),
        evaluated.loss(),
        evaluated.notFinite(),
        classFigures(evaluation),
        confusion(evaluation),
        singles,
        evaluator.oneAtATime(source.first(singles)).accuracy(),
        images.size() / (evaluated.nanoseconds() / 1e9));
  }

  @Override
  public void close() {
    classifier.close();
  }

  private List<EvaluationRecord.ClassFigures> classFigures(Evaluation evaluation) {
    List<EvaluationRecord.ClassFigures> figures = new ArrayList<>();
    for (int label = 0; label < images.classes(); label++) {
      figures.add(
          new EvaluationRecord.ClassFigures(
              label,
              evaluation.getConfusion().getActualTotal(label),
              evaluation.precision(label, 0),
              evaluation.recall(label, 0)));
    }
    return figures;
  }

  private List<List<Integer>> confusion(Evaluation evaluation) {
    List<List<Integer>> rows = new ArrayList<>();
    for (int actual = 0; actual < images.classes(); actual++) {
      List<Integer> row = new ArrayList<>();
      for (int predicted = 0; predicted < images.classes(); predicted++) {
        row.add(evaluation.getConfusion().getCount(actual, predicted));
      }
      rows.add(row);
    }
    return rows;
  }
}
