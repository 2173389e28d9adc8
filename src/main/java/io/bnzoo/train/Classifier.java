package io.bnzoo.train;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.Logits;
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

  /** The largest value of an image is the prediction. */
  Logits logits(LabeledImages images);

  /** The model's own mean loss, given what {@link #logits} returned. */
  double loss(LabeledImages images, Logits logits);

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
   * @param prediction what the engine makes of images
   */
  record OfEngine(Engine engine, Function<LabeledImages, Logits> prediction) implements Classifier {
    static OfEngine of(Engine engine) {
      return new OfEngine(engine, images -> engine.logits(images, Statistics.RUNNING));
    }

    /** With a normalizer, whose values are not the bytes that oneDNN takes. */
    static OfEngine of(Dl4jEngine engine, StoredNormalizer normalizer) {
      return new OfEngine(
          engine, images -> engine.logits(normalizer.apply(images), Statistics.RUNNING));
    }

    @Override
    public Logits logits(LabeledImages images) {
      return prediction.apply(images);
    }

    @Override
    public double loss(LabeledImages images, Logits logits) {
      return engine.loss().mean(logits, images);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  /** A graph, through its output: values after their activation, in the order of the logits. */
  record OfGraph(ComputationGraph graph, ImageInput input, Optional<StoredNormalizer> normalizer)
      implements Classifier {
    @Override
    public Logits logits(LabeledImages images) {
      return Logits.of(graph.outputSingle(pixels(images)));
    }

    @Override
    public double loss(LabeledImages images, Logits logits) {
      double score = graph.score(new DataSet(pixels(images), images.oneHotLabels()), false);
      return score - graph.calcRegularizationScore(true);
    }

    private INDArray pixels(LabeledImages images) {
      return input.shaped(normalizer.map(known -> known.apply(images)).orElseGet(images::images));
    }
  }
}
