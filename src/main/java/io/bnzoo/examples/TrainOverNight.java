package io.bnzoo.examples;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.TrainedNetwork;
import io.bnzoo.train.Training;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;

/** Trains so that it resumes where it was, whatever stops it: a minute or two. */
public final class TrainOverNight {
  private TrainOverNight() {}

  /** Takes no arguments; writes checkpoints to a folder, and in the end {@code over-night.zip}. */
  public static void main(String[] arguments) throws IOException {
    ImageDataset digits = ImageDataset.digits();
    TrainingPlan plan = ThreeLayerMlp.PLAN.withBatches(200_000);
    ThreeLayerMlp model =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).seed(1).build();

    TrainedNetwork trained =
        Training.of(digits, plan)
            .checkpoints(Path.of("checkpoints"))
            .notices(System.out::println)
            .run(model);
    ModelFiles.save(trained.network(), Path.of("over-night.zip"));
  }
}
