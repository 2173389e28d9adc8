package io.bnzoo.parity;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.ModelBuilder;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A training run on MNIST recorded from TensorFlow.
 *
 * <p>Arrays are by parameter, such as {@code conv01.W} or {@code fc1-bn.gamma}, in TensorFlow's
 * order of axes.
 *
 * @param folder where its files are
 */
record RecordedRun(Path folder, RunDescription description) {
  static final String DESCRIPTION = "case.json";
  private static final String LOGITS = "inference-logits-first-50-validation.npy";
  private static final int LOGITS_IMAGES = 50;

  /** What of a run is recorded, each in a folder of its own. */
  enum State {
    INITIAL("initial"),
    FIRST_GRADIENTS("gradient-of-step-1"),
    AFTER_FIRST_STEP("after-step-1"),
    LAST("final");

    private final String folder;

    State(String folder) {
      this.folder = folder;
    }
  }

  /**
   * The run in a folder, all of whose files are read once.
   *
   * @throws IOException if a file is missing, damaged or of no known kind, naming the folder, the
   *     file and what is wrong
   */
  static RecordedRun read(Path folder) throws IOException {
    try {
      Path file = folder.resolve(DESCRIPTION);
      if (!Files.isRegularFile(file)) {
        throw new IOException("there is no " + DESCRIPTION);
      }
      RecordedRun run = new RecordedRun(folder, RunDescription.read(file));
      for (State state : State.values()) {
        run.arrays(state);
      }
      run.inferenceLogits();
      return run;
    } catch (IOException e) {
      throw new IOException(folder + " is no whole recorded run: " + e.getMessage(), e);
    }
  }

  /** The same network in double precision. */
  ExactNetwork exactNetwork() {
    OptionalDouble epsilon =
        description.normalized()
            ? OptionalDouble.of(description.epsilon())
            : OptionalDouble.empty();
    int classes = LabeledImages.CLASSES;
    return description.convolutional()
        ? ExactNetwork.deepCnn(LabeledImages.SIDE, classes, description.activation(), epsilon)
        : ExactNetwork.mlp(LabeledImages.PIXELS, classes, description.activation(), epsilon);
  }

  /** What of ours must give the same. */
  List<Normalization> implementations() {
    return description.normalized()
        ? Parity.batchNorms(description.decay(), description.epsilon())
        : List.of(Normalization.none());
  }

  /** The network before the first step, with a normalization of ours. */
  MultiLayerNetwork network(Normalization normalization) throws IOException {
    Map<String, float[]> weights = new HashMap<>();
    ExactNetwork exact = exactNetwork();
    for (Map.Entry<String, double[]> array : arrays(State.INITIAL).entrySet()) {
      String name = array.getKey();
      if (!name.contains("-bn.")) { // Gamma, beta and the statistics start alike everywhere.
        weights.put(name, Parity.inOurOrder(array.getValue(), exact.shapes().get(name)));
      }
    }
    ModelBuilder<?, ?> builder =
        description.convolutional() ? DeepCnn.builder() : ThreeLayerMlp.builder();
    return builder
        .dataFormat(CNN2DFormat.NCHW)
        .normalization(normalization)
        .activation(description.activation())
        .updater(description.updater())
        .initialWeights(InitialWeights.given(weights))
        .build()
        .init();
  }

  /** The batch of a step. */
  LabeledImages batch(ImageDataset digits, int step) {
    return digits
        .train()
        .select(
            description.batches().get(step).stream()
                .mapToInt(index -> index - ImageDataset.VALIDATION_SIZE)
                .toArray());
  }

  /** All arrays of a state. */
  Map<String, double[]> arrays(State state) throws IOException {
    Map<String, double[]> arrays = new TreeMap<>();
    for (Map.Entry<String, List<Integer>> shape : exactNetwork().shapes().entrySet()) {
      String name = shape.getKey();
      if (state != State.FIRST_GRADIENTS || !Parity.isStatistic(name)) {
        arrays.put(name, array(state.folder + "/" + name + ".npy", shape.getValue()));
      }
    }
    return arrays;
  }

  /** What the logits are of. */
  LabeledImages inferenceImages(ImageDataset digits) {
    return digits.validation().slice(0, LOGITS_IMAGES);
  }

  /** By the running statistics after the last step, [images, classes]. */
  double[] inferenceLogits() throws IOException {
    return array(LOGITS, List.of(LOGITS_IMAGES, LabeledImages.CLASSES));
  }

  private double[] array(String file, List<Integer> shape) throws IOException {
    Path path = folder.resolve(file);
    if (!Files.isRegularFile(path)) {
      throw new IOException("there is no " + file);
    }
    NpyFile array = NpyFile.read(path);
    if (!array.shape().equals(shape)) {
      throw new IOException(file + " must have shape " + shape + ", has " + array.shape());
    }
    double[] values = new double[array.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.values()[i];
      if (!Double.isFinite(values[i])) {
        throw new IOException(file + " must have finite values, one is " + values[i]);
      }
    }
    return values;
  }
}
