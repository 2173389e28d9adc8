package io.bnzoo.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The shapes that are computed are those that Deeplearning4j's activations have. */
class ActivationShapesTest {
  private static final List<StockNetwork> STOCK = StockNetwork.all();

  static Stream<StockNetwork> sequential() {
    return STOCK.stream().filter(network -> network.model() instanceof MultiLayerNetwork);
  }

  static Stream<StockNetwork> graphs() {
    return STOCK.stream().filter(network -> network.model() instanceof ComputationGraph);
  }

  static List<PublishedNetwork> published() {
    return PublishedNetwork.all();
  }

  @ParameterizedTest
  @MethodSource("sequential")
  void aSequentialNetworkHasAsManyValuesAsAreCounted(StockNetwork network) throws IOException {
    MultiLayerNetwork model = (MultiLayerNetwork) network.model();
    long values = 0;
    List<INDArray> activations = model.feedForward(network.input());
    for (int i = 0; i < activations.size(); i++) {
      boolean reshaped = model.getLayerWiseConfigurations().getInputPreProcess(i) != null;
      values += activations.get(i).length() * (reshaped ? 2 : 1);
    }
    Footprint footprint =
        ActivationShapes.of(Sizes.GIVEN)
            .of(model.getLayerWiseConfigurations(), ActivationShape.of(network.type(), 1));
    assertThat(footprint.activations() * network.input().size(0)).isEqualTo(values);
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void aGraphHasAsManyValuesAsAreCounted(StockNetwork network) throws IOException {
    ComputationGraph model = (ComputationGraph) network.model();
    Map<String, INDArray> activations = model.feedForward(network.input(), false);
    long values = activations.values().stream().mapToLong(INDArray::length).sum();
    ComputationGraphConfiguration configuration = model.getConfiguration();
    Footprint footprint =
        ActivationShapes.of(Sizes.GIVEN)
            .of(
                configuration,
                GraphShape.of(configuration),
                List.of(ActivationShape.of(network.type(), 1)));
    assertThat(footprint.activations()).isEqualTo(values);
  }

  @ParameterizedTest
  @MethodSource("published")
  void thePublishedNetworksAreWithinTheLimitsAtTheirSize(PublishedNetwork network) {
    ActivationShape input = ActivationShape.of(network.input(), 1);
    ActivationShapes walk = ActivationShapes.of(Sizes.GIVEN);
    assertThatCode(
            () -> {
              if (network.isGraph()) {
                ComputationGraphConfiguration graph =
                    ComputationGraphConfiguration.fromJson(network.json());
                walk.of(graph, GraphShape.of(graph), List.of(input));
              } else {
                walk.of(MultiLayerConfiguration.fromJson(network.json()), input);
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void anImageHasItsChannelsWhereALayerLooksForThem() {
    ActivationShape image = ActivationShape.image(3, 5, 7, CNN2DFormat.NHWC);
    assertThat(image.in(CNN2DFormat.NHWC)).isEqualTo(image);
    assertThat(image.in(CNN2DFormat.NCHW))
        .isEqualTo(ActivationShape.image(5, 7, 3, CNN2DFormat.NCHW));
  }

  @Test
  void productsDoNotOverflow() {
    assertThat(ActivationShape.product(1L << 40, 1L << 40)).isEqualTo(ActivationShape.TOO_MANY);
    assertThat(ActivationShape.product(6, 7)).isEqualTo(42);
    assertThat(ActivationShape.product(6, -7, 1L << 40)).isZero();
  }
}
