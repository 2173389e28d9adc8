package io.bnzoo.parity;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bnzoo.data.Digits;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.spec.InitialWeights;
import io.bnzoo.spec.Normalization;
import io.bnzoo.spec.Optimizer;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ModelBuilder;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A training run on MNIST recorded from TensorFlow, one of those in the folder {@code
 * BNZOO_PARITY}.
 *
 * <p>Arrays are by parameter, such as {@code conv01.W} or {@code fc1-bn.gamma}, in Deeplearning4j's
 * shapes: convolution weights, [height,width,in,out] in the files, are [out,in,height,width].
 */
record RecordedRun(Path folder, JsonNode description) {

  /** The run of a name; skips the test where there are no recorded runs. */
  static RecordedRun named(String name) throws IOException {
    String folder = System.getenv("BNZOO_PARITY");
    assumeTrue(
        folder != null,
        "BNZOO_PARITY does not say where runs recorded from TensorFlow are; none are compared");
    Path run = Path.of(folder, name);
    return new RecordedRun(
        run, JsonMapper.builder().build().readTree(run.resolve("case.json").toFile()));
  }

  boolean convolutional() {
    return folder.getFileName().toString().startsWith("cnn");
  }

  /** None, moments or fused. */
  String batchNorm() {
    return description.get("batch_norm").asText();
  }

  /** The network before the first step, with a normalization of ours. */
  MultiLayerNetwork network(Normalization normalization) throws IOException {
    double learningRate = description.get("learning_rate").asDouble();
    boolean adam = description.get("optimizer").asText().startsWith("Adam");
    String activation = description.get("activation").asText();
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Map.Entry<String, INDArray> array : arrays("initial").entrySet()) {
      if (!array.getKey().contains("-bn.")) { // gamma, beta and statistics start alike everywhere.
        weights.put(array.getKey(), array.getValue().data().asFloat());
      }
    }
    ModelBuilder<?> builder = convolutional() ? DeepCnn.builder() : ThreeLayerMlp.builder();
    return builder
        .normalization(normalization)
        .activation(Activation.valueOf(activation.toUpperCase(Locale.ROOT)))
        .optimizer(adam ? new Optimizer.Adam(learningRate) : new Optimizer.Sgd(learningRate))
        .initialWeights(InitialWeights.given(weights))
        .build()
        .init();
  }

  int steps() {
    return description.get("steps").asInt();
  }

  int batchSize() {
    return description.get("batch_size").asInt();
  }

  /** The loss before a step, on its batch, in training mode. */
  double loss(int step) {
    return description.get("loss_before_each_step").get(step).asDouble();
  }

  /** The batch of a step. */
  LabeledImages batch(Digits digits, int step) {
    JsonNode indices = description.get("batches").get(step);
    int[] inTrainingSet =
        IntStream.range(0, indices.size())
            .map(i -> indices.get(i).asInt() - Digits.VALIDATION_SIZE)
            .toArray();
    return digits.train().select(inTrainingSet);
  }

  /** All arrays in a folder of the run. */
  Map<String, INDArray> arrays(String subfolder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.resolve(subfolder))) {
      files = all.toList();
    }
    Map<String, INDArray> arrays = new TreeMap<>();
    for (Path file : files) {
      INDArray array = NpyFile.read(file);
      arrays.put(
          file.getFileName().toString().replace(".npy", ""),
          array.rank() == 4 ? array.permute(3, 2, 0, 1).dup('c') : array);
    }
    return arrays;
  }

  /** For the first 50 validation images, with population statistics, after the last step. */
  INDArray inferenceLogits() throws IOException {
    return NpyFile.read(folder.resolve("inference-logits-first-50-validation.npy"));
  }
}
