package io.bnzoo.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Twenty training steps recorded from PyTorch, where the layer is written in elementary operations
 * and differentiated by autograd: recurrent_batch_norm.py beside the recording makes it anew.
 */
class RecurrentParityTest {
  private static final int SEQUENCES = 8;
  private static final int INPUTS = 3;
  private static final int OUTPUTS = 5;
  private static final int LENGTH = 6;
  private static final int CLASSES = 3;
  private static final double TOLERANCE = 1e-9;

  /** In doubles: small variances magnify the rounding of floats from step to step. */
  @Test
  void trainingRepeatsTheRecording() throws IOException {
    JsonNode recorded = recording();
    MultiLayerNetwork network = network();
    for (int training = 0; training < recorded.get("losses").size(); training++) {
      network.fit(batch(training));
      assertThat(network.score())
          .as("loss of training step %d", training)
          .isCloseTo(recorded.get("losses").get(training).asDouble(), within(TOLERANCE));
    }
    recorded
        .get("parameters")
        .properties()
        .forEach(entry -> assertSame(parameter(network, entry.getKey()), entry));
  }

  private static JsonNode recording() throws IOException {
    try (InputStream file =
        RecurrentParityTest.class.getResourceAsStream("recurrent-batch-norm.json")) {
      return new ObjectMapper().readTree(file);
    }
  }

  private static void assertSame(INDArray actual, Map.Entry<String, JsonNode> expected) {
    INDArray values = actual.dup('c').reshape('c', new long[] {actual.length()});
    assertThat(values.length()).as(expected.getKey()).isEqualTo(expected.getValue().size());
    for (int i = 0; i < values.length(); i++) {
      double value = expected.getValue().get(i).asDouble();
      assertThat(values.getDouble(i))
          .as("%s[%d]", expected.getKey(), i)
          .isCloseTo(value, within(TOLERANCE * Math.max(1, Math.abs(value))));
    }
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .list()
                .layer(new BatchNormLstm.Builder(4).decay(0.9).nOut(OUTPUTS).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(INPUTS, LENGTH))
                .build());
    network.init();
    parameter(network, "W").assign(weights(INPUTS, 4 * OUTPUTS, 0));
    parameter(network, "RW").assign(weights(OUTPUTS, 4 * OUTPUTS, 1));
    parameter(network, "outW").assign(weights(OUTPUTS, CLASSES, 2));
    return network;
  }

  private static INDArray parameter(MultiLayerNetwork network, String name) {
    return name.startsWith("out")
        ? network.getLayer(1).getParam(name.substring(3))
        : network.getLayer(0).getParam(name);
  }

  private static INDArray weights(int rows, int columns, double phase) {
    double[][] values = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        values[i][j] = 0.4 * Math.cos(1.1 * i + 2.3 * j + phase);
      }
    }
    return Nd4j.createFromArray(values);
  }

  private static DataSet batch(int training) {
    INDArray features = Nd4j.zeros(DataType.DOUBLE, SEQUENCES, INPUTS, LENGTH);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, SEQUENCES, CLASSES, LENGTH);
    for (int n = 0; n < SEQUENCES; n++) {
      for (int t = 0; t < LENGTH; t++) {
        labels.putScalar(new int[] {n, (n + 2 * t) % CLASSES, t}, 1);
        for (int i = 0; i < INPUTS; i++) {
          double angle = 1.7 * n + 0.9 * i + 1.3 * t + 0.03 * training;
          features.putScalar(new int[] {n, i, t}, Math.sin(angle) * (1 + t));
        }
      }
    }
    return new DataSet(features, labels);
  }
}
