package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.PixelRange;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** Models that were trained and saved with nothing but Deeplearning4j, normalizer included. */
class NormalizerEvaluationTest {
  private static final LabeledImages TRAINING = TestDigits.draw(100, 7);
  private static final LabeledImages TEST = TestDigits.draw(60, 8);

  @TempDir private Path folder;

  static Stream<Training> trainings() {
    InputType flat = InputType.convolutionalFlat(28, 28, 1);
    return Stream.of(
        new Training("flat", new NormalizerStandardize(), PixelRange.BYTES, flat, List.of(784)),
        new Training(
            "NCHW",
            new NormalizerStandardize(),
            PixelRange.BYTES,
            InputType.convolutional(28, 28, 1),
            List.of(1, 28, 28)),
        new Training(
            "NHWC",
            new NormalizerMinMaxScaler(-1, 1),
            PixelRange.UNIT,
            InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC),
            List.of(28, 28, 1)),
        scaled());
  }

  private static Training scaled() {
    return new Training(
        "flat",
        new ImagePreProcessingScaler(-1, 1),
        PixelRange.BYTES,
        InputType.convolutionalFlat(28, 28, 1),
        List.of(784));
  }

  /** What a person trained on, and how. */
  private record Training(
      String name,
      DataNormalization normalizer,
      PixelRange range,
      InputType input,
      List<Integer> shape) {
    @Override
    public String toString() {
      return normalizer.getClass().getSimpleName() + " " + name;
    }

    /** As it is before its first step, which is enough to tell inputs apart. */
    private MultiLayerNetwork network() {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .seed(1)
                  .list()
                  .layer(new ConvolutionLayer.Builder(5, 5).stride(3, 3).nOut(4).build())
                  .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                  .setInputType(input)
                  .build());
      network.init();
      normalizer.fit(data(TRAINING, range));
      return network;
    }

    private DataSet data(LabeledImages images, PixelRange pixels) {
      long[] batch =
          LongStream.concat(
                  LongStream.of(images.size()), shape.stream().mapToLong(Integer::longValue))
              .toArray();
      return new DataSet(images.images(pixels).reshape('c', batch), images.oneHotLabels());
    }

    /** The loss as a person would have it of Deeplearning4j. */
    private double loss(MultiLayerNetwork network) {
      DataSet test = data(TEST, range);
      normalizer.preProcess(test);
      return network.score(test);
    }

    private double lossWithoutNormalizer(MultiLayerNetwork network) {
      return network.score(data(TEST, PixelRange.UNIT));
    }
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void aSavedNormalizerIsAppliedAsInTheTraining(Training training) throws IOException {
    MultiLayerNetwork network = training.network();
    double expected = training.loss(network);
    assertThat(expected)
        .as("the normalizer matters")
        .isNotCloseTo(training.lossWithoutNormalizer(network), within(0.002));
    EvaluationRecord record = evaluate(saved(network, training.normalizer));
    assertThat(record.loss()).isCloseTo(expected, within(1e-5 * expected));
    assertThat(record.pixels().white()).isEqualTo(training.range.white());
    assertThat(record.pixels().normalizer().orElseThrow())
        .startsWith(training.normalizer.getClass().getSimpleName());
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void aGraphsNormalizerIsAppliedToo(Training training) throws IOException {
    MultiLayerNetwork network = training.network();
    ComputationGraph graph = network.toComputationGraph();
    EvaluationRecord ofGraph = evaluate(saved(graph, training.normalizer));
    EvaluationRecord ofNetwork = evaluate(saved(network, training.normalizer));
    assertThat(ofGraph.confusion()).isEqualTo(ofNetwork.confusion());
    assertThat(ofGraph.loss()).isCloseTo(ofNetwork.loss(), within(1e-5 * ofNetwork.loss()));
    assertThat(ofGraph.pixels()).isEqualTo(ofNetwork.pixels());
  }

  @Test
  void oneDnnRunsWhatHasANormalizerAsDeeplearning4jDoes() throws IOException {
    Training training = scaled();
    StoredModel stored = saved(training.network(), training.normalizer);
    EvaluationRecord fast = evaluate(stored, EngineChoice.ONEDNN);
    EvaluationRecord slow = evaluate(stored, EngineChoice.DL4J);
    assertThat(fast.loss()).isCloseTo(slow.loss(), within(1e-5 * slow.loss()));
    assertThat(fast.confusion()).isEqualTo(slow.confusion());
  }

  @Test
  void oneDnnIsKeptFromGraphs() {
    MultiLayerNetwork network = scaled().network();
    assertThat(ModelEvaluation.obstacle(network)).isEmpty();
    assertThat(ModelEvaluation.obstacle(network.toComputationGraph()))
        .isEqualTo(Optional.of("the model is a graph"));
  }

  private StoredModel saved(Model model, DataNormalization normalizer) throws IOException {
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(model, file.toFile(), true);
    ModelSerializer.addNormalizerToModel(file.toFile(), normalizer);
    return ModelFiles.open(file);
  }

  private static EvaluationRecord evaluate(StoredModel stored) {
    return evaluate(stored, EngineChoice.AUTO);
  }

  private static EvaluationRecord evaluate(StoredModel stored, EngineChoice engine) {
    try (ModelEvaluation evaluation = new ModelEvaluation(stored, engine, TEST)) {
      return evaluation.run(ProgressListener.NONE);
    }
  }
}
