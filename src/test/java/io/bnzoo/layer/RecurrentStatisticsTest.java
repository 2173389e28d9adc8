package io.bnzoo.layer;

import static io.bnzoo.layer.RecurrentNetworks.LENGTH;
import static io.bnzoo.layer.RecurrentNetworks.layer;
import static io.bnzoo.layer.RecurrentNetworks.masked;
import static io.bnzoo.layer.RecurrentNetworks.network;
import static io.bnzoo.layer.RecurrentNetworks.sequences;
import static io.bnzoo.layer.RecurrentNetworks.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

class RecurrentStatisticsTest {

  @BeforeAll
  static void useDoubles() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void useFloatsAgain() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static MultiLayerNetwork small(int steps) {
    return network(settings(DataType.DOUBLE), RNNFormat.NCW, layer(steps).build());
  }

  private static DataSetIterator batches(DataSet... data) {
    return new ExistingDataSetIterator(List.of(data));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void overOneBatchInferenceBecomesWhatTrainingComputes(boolean masks) {
    DataSet data = masks ? masked(DataType.DOUBLE, 2) : sequences(DataType.DOUBLE, 2);
    MultiLayerNetwork network =
        network(
            settings(DataType.DOUBLE), RNNFormat.NCW, layer(LENGTH).build(), layer(LENGTH).build());
    network.fit(data);
    INDArray weights = network.getLayer(0).getParam("W").dup();
    assertThat(difference(network, data)).isGreaterThan(1e-3);
    assertThat(RecurrentStatistics.recompute(network, batches(data))).isEqualTo(6);
    assertThat(difference(network, data)).isLessThan(1e-12);
    assertThat(network.getLayer(0).getParam("W")).isEqualTo(weights);
    network.fit(data); // Training goes on, and no longer adds up.
    assertThat(network.params().isNaN().any()).isFalse();
  }

  private static double difference(MultiLayerNetwork network, DataSet data) {
    INDArray mask = data.getFeaturesMaskArray();
    INDArray inference = network.output(data.getFeatures(), false, mask, mask).dup();
    INDArray training = network.output(data.getFeatures(), true, mask, mask);
    return inference.sub(training).amaxNumber().doubleValue();
  }

  @Test
  void batchesArePooledExactly() {
    DataSet first = sequences(DataType.DOUBLE, 2);
    DataSet second = sequences(DataType.DOUBLE, 3);
    INDArray both = Nd4j.concat(0, first.getFeatures(), second.getFeatures());
    MultiLayerNetwork network = small(3);
    LstmByHand byHand =
        new LstmByHand(network.getLayer(0).paramTable(), BatchNormLstm.PAPER_EPSILON);
    byHand.outputs(both, null, true);
    RecurrentStatistics.recompute(network, batches(first, second));
    // What comes from the input depends on no other step, and so not on the batch.
    for (String name : new String[] {"meanInput", "varianceInput"}) {
      INDArray found = network.getLayer(0).getParam(name);
      double[][] expected = byHand.statistics.get(name);
      for (int row = 0; row < 3; row++) {
        for (int j = 0; j < found.columns(); j++) {
          double value =
              row < 2 ? expected[row][j] : (expected[2][j] + expected[3][j] + expected[4][j]) / 3;
          assertThat(found.getDouble(row, j))
              .as("%s, row %d, value %d", name, row, j)
              .isCloseTo(value, within(1e-12 * Math.max(1, Math.abs(value))));
        }
      }
    }
  }

  @Test
  void aGraphGetsTheSameStatistics() {
    MultiLayerNetwork network = small(3);
    ComputationGraph graph = network.toComputationGraph();
    DataSet data = masked(DataType.DOUBLE, 2);
    RecurrentStatistics.recompute(network, batches(data));
    RecurrentStatistics.recompute(graph, new MultiDataSetIteratorAdapter(batches(data)));
    assertThat(graph.params()).isEqualTo(network.params()).isNotEqualTo(small(3).params());
  }

  @Test
  void whatCannotBeRecomputedIsRefusedAndUnchanged() {
    MultiLayerNetwork network = small(3);
    INDArray before = network.params().dup();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecurrentStatistics.recompute(network, batches()))
        .withMessageContaining("there are no sequences");
    assertThat(network.params()).isEqualTo(before);
    MultiLayerNetwork both =
        new MultiLayerNetwork(
            settings(DataType.DOUBLE)
                .list()
                .layer(
                    new Bidirectional(
                        Bidirectional.Mode.CONCAT, layer(LENGTH).name("lstm").build()))
                .layer(new RnnOutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.recurrent(RecurrentNetworks.INPUTS, LENGTH))
                .build());
    both.init();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> RecurrentStatistics.recompute(both, batches(sequences(DataType.DOUBLE, 2))))
        .withMessageContaining("it is within a Bidirectional");
  }
}
