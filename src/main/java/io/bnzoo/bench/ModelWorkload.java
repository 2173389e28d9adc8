package io.bnzoo.bench;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.engine.Accelerated;
import io.bnzoo.engine.Threads;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Any network of Deeplearning4j's, and one batch of random values and labels of its shapes. */
final class ModelWorkload implements AutoCloseable {
  private static final int COORDINATES = 4;

  /** What is repeated. */
  enum Task {
    TRAINING("train"),
    PREDICTION("predict");

    private final String label;

    Task(String label) {
      this.label = label;
    }

    /** Its name for people. */
    String label() {
      return label;
    }
  }

  private final MeasuredModel.Loaded loaded;
  private final Optional<Accelerated> accelerated;
  private final INDArray[] features;

  ModelWorkload(MeasuredModel model, Setup setup) throws IOException {
    this.loaded = model.load();
    for (InputType input : loaded.inputs()) {
      if (input.getType() != InputType.Type.FF && input.getType() != InputType.Type.CNN) {
        throw new IOException(model.name() + ": it takes neither images nor vectors");
      }
    }
    Nd4j.getRandom().setSeed(1);
    this.features =
        loaded.inputs().stream()
            .map(input -> Nd4j.rand(DataType.FLOAT, shape(input, model.batchSize())))
            .toArray(INDArray[]::new);
    if (setup == Setup.DL4J) {
      NativeBackend.useOneDnnIn((NeuralNetwork) loaded.network());
      NativeBackend.useThreads(threads());
    }
    this.accelerated = setup == Setup.ONEDNN ? Optional.of(loaded.accelerated()) : Optional.empty();
  }

  private static long[] shape(InputType input, int batch) {
    long[] shape = input.getShape(true);
    shape[0] = batch;
    return shape;
  }

  private int threads() {
    return loaded.network() instanceof MultiLayerNetwork network
        ? Threads.usefulFor(network.getLayerWiseConfigurations())
        : Runtime.getRuntime().availableProcessors();
  }

  /** Why the setup does not do a task, as a sentence about the model; empty if it does. */
  Optional<String> obstacle(Task task) {
    if (task == Task.TRAINING && !loaded.hasLoss()) {
      return Optional.of("it has no loss to be trained by");
    }
    InputType[] inputs = loaded.inputs().toArray(InputType[]::new);
    Optional<String> toAll =
        accelerated
            .flatMap(fast -> fast.obstacle(inputs))
            .map(reason -> "oneDNN does not run it, because " + reason);
    return toAll.isPresent() || task == Task.PREDICTION
        ? toAll
        : accelerated
            .flatMap(fast -> fast.trainingObstacle(inputs))
            .map(reason -> "oneDNN does not train it, because " + reason);
  }

  /** The milliseconds that each of a number of repetitions took. */
  double[] milliseconds(Task task, int repetitions) {
    return task == Task.TRAINING ? training(repetitions) : prediction(repetitions);
  }

  /** The score of the last step. */
  double score() {
    return loaded.network().score();
  }

  private double[] training(int repetitions) {
    MultiDataSet batch = new MultiDataSet(features, labels());
    if (accelerated.isPresent()) {
      RepeatedBatch batches = new RepeatedBatch(batch, repetitions);
      accelerated.get().fit(batches, 1);
      return batches.milliseconds();
    }
    return timed(repetitions, () -> fit(batch));
  }

  private void fit(MultiDataSet batch) {
    if (loaded.network() instanceof ComputationGraph graph) {
      graph.fit(batch);
    } else {
      ((MultiLayerNetwork) loaded.network()).fit(batch.getFeatures(0), batch.getLabels(0));
    }
  }

  private double[] prediction(int repetitions) {
    return timed(repetitions, this::predictions);
  }

  private INDArray[] predictions() {
    if (accelerated.isPresent()) {
      return accelerated.get().output(features);
    }
    return loaded.network() instanceof ComputationGraph graph
        ? graph.output(features)
        : new INDArray[] {((MultiLayerNetwork) loaded.network()).output(features[0])};
  }

  private static double[] timed(int repetitions, Runnable repeated) {
    double[] milliseconds = new double[repetitions];
    for (int i = 0; i < repetitions; i++) {
      long start = System.nanoTime();
      repeated.run();
      milliseconds[i] = (System.nanoTime() - start) / 1e6;
    }
    return milliseconds;
  }

  private INDArray[] labels() {
    List<Optional<Layer>> layers = loaded.outputs();
    INDArray[] labels = predictions();
    for (int i = 0; i < labels.length; i++) {
      labels[i] =
          layers.get(i).orElseThrow() instanceof Yolo2OutputLayer detection
              ? boxes(labels[i].shape(), detection)
              : oneHot(labels[i].shape());
    }
    return labels;
  }

  /** One class for each row of [N,F]; for each pixel, whether it belongs to each class. */
  private static INDArray oneHot(long... shape) {
    if (shape.length != 2) {
      return Nd4j.rand(DataType.FLOAT, shape).gt(0.5).castTo(DataType.FLOAT);
    }
    INDArray labels = Nd4j.zeros(DataType.FLOAT, shape);
    for (long row = 0; row < shape[0]; row++) {
      labels.putScalar(row, row % shape[1], 1);
    }
    return labels;
  }

  /** One object for each image, in its first cell: the corners of its box, and its class. */
  private static INDArray boxes(long[] shape, Yolo2OutputLayer detection) {
    long anchors = detection.layerConf().getBoundingBoxes().size(0);
    long classes = shape[1] / anchors - COORDINATES - 1;
    INDArray labels =
        Nd4j.zeros(DataType.FLOAT, shape[0], COORDINATES + classes, shape[2], shape[3]);
    for (long image = 0; image < shape[0]; image++) {
      labels.putScalar(new long[] {image, 2, 0, 0}, 1); // From 0, 0 to 1, 1, in cells.
      labels.putScalar(new long[] {image, 3, 0, 0}, 1);
      labels.putScalar(new long[] {image, COORDINATES + image % classes, 0, 0}, 1);
    }
    return labels;
  }

  @Override
  public void close() {
    accelerated.ifPresent(Accelerated::close);
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }
}
