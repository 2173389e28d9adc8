package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;

class MeanSigmoidCrossEntropyTest {
  private static final IActivation SIGMOID = new ActivationSigmoid();

  @Test
  void itIsTheStockLossWithEqualWeightsToTheBit() {
    INDArray logits = logits(4, 10);
    INDArray labels = labels(4, 10);
    ILossFunction stock = stock(10, 1 / 10.0);
    ILossFunction mean = new MeanSigmoidCrossEntropy(10);
    assertThat(mean.computeScore(labels, logits, SIGMOID, null, true))
        .isEqualTo(stock.computeScore(labels, logits, SIGMOID, null, true));
    ArrayAssert.assertSameBits(
        mean.computeGradient(labels, logits, SIGMOID, null),
        stock.computeGradient(labels, logits, SIGMOID, null));
    ArrayAssert.assertSameBits(
        mean.computeScoreArray(labels, logits, SIGMOID, null),
        stock.computeScoreArray(labels, logits, SIGMOID, null));
  }

  @Test
  void theNumberOfClassesIsThatOfTheArrays() {
    INDArray logits = logits(4, 5);
    INDArray labels = labels(4, 5);
    ILossFunction five = stock(5, 1 / 5.0);
    ILossFunction mean = new MeanSigmoidCrossEntropy(10);
    assertThat(mean.computeScore(labels, logits, SIGMOID, null, true))
        .isEqualTo(five.computeScore(labels, logits, SIGMOID, null, true));
    ArrayAssert.assertSameBits(
        mean.computeGradientAndScore(labels, logits, SIGMOID, null, true).getSecond(),
        five.computeGradient(labels, logits, SIGMOID, null));
  }

  @Test
  void aModelCanBeGivenAnotherNumberOfClasses() {
    MultiLayerNetwork five = withClasses(DeepCnn.builder().build().init(), 5);
    DataSet batch = new DataSet(Nd4j.rand(DataType.FLOAT, 6, 28, 28, 1), labels(6, 5));
    assertThat(five.score(batch)).isCloseTo(Math.log(2), within(0.01));
    INDArray before = five.params().dup();
    five.fit(batch);
    assertThat(five.params().sub(before).amaxNumber().doubleValue()).isPositive();
    assertThat(five.score(batch)).isFinite();
  }

  @Test
  void inJsonItIsTheStockLoss() {
    MultiLayerConfiguration ours = DeepCnn.builder().build().conf();
    MultiLayerConfiguration theirs = ours.clone();
    outputLayer(theirs).setLossFn(stock(10, 1 / 10.0));
    assertThat(ours.toJson()).isEqualTo(theirs.toJson());
    assertThat(MultiLayerConfiguration.fromJson(ours.toJson())).isEqualTo(ours);
  }

  @Test
  void inJsonItHasAsManyWeightsAsItsLayerHasOutputs() {
    MultiLayerNetwork five = withClasses(DeepCnn.builder().build().init(), 5);
    String json = five.getLayerWiseConfigurations().toJson();
    LossBinaryXENT read =
        (LossBinaryXENT) outputLayer(MultiLayerConfiguration.fromJson(json)).getLossFn();
    assertThat(read.getClass()).isEqualTo(LossBinaryXENT.class);
    ArrayAssert.assertSameBits(read.getWeights(), stock(5, 1 / 5.0).getWeights());
  }

  @Test
  void whatIsReadFromAFileCanBeGivenAnotherNumberOfClasses() throws IOException {
    MultiLayerNetwork read = read(DeepCnn.builder().build().init());
    assertThat(outputLayer(read.getLayerWiseConfigurations()).getLossFn().getClass())
        .isEqualTo(LossBinaryXENT.class);
    MeanSigmoidCrossEntropy.restoreIn(read);
    MultiLayerNetwork five = withClasses(read, 5);
    assertThat(five.score(new DataSet(Nd4j.rand(DataType.FLOAT, 6, 28, 28, 1), labels(6, 5))))
        .isCloseTo(Math.log(2), within(0.01));
  }

  @Test
  void itIsRestoredInAGraphToo() throws IOException {
    ComputationGraph graph = read(DeepCnn.builder().build().init()).toComputationGraph();
    MeanSigmoidCrossEntropy.restoreIn(graph);
    OutputLayer output = (OutputLayer) graph.getOutputLayer(0).conf().getLayer();
    assertThat(output.getLossFn()).isInstanceOf(MeanSigmoidCrossEntropy.class);
  }

  @Test
  void weightsOfOnesOwnStay() {
    MultiLayerConfiguration configuration = DeepCnn.builder().build().conf();
    LossBinaryXENT ofOnesOwn = stock(10, 0.2);
    outputLayer(configuration).setLossFn(ofOnesOwn);
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    MeanSigmoidCrossEntropy.restoreIn(network);
    assertThat(outputLayer(network.getLayerWiseConfigurations()).getLossFn()).isSameAs(ofOnesOwn);
  }

  private static LossBinaryXENT stock(int classes, double weight) {
    return new LossBinaryXENT(
        1e-7, Nd4j.valueArrayOf(new long[] {1, classes}, weight, DataType.FLOAT));
  }

  private static MultiLayerNetwork withClasses(MultiLayerNetwork network, int classes) {
    int last = network.getnLayers() - 1;
    return new TransferLearning.Builder(network)
        .nOutReplace(last, classes, WeightInit.XAVIER)
        .build();
  }

  private static MultiLayerNetwork read(MultiLayerNetwork network) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, true);
    return ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(bytes.toByteArray()));
  }

  private static OutputLayer outputLayer(MultiLayerConfiguration configuration) {
    int last = configuration.getConfs().size() - 1;
    return (OutputLayer) configuration.getConf(last).getLayer();
  }

  private static INDArray logits(int examples, int classes) {
    Nd4j.getRandom().setSeed(1);
    return Nd4j.randn(DataType.FLOAT, examples, classes).muli(3);
  }

  private static INDArray labels(int examples, int classes) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, examples, classes);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return labels;
  }
}
