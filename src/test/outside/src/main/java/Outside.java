import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.BatchStream;
import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Collections;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;

/** Somebody's own program: a few steps of a network with batch norm. */
public final class Outside {
  public static void main(String[] arguments) throws Exception {
    System.out.println(NativeBackend.enableOneDnn().description());
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(Normalization.lowLevel()).build().init();
    network.setListeners(new ScoreIterationListener(1));
    BatchStream batches =
        new BatchStream(
            DigitLibrary.standard().load(new DataChoice.Generated()).validation(), 60, 1);
    for (int step = 0; step < 3; step++) {
      LabeledImages batch = batches.next();
      network.fit(batch.images(), batch.oneHotLabels());
    }
    System.out.println("steps: " + network.getIterationCount());
    Collections.list(Outside.class.getClassLoader().getResources("logback.xml"))
        .forEach(found -> System.out.println("logback.xml: " + found));
  }
}
