package io.bnzoo.examples;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.Digits;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.train.Checkpoints;
import io.bnzoo.train.Checkpoints.Checkpoint;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.train.TrainingLoop;
import io.bnzoo.train.TrainingProgress;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Trains so that it resumes where it was, whatever stops it: a minute or two. */
public final class TrainOverNight {
  private TrainOverNight() {}

  /** Takes no arguments; writes checkpoints to a folder, and in the end {@code over-night.zip}. */
  public static void main(String[] arguments) throws IOException {
    NativeBackend.enableOneDnn();
    Digits digits = DigitLibrary.standard().load(new DataChoice.Automatic());
    TrainingPlan plan = ThreeLayerMlp.PLAN.withBatches(200_000);
    ThreeLayerMlp model =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).seed(1).build();

    Checkpoints checkpoints =
        new Checkpoints(
            Path.of("checkpoints"),
            "over-night",
            model.spec(),
            digits.origin().sha256(),
            plan,
            CheckpointPlan.STANDARD);
    Optional<Checkpoint> last = checkpoints.newest(System.out::println);
    MultiLayerNetwork network = last.map(Checkpoint::network).orElseGet(model::init);
    TrainingProgress progress = last.map(Checkpoint::progress).orElse(TrainingProgress.NONE);
    try (Engine engine = EngineChoice.AUTO.open(network, digits.shape(), 1)) {
      new TrainingLoop(digits, plan)
          .run(engine, progress, Optional.of(checkpoints), TrainingListener.NONE, () -> false);
      ModelFiles.save(engine.snapshot(), Path.of("over-night.zip"));
    }
    checkpoints.remove();
  }
}
