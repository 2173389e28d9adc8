package io.bnzoo;

import java.io.File;
import java.io.IOException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Opens a model with nothing but Deeplearning4j and prints the sum of its output for ones. */
public final class StockReader {
  private StockReader() {}

  public static void main(String[] arguments) throws IOException {
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(new File(arguments[0]));
    System.out.println(
        network.output(Nd4j.ones(DataType.FLOAT, 1, 28, 28, 1)).sumNumber().doubleValue());
  }
}
