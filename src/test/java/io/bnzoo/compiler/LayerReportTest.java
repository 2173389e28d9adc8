package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class LayerReportTest {
  private static final InputType IMAGES = InputType.convolutional(8, 8, 3);
  private static final InputType VECTORS = InputType.feedForward(4);

  @Test
  void whatComesBehindALayerWithoutKernelsIsReadAllTheSame() {
    MultiLayerNetwork network =
        network(
            IMAGES,
            new ConvolutionLayer.Builder(3, 3).nOut(4).build(),
            new LocallyConnected2D.Builder().kernelSize(3, 3).nOut(4).build(),
            new BatchNormalization(),
            new ConvolutionLayer.Builder(3, 3).nOut(4).activation(Activation.CUBE).build(),
            new DenseLayer.Builder().nOut(5).build(),
            output());
    assertThat(NetworkGraph.report(network, IMAGES))
        .extracting(each -> each.name() + " " + each.type() + " " + each.obstacle().orElse("runs"))
        .containsExactly(
            "layer0 ConvolutionLayer runs",
            "layer1 LocallyConnected2D there is no kernel for LocallyConnected2D layer1",
            "layer2 BatchNormalization runs",
            "layer3 ConvolutionLayer there is no kernel for the activation cube of"
                + " ConvolutionLayer layer3",
            "layer4 DenseLayer runs",
            "layer5 OutputLayer runs");
  }

  @Test
  void verticesOfAGraphAreReadBehindOneWithoutKernels() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("input")
                .setInputTypes(VECTORS)
                .addLayer("dense", new DenseLayer.Builder().nOut(4).build(), "input")
                .addVertex("stack", new StackVertex(), "dense", "input")
                .addVertex("half", new UnstackVertex(0, 2), "stack")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "half", "dense")
                .addLayer("output", output(), "sum")
                .setOutputs("output")
                .build());
    graph.init();
    assertThat(NetworkGraph.report(graph, List.of(VECTORS)))
        .extracting(each -> each.name() + " " + each.obstacle().orElse("runs"))
        .containsExactly(
            "dense runs",
            "stack there is no kernel for StackVertex stack",
            "half there is no kernel for UnstackVertex half",
            "sum runs",
            "output runs");
  }

  @Test
  void whatReadsSequencesIsToldSo() {
    InputType sequences = InputType.recurrent(5);
    MultiLayerNetwork network =
        network(sequences, new LastTimeStep(new LSTM.Builder().nOut(3).build()), output());
    List<String> expected = List.of("it is given sequences", "runs");
    assertThat(NetworkGraph.report(network, sequences))
        .extracting(each -> each.obstacle().orElse("runs"))
        .isEqualTo(expected);
    assertThat(NetworkGraph.report(network.toComputationGraph(), List.of(sequences)))
        .extracting(each -> each.obstacle().orElse("runs"))
        .isEqualTo(expected);
  }

  @Test
  void aLayerThatBecomesAPartOfTheOneBeforeItRuns() {
    MultiLayerNetwork network =
        DeepCnn.builder()
            .depth(1)
            .normalization(Normalization.lowLevel().placed(Placement.BEFORE_ACTIVATION_THEN_BIAS))
            .build()
            .init();
    assertThat(NetworkGraph.report(network, InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC)))
        .allSatisfy(each -> assertThat(each.obstacle()).isEmpty())
        .extracting(LayerReport::type)
        .contains("ChannelwiseBias");
  }

  private static Layer output() {
    return new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork network(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    return network;
  }
}
