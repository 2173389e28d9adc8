package io.bnzoo.train;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.Statistics;
import io.bnzoo.storage.StoredNormalizer;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Anything that gives each image a value per class. */
interface Classifier extends AutoCloseable {

  /** [N,classes]; the largest value is the prediction. */
  INDArray values(LabeledImages images);

  /** The model's own mean loss, given what {@link #values} returned. */
  double loss(LabeledImages images, INDArray values);

  /** Frees what the classifier has made; the model stays. */
  @Override
  default void close() {}

  /**
   * A classifier of what a file held.
   *
   * @param normalizer what its pixels go through
   * @throws IllegalArgumentException if it takes no images of 28 x 28 or does not give ten classes
   */
  static Classifier of(Model model, Optional<StoredNormalizer> normalizer, EngineFactory engines) {
    DigitsCheck.requireFit(model);
    int threads = Runtime.getRuntime().availableProcessors();
    if (model instanceof MultiLayerNetwork network) {
      return normalizer.isPresent()
          ? OfEngine.of(new Dl4jEngine(network, threads), normalizer.get())
          : OfEngine.of(engines.open(network, threads));
    }
    ComputationGraph graph = (ComputationGraph) model;
    return new OfGraph(graph, ImageInput.of(graph), normalizer);
  }

  /**
   * A sequential network, through its logits.
   *
   * @param logits what the engine makes of images
   */
  record OfEngine(Engine engine, Function<LabeledImages, INDArray> logits) implements Classifier {
    static OfEngine of(Engine engine) {
      return new OfEngine(engine, images -> engine.logits(images, Statistics.RUNNING));
    }

    /** With a normalizer, whose values are not the bytes that oneDNN takes. */
    static OfEngine of(Dl4jEngine engine, StoredNormalizer normalizer) {
      return new OfEngine(
          engine, images -> engine.logits(normalizer.apply(images), Statistics.RUNNING));
    }

    @Override
    public INDArray values(LabeledImages images) {
      return logits.apply(images);
    }

    @Override
    public double loss(LabeledImages images, INDArray values) {
      return engine.loss(values, images.oneHotLabels());
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  /** A graph, through its output. */
  record OfGraph(ComputationGraph graph, ImageInput input, Optional<StoredNormalizer> normalizer)
      implements Classifier {
    @Override
    public INDArray values(LabeledImages images) {
      return graph.outputSingle(pixels(images));
    }

    @Override
    public double loss(LabeledImages images, INDArray values) {
      double score = graph.score(new DataSet(pixels(images), images.oneHotLabels()), false);
      return score - graph.calcRegularizationScore(true);
    }

    private INDArray pixels(LabeledImages images) {
      return input.shaped(normalizer.map(known -> known.apply(images)).orElseGet(images::images));
    }
  }
}
