package io.bnzoo.examples;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.Digits;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.train.TrainingLoop;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.nio.file.Path;

/** Imports a builder, trains its network, evaluates and saves it: the README's example. */
public final class TrainDeepCnn {
  private TrainDeepCnn() {}

  /** Takes no arguments; writes {@code deep-cnn.zip}. */
  public static void main(String[] arguments) throws IOException {
    NativeBackend.enableOneDnn(); // before anything else touches ND4J
    Digits digits = DigitLibrary.standard().load(new DataChoice.Automatic());

    DeepCnn model = DeepCnn.builder().normalization(Normalization.batchNorm()).seed(1).build();
    try (Engine engine =
        EngineChoice.AUTO.open(model.init(), digits.shape(), 2)) { // on two threads
      TrainingResult result =
          new TrainingLoop(digits, DeepCnn.PLAN).run(engine, TrainingListener.NONE, () -> false);
      System.out.println(result.finals().orElseThrow().test().accuracy());
      ModelFiles.save(engine.snapshot(), Path.of("deep-cnn.zip"));
    }
  }
}
