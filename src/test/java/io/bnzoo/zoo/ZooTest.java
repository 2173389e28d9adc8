package io.bnzoo.zoo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bnzoo.ArrayAssert;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.LoggerFactory;

/** What holds for every model of the zoo in every variant. */
class ZooTest {
  private static final int BATCH = 6;

  /** One model with one normalization. */
  record Case(Zoo.Entry entry, Normalization normalization) {
    BatchNormModel model() {
      return entry.builder().get().normalization(normalization).seed(3).build();
    }

    /** Its plain counterpart with the same initial weights. */
    BatchNormModel plain() {
      InitialWeights weights = model().spec().initialWeights();
      return entry.builder().get().initialWeights(weights).seed(3).build();
    }

    INDArray images() {
      INDArray images = Nd4j.rand(DataType.FLOAT, BATCH, 784);
      return entry.id().equals(DeepCnn.ID) ? images.reshape('c', BATCH, 28, 28, 1) : images;
    }

    @Override
    public String toString() {
      return entry.id() + " " + normalization.label();
    }
  }

  static Stream<Case> cases() {
    return Zoo.entries().stream()
        .flatMap(
            entry ->
                normalizations(entry).stream()
                    .flatMap(List::stream)
                    .map(normalization -> new Case(entry, normalization)));
  }

  private static List<List<? extends Normalization>> normalizations(Zoo.Entry entry) {
    Normalization.RecurrentBatchNorm recurrent = Normalization.recurrentBatchNorm();
    return entry.id().equals(ImageLstm.ID)
        ? List.of(
            List.of(Normalization.none(), recurrent),
            List.of(
                recurrent.withInitialGamma(1),
                recurrent.withStatistics(Normalization.TimeSteps.SHARED)))
        : List.of(
            Normalization.none().inEveryPlacement(),
            Normalization.batchNorm().inEveryPlacement(),
            Normalization.lowLevel().inEveryPlacement(),
            List.of(Normalization.speltOut()));
  }

  private final ListAppender<ILoggingEvent> warnings = new ListAppender<>();

  @BeforeEach
  void listen() {
    warnings.start();
    logger().addAppender(warnings);
  }

  @AfterEach
  void stopListening() {
    logger().detachAppender(warnings);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("org.deeplearning4j");
  }

