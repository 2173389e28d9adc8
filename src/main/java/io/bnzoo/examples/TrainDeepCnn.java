package io.bnzoo.examples;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.TrainedNetwork;
import io.bnzoo.train.Training;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.nio.file.Path;

/** Imports a builder, trains its network, evaluates and saves it: the README's example. */
public final class TrainDeepCnn {
  private TrainDeepCnn() {}

  /** Takes no arguments; writes {@code deep-cnn.zip}. */
  public static void main(String[] arguments) throws IOException {
    ImageDataset digits = ImageDataset.digits(); // MNIST, or generated digits where there is none
    DeepCnn model = DeepCnn.builder().normalization(Normalization.batchNorm()).seed(1).build();
    TrainedNetwork trained = Training.of(digits, DeepCnn.PLAN).run(model); // 800 batches of 64
    System.out.println(trained.test().accuracy());
    ModelFiles.save(trained.network(), Path.of("deep-cnn.zip"));
  }
}
