import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.TrainedNetwork;
import io.bnzoo.train.Training;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Somebody's own program: trains, saves, loads and predicts. */
public final class Outside {
  public static void main(String[] arguments) throws Exception {
    ImageDataset digits = DigitLibrary.standard().load(new DataChoice.Generated());
    ThreeLayerMlp model =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build();
    TrainedNetwork trained =
        Training.of(digits, ThreeLayerMlp.PLAN.withBatches(300))
            .run(model);
    System.out.println("learns: " + (trained.test().accuracy() > 0.5));
    Path file = Files.createTempFile("outside", ".zip");
    ModelFiles.save(trained.network(), file);
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
    INDArray images = digits.test().slice(0, 50).images();
    System.out.println(
        "predicts the same: " + Arrays.equals(
                loaded.output(images).data().asFloat(),
                trained.network().output(images).data().asFloat()));
    Files.delete(file);
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(Normalization.lowLevel()).build().init();
    network.setListeners(new ScoreIterationListener(1));
    for (int step = 0; step < 3; step++) {
      network.fit(images, digits.test().slice(0, 50).oneHotLabels());
    }
    System.out.println("steps: " + network.getIterationCount());
    // Long since chosen; a late choice would say so.
    System.out.println(NativeBackend.enableOneDnn().description());
    Collections.list(Outside.class.getClassLoader().getResources("logback.xml"))
        .forEach(found -> System.out.println("logback.xml: " + found));
  }
}