  private static INDArray labels() {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, 10);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i, 1);
    }
    return labels;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTenValuesAnImage(Case c) {
    MultiLayerNetwork network = c.model().init();
    assertThat(network.output(c.images()).shape()).containsExactly(BATCH, 10);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void hasTheParametersCountedByHand(Case c) {
    // Sum over d of 9 * 4(d-1) * 4d (with one channel below the first), then 76*100 and 100*10+10;
    // for each unit a bias, or gamma, beta, two running statistics and any bias that is placed.
    long convolutions = 9 * 4;
    for (int d = 2; d <= 19; d++) {
      convolutions += 9L * 4 * (d - 1) * 4 * d;
    }
    long cnnUnits = 4 * (19 * 20 / 2) + 100;
    Map<String, Long> weights =
        Map.of(
            DeepCnn.ID, convolutions + 76 * 100 + 1010,
            ThreeLayerMlp.ID, 784L * 100 + 100 * 100 + 100 * 100 + 1010,
            ImageLstm.ID, 28L * 400 + 100 * 400 + 1010);
    // Of the LSTM's 100, for the four gates and the cell.
    Map<String, Long> units =
        Map.of(DeepCnn.ID, cnnUnits, ThreeLayerMlp.ID, 300L, ImageLstm.ID, 100L);
    long perUnit = perUnit(c);
    MultiLayerNetwork network = c.model().init();
    assertThat(network.numParams())
        .isEqualTo(weights.get(c.entry().id()) + perUnit * units.get(c.entry().id()));
  }

  private static long perUnit(Case c) {
    boolean plain = c.normalization().equals(Normalization.none());
    if (c.normalization() instanceof Normalization.RecurrentBatchNorm recurrent) {
      long steps = recurrent.steps() == Normalization.TimeSteps.SHARED ? 1 : 28;
      // The biases of the gates, gammas of input, state and cell, beta of the cell, statistics.
      return 4 + (4 + 4 + 1) + 1 + steps * 2 * (4 + 4 + 1);
    } else if (c.entry().id().equals(ImageLstm.ID)) {
      return 4;
    }
    return plain ? 1 : 4 + biases(c.normalization());
  }

  private static long biases(Normalization normalization) {
    return switch (normalization.placement()) {
      case BEFORE_ACTIVATION, AFTER_ACTIVATION -> 0;
      case BEFORE_ACTIVATION_WITH_BIAS, AFTER_ACTIVATION_WITH_BIAS, BEFORE_ACTIVATION_THEN_BIAS ->
          1;
    };
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyTrainableParameterGetsAGradient(Case c) {
    MultiLayerNetwork network = c.model().init();
    network.setInput(c.images());
    network.setLabels(labels());
    network.computeGradientAndScore();
    Map<String, INDArray> gradients = network.gradient().gradientForVariable();
    Set<String> trained = new HashSet<>(network.paramTable().keySet());
    trained.removeIf(name -> name.matches(".*_(population|(mean|variance)[A-Z]).*"));
    assertThat(gradients).containsOnlyKeys(trained);
    boolean subtracted =
        c.normalization().placement() == Placement.BEFORE_ACTIVATION_WITH_BIAS
            && !c.normalization().equals(Normalization.none());
    String output = network.getnLayers() - 1 + "_b";
    gradients.forEach(
        (name, gradient) -> {
          double norm = gradient.norm2Number().doubleValue();
          if (subtracted && name.endsWith("_b") && !name.equals(output)) {
            double ofWeights = gradients.get(name.replace("_b", "_W")).norm2Number().doubleValue();
            assertThat(norm)
                .as("what rounding leaves of a bias that batch norm subtracts again: " + name)
                .isLessThan(1e-3 * ofWeights);
          } else {
            assertThat(norm).as(name).isPositive();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theConfigurationSurvivesJson(Case c) {
    MultiLayerConfiguration configuration = c.model().conf();
    assertThat(MultiLayerConfiguration.fromJson(configuration.toJson())).isEqualTo(configuration);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theNetworkSurvivesStockSerialization(Case c) throws IOException {
    MultiLayerNetwork network = c.model().init();
    network.fit(c.images(), labels());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, true);
    MultiLayerNetwork restored =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(bytes.toByteArray()));
    ArrayAssert.assertSameBits(restored.params(), network.params());
    INDArray images = c.images();
    ArrayAssert.assertSameBits(restored.output(images), network.output(images));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSeedDecidesTheWeights(Case c) {
    MultiLayerNetwork one = c.model().init();
    MultiLayerNetwork two = c.model().init();
    MultiLayerNetwork other =
        c.entry().builder().get().normalization(c.normalization()).seed(4).build().init();
    ArrayAssert.assertSameBits(two.params(), one.params());
    assertThat(other.params().sub(one.params()).norm2Number().doubleValue()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aPairStartsFromTheSameWeights(Case c) {
    MultiLayerNetwork plain = c.plain().init();
    MultiLayerNetwork network = c.model().init();
    long compared = 0;
    for (Layer layer : plain.getLayers()) {
      String name = layer.conf().getLayer().getLayerName();
      for (String parameter : List.of("W", "RW")) {
        if (layer.paramTable().containsKey(parameter)) {
          ArrayAssert.assertSameBits(
              network.getLayer(name).getParam(parameter), layer.paramTable().get(parameter));
          compared++;
        }
      }
    }
    Map<String, Long> weights = Map.of(DeepCnn.ID, 21L, ThreeLayerMlp.ID, 4L, ImageLstm.ID, 3L);
    assertThat(compared).isEqualTo(weights.get(c.entry().id()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withoutItsNormalizationLayersItIsThePlainOneBiasesAside(Case c) {
    String plain = Structure.of(c.plain().conf());
    String other = Structure.of(c.model().conf(), "-bn", "-bias").replaceAll(" normalized: .*", "");
    assertThat(other.replace(" bias", "")).isEqualTo(plain.replace(" bias", ""));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theStructureIsTheRecordedOne(Case c) throws IOException {
    String name = c.toString().replace(' ', '-') + ".txt";
    String structure = Structure.of(c.model().conf());
    try (var golden = ZooTest.class.getResourceAsStream(name)) {
      String recorded = golden == null ? "" : new String(golden.readAllBytes(), UTF_8);
      assertThat(structure)
          .as("the structure; if it is meant to change, record it in %s", name)
          .isEqualTo(recorded);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bothImageFormatsGiveTheSameValues(Case c) {
    MultiLayerNetwork nchw =
        c.entry()
            .builder()
            .get()
            .normalization(c.normalization())
            .dataFormat(CNN2DFormat.NCHW)
            .seed(3)
            .build()
            .init();
    MultiLayerNetwork nhwc =
        c.entry()
            .builder()
            .get()
            .normalization(c.normalization())
            .dataFormat(CNN2DFormat.NHWC)
            .seed(3)
            .build()
            .init();
    INDArray other = c.images();
    INDArray images = other.rank() == 4 ? other.reshape('c', BATCH, 1, 28, 28) : other;
    ArrayAssert.assertClose(nhwc.output(other), nchw.output(images), 1e-5, 1e-4);
    nchw.fit(images, labels());
    nhwc.fit(other, labels());
    assertThat(nhwc.score()).isCloseTo(nchw.score(), within(1e-5));
    assertThat(warnings.list).as("what Deeplearning4j warned of").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void otherInputsAndClassesAreTaken(Case c) {
    BatchNormModel model =
        c.entry().builder().get().normalization(c.normalization()).classes(3).build();
    model.setInputShape(new int[][] {{3, 20, 24}});
    MultiLayerNetwork network = model.init();
    boolean convolutional = c.entry().id().equals(DeepCnn.ID);
    INDArray images =
        convolutional
            ? Nd4j.rand(DataType.FLOAT, 2, 20, 24, 3)
            : Nd4j.rand(DataType.FLOAT, 2, 3 * 20 * 24);
    assertThat(network.output(images).shape()).containsExactly(2, 3);
  }
}
