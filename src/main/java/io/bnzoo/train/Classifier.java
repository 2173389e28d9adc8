package io.bnzoo.train;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.LogitLoss;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Anything that gives each image a value per class.
 *
 * @param prediction of logits, or of anything else whose largest value is the prediction
 * @param loss the model's own, given what that returned
 * @param closing frees what was made for it; the model stays
 */
record Classifier(Function<ImageBatch, Logits> prediction, LogitLoss loss, Runnable closing)
    implements AutoCloseable {

  /**
   * A classifier of what a file held.
   *
   * @param images as those that it is to tell apart
   * @throws IllegalArgumentException if it takes no such images or does not give their classes
   */
  static Classifier of(Model model, EngineFactory engines, LabeledImages images) {
    ModelFit.require(model, images);
    ImageShape shape = images.shape();
    if (model instanceof ComputationGraph graph) {
      return of(graph, shape);
    }
    if (!ModelFit.hasLoss(model)) {
      MultiLayerNetwork network = (MultiLayerNetwork) model;
      ImageInput input = ImageInput.of(network, shape);
      return withoutLoss(some -> network.output(input.shaped(some.images(), shape)));
    }
    int threads = Runtime.getRuntime().availableProcessors();
    return of(engines.open((MultiLayerNetwork) model, shape, threads), Statistics.RUNNING);
  }

  /** A sequential network, through its logits. */
  static Classifier of(Engine engine, Statistics statistics) {
    return new Classifier(
        images -> engine.logits(images, statistics),
        (logits, images) -> engine.loss().mean(logits, images), // Of the network loaded last.
        engine::close);
  }

  /** A graph, through its output. */
  private static Classifier of(ComputationGraph graph, ImageShape shape) {
    ImageInput input = ImageInput.of(graph, shape);
    Function<ImageBatch, INDArray> shaped = images -> input.shaped(images.images(), shape);
    if (!ModelFit.hasLoss(graph)) {
      return withoutLoss(images -> graph.outputSingle(shaped.apply(images)));
    }
    return new Classifier(
        images -> Logits.of(graph.outputSingle(shaped.apply(images))),
        (output, images) -> loss(graph, new DataSet(shaped.apply(images), images.oneHotLabels())),
        () -> {});
  }

  private static Classifier withoutLoss(Function<ImageBatch, INDArray> output) {
    return new Classifier(output.andThen(Logits::of), (logits, images) -> Double.NaN, () -> {});
  }

  /** The mean; without minibatches Deeplearning4j gives the sum. */
  private static double loss(ComputationGraph graph, DataSet images) {
    double loss = graph.score(images, false) - graph.calcRegularizationScore(true);
    boolean isSum = !graph.getOutputLayer(0).conf().isMiniBatch();
    return isSum ? loss / images.numExamples() : loss;
  }

  @Override
  public void close() {
    closing.run();
  }
}
