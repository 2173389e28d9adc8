package io.bnzoo.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.ModelBuilder;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Both models against small runs of TensorFlow that are recorded in this repository.
 *
 * <p>{@code src/test/python/record_parity.py} made the record, and says by which formula it gets
 * weights and images. The larger runs that {@link TensorFlowParityTest} reads are outside.
 */
class RecordedHereTest {

  /** One recorded run with one implementation of ours. */
  record Case(JsonNode run, Normalization normalization) {

    boolean convolutional() {
      return run.get("model").asText().equals("cnn");
    }

    int side() {
      return run.get("side").asInt();
    }

    int classes() {
      return run.get("classes").asInt();
    }

    @Override
    public String toString() {
      return String.join(
          " ",
          run.get("model").asText(),
          run.get("batchNorm").asText(),
          "as",
          normalization.label());
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in = RecordedHereTest.class.getResourceAsStream("recorded.json")) {
      List<Case> cases = new ArrayList<>();
      for (JsonNode run : JsonMapper.builder().build().readTree(in).get("runs")) {
        Parity.implementations(run.get("batchNorm").asText())
            .forEach(normalization -> cases.add(new Case(run, normalization)));
      }
      return cases.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theNetworkTrainsAsInTensorFlow(Case c) {
    MultiLayerNetwork network = model(c).init();
    int batchSize = c.run().get("batchSize").asInt();
    INDArray labels = labels(batchSize, c.classes());
    JsonNode losses = c.run().get("losses");
    for (int step = 0; step < losses.size(); step++) {
      INDArray images = images(c, 2000 + step, batchSize);
      if (step == 0) {
        assertSamples(Parity.gradients(network, images, labels), c.run().get("gradients"), 2e-3, 0);
      }
      network.fit(images, labels);
      assertThat(network.score())
          .as("loss before step %d", step)
          .isCloseTo(losses.get(step).asDouble(), within(1e-5));
    }
    if (c.run().get("batchNorm").asText().equals("fused")) {
      Parity.makeFused(network, losses.size(), batchSize, c.side());
    }
    assertSamples(Parity.statistics(network), c.run().get("statistics"), 1e-6, 1e-6);
    ArrayAssert.assertClose(network.output(images(c, 3000, 4)), probabilities(c), 1e-5, 1e-5);
  }

  private static BatchNormModel model(Case c) {
    double learningRate = c.run().get("learningRate").asDouble();
    ModelBuilder<?, ?> builder = c.convolutional() ? DeepCnn.builder() : ThreeLayerMlp.builder();
    return builder
        .normalization(c.normalization())
        .activation(Activation.TANH)
        .updater(new Sgd(learningRate))
        .input(ImageShape.withChannels(1).height(c.side()).width(c.side()))
        .dataFormat(CNN2DFormat.NHWC)
        .classes(c.classes())
        .initialWeights(InitialWeights.given(weights(c)))
        .build();
  }

  /** Glorot uniform in TensorFlow's order of values. */
  private static Map<String, float[]> weights(Case c) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    if (c.convolutional()) {
      int side = c.side();
      for (int depth = 1; depth <= 19; depth++) {
        long in = depth == 1 ? 1 : 4L * (depth - 1);
        shapes.put(
            String.format(Locale.ROOT, "conv%02d.W", depth), new long[] {3, 3, in, 4L * depth});
        side = depth % 3 == 0 ? (side + 1) / 2 : side;
      }
      shapes.put("fc1.W", new long[] {76L * side * side, 100});
    } else {
      shapes.put("fc1.W", new long[] {(long) c.side() * c.side(), 100});
      shapes.put("fc2.W", new long[] {100, 100});
      shapes.put("fc3.W", new long[] {100, 100});
    }
    Map<String, float[]> weights = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> weights.put(name, glorot(weights.size() + 1, shape)));
    weights.put("output.W", glorot(1000, new long[] {100, c.classes()}));
    return weights;
  }

  private static float[] glorot(long seed, long[] shape) {
    SplittableRandom random = new SplittableRandom(seed); // SplitMix64
    int rank = shape.length;
    long area = rank == 4 ? shape[0] * shape[1] : 1;
    double bound = Math.sqrt(6.0 / (area * (shape[rank - 2] + shape[rank - 1])));
    INDArray values = Nd4j.create(DataType.DOUBLE, shape, 'c');
    for (long i = 0; i < values.length(); i++) {
      values.data().put(i, (2 * random.nextDouble() - 1) * bound);
    }
    INDArray ours = rank == 4 ? values.permute(3, 2, 0, 1).dup('c') : values;
    return ours.data().asFloat();
  }

  private static INDArray images(Case c, long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    INDArray images = Nd4j.create(DataType.FLOAT, count, c.side(), c.side(), 1);
    for (long i = 0; i < images.length(); i++) {
      images.data().put(i, (float) (Math.floor(256 * random.nextDouble()) / 255));
    }
    return c.convolutional() ? images : images.reshape('c', count, (long) c.side() * c.side());
  }

  private static INDArray labels(int count, int classes) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, count, classes);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return labels;
  }

  private static INDArray probabilities(Case c) {
    JsonNode rows = c.run().get("inferenceLogits");
    INDArray logits = Nd4j.create(DataType.FLOAT, rows.size(), c.classes());
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < c.classes(); column++) {
        logits.putScalar(row, column, rows.get(row).get(column).asDouble());
      }
    }
    return c.convolutional() ? Transforms.sigmoid(logits) : Transforms.softmax(logits);
  }

  /**
   * Compares every array with what was recorded of it.
   *
   * @param relative tolerance, relative to the largest value recorded of an array
   * @param absolute tolerance in addition
   */
  private static void assertSamples(
      Map<String, INDArray> actual, JsonNode expected, double relative, double absolute) {
    assertThat(actual).hasSize(expected.size());
    actual.forEach(
        (name, array) -> {
          INDArray ours = (array.rank() == 4 ? array.permute(2, 3, 1, 0) : array).dup('c').ravel();
          int stride = expected.get(name).get("stride").asInt();
          JsonNode sample = expected.get(name).get("values");
          double largest = 0;
          for (JsonNode value : sample) {
            largest = Math.max(largest, Math.abs(value.asDouble()));
          }
          for (int i = 0; i < sample.size(); i++) {
            assertThat(ours.getDouble((long) i * stride))
                .as("%s, sample %d", name, i)
                .isCloseTo(sample.get(i).asDouble(), within(relative * largest + absolute));
          }
        });
  }
}
