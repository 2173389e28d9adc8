package io.bnzoo.bench;

import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.Statistics;
import io.bnzoo.engine.Threads;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** One network and one batch of random pixels, to be run over and over. */
final class ZooWorkload implements AutoCloseable {
  private final Engine engine;
  private final LabeledImages batch;
  private final int threads;

  ZooWorkload(Zoo.Entry entry, Normalization variant, EngineFactory engines) {
    MultiLayerNetwork network = entry.builder().get().normalization(variant).build().init();
    this.threads = Threads.usefulFor(network.getLayerWiseConfigurations());
    this.engine = engines.open(network, ImageShape.MNIST, threads);
    this.batch = randomImages(entry.plan().batchSize());
  }

  /** One training step. */
  void step() {
    engine.step(batch);
  }

  /** One prediction for the batch. */
  void predict() {
    engine.logits(batch, Statistics.RUNNING);
  }

  /** The mean milliseconds of one of the given number of steps. */
  double millisecondsPerStep(int steps) {
    long start = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      step();
    }
    return (System.nanoTime() - start) / 1e6 / steps;
  }

  /** What a step would take if all of it were one matrix product, in milliseconds. */
  double floor() {
    try (MatrixProduct product = new MatrixProduct(threads)) {
      return NetworkGraph.of(
                  engine.snapshot(),
                  ImageInput.of(engine.snapshot(), ImageShape.MNIST).type(ImageShape.MNIST))
              .operationsOfStep(batch.size())
          / product.peak();
    }
  }

  @Override
  public void close() {
    engine.close();
  }

  private static LabeledImages randomImages(int count) {
    Random random = new Random(1);
    byte[] pixels = new byte[count * LabeledImages.PIXELS];
    random.nextBytes(pixels);
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % LabeledImages.CLASSES);
    }
    return new LabeledImages(pixels, labels);
  }
}
