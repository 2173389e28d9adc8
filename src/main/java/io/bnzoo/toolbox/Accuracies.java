package io.bnzoo.toolbox;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSource;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import java.util.Iterator;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** How many images a model recognizes by either kind of statistics. */
final class Accuracies implements AutoCloseable {
  private final BiFunction<ImageBatch, Statistics, Logits> prediction;
  private final Runnable closing;

  private Accuracies(BiFunction<ImageBatch, Statistics, Logits> prediction, Runnable closing) {
    this.prediction = prediction;
    this.closing = closing;
  }

  /**
   * Those of a model.
   *
   * @param engines run it if it is a sequence; Deeplearning4j runs others
   * @throws IllegalArgumentException if it does not take such images
   */
  static Accuracies of(Model model, EngineFactory engines, ImageShape shape) {
    ImageInput input = ImageInput.of(model, shape);
    if (model instanceof ComputationGraph graph) {
      return new Accuracies(
          (images, statistics) ->
              Logits.of(
                  graph
                      .output(statistics == Statistics.BATCH, input.shaped(images.images(), shape))[
                      0]),
          () -> {});
    }
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    if (!(network.getOutputLayer() instanceof org.deeplearning4j.nn.api.layers.IOutputLayer)) {
      return new Accuracies(
          (images, statistics) ->
              Logits.of(
                  network.output(
                      input.shaped(images.images(), shape), statistics == Statistics.BATCH)),
          () -> {});
    }
    Engine engine = engines.open(network, shape, Runtime.getRuntime().availableProcessors());
    return new Accuracies(engine::logits, engine::close);
  }

  /**
   * What became of images.
   *
   * @param recognized the share, in [0, 1]
   * @param notFinite the share for which the model gave NaN or infinity
   */
  record Shares(double recognized, double notFinite) {}

  /** The share of images that are recognized when so many are predicted at once. */
  double accuracy(ImageSource images, int atOnce, Statistics statistics) {
    return shares(images, atOnce, statistics).recognized();
  }

  /** Likewise, with those for which nothing can be predicted. */
  Shares shares(ImageSource images, int atOnce, Statistics statistics) {
    int seen = 0;
    int right = 0;
    int notFinite = 0;
    Iterator<? extends ImageBatch> batches = images.inBatches(atOnce).iterator();
    while (batches.hasNext()) {
      ImageBatch some = batches.next();
      Logits logits = prediction.apply(some, statistics);
      for (int i = 0; i < some.size(); i++) {
        if (!logits.isFinite(i)) {
          notFinite++;
        } else if (logits.argMax(i) == some.label(i)) {
          right++;
        }
      }
      seen += some.size();
    }
    return new Shares((double) right / seen, (double) notFinite / seen);
  }

  @Override
  public void close() {
    closing.run();
  }
}
