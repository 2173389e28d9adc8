import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.PretrainedType;

/** Somebody's own program: recognizes digits with a network that is trained already. */
public final class Recognize {
  public static void main(String[] arguments) throws Exception {
    DeepCnn model = DeepCnn.builder().normalization(Normalization.batchNorm()).build();
    System.out.println("available: " + model.pretrainedAvailable(PretrainedType.MNIST));
    try {
      MultiLayerNetwork network = model.initPretrained(PretrainedType.MNIST);
      LabeledImages images =
          DigitLibrary.standard().load(new DataChoice.Generated()).test().slice(0, 100);
      int[] predicted = network.predict(images.images().reshape(100, 28, 28, 1));
      int right = 0;
      for (int i = 0; i < predicted.length; i++) {
        right += predicted[i] == images.label(i) ? 1 : 0;
      }
      System.out.println("recognizes: " + (right > 50));
    } catch (UnsupportedOperationException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }
}
