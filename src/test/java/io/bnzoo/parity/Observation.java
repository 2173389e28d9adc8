package io.bnzoo.parity;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineGradients;
import io.bnzoo.engine.Statistics;
import io.bnzoo.parity.RecordedRun.State;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What one implementation in single precision found in a recorded run: TensorFlow or one of ours.
 *
 * <p>Arrays are in TensorFlow's order of axes, logits [images, classes].
 *
 * @param losses before each step
 * @param gradients of the first step
 * @param afterFirstStep all parameters after it
 * @param last all parameters after the last step
 * @param lastLogits by the running statistics after the last step
 * @param secondLossFromRecord the loss before the second step, from the parameters that TensorFlow
 *     had then
 * @param lastLogitsFromRecord the last logits, from the parameters that TensorFlow had then
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record Observation(
    double[] losses,
    Map<String, double[]> gradients,
    Map<String, double[]> afterFirstStep,
    Map<String, double[]> last,
    double[] lastLogits,
    double secondLossFromRecord,
    double[] lastLogitsFromRecord) {

  static Observation ofTensorFlow(RecordedRun run) throws IOException {
    double[] losses =
        run.description().losses().stream().mapToDouble(Double::doubleValue).toArray();
    double[] logits = run.inferenceLogits();
    return new Observation(
        losses,
        run.arrays(State.FIRST_GRADIENTS),
        run.arrays(State.AFTER_FIRST_STEP),
        run.arrays(State.LAST),
        logits,
        losses[1],
        logits);
  }

  /** Trains a network of ours as TensorFlow's was. */
  static Observation of(
      RecordedRun run, ImageDataset digits, Normalization normalization, EngineChoice choice)
      throws IOException {
    LabeledImages first = run.batch(digits, 0);
    Map<String, double[]> gradients =
        Parity.inTensorFlowsOrder(gradients(run, run.network(normalization), choice, first));
    try (Engine engine = choice.open(run.network(normalization), ImageShape.MNIST, 1)) {
      double[] losses = new double[run.description().steps()];
      losses[0] = loss(engine, first);
      engine.step(first);
      Map<String, double[]> afterFirstStep = parameters(engine);
      for (int step = 1; step < losses.length; step++) {
        LabeledImages batch = run.batch(digits, step);
        // Of the logits, since the loss that Deeplearning4j trains by clips probabilities.
        losses[step] = loss(engine, batch);
        engine.step(batch);
      }
      Map<String, double[]> last = parameters(engine);
      double[] lastLogits = logits(engine, run.inferenceImages(digits));
      load(run, State.AFTER_FIRST_STEP, engine);
      double secondLoss = loss(engine, run.batch(digits, 1));
      load(run, State.LAST, engine);
      return new Observation(
          losses,
          gradients,
          afterFirstStep,
          last,
          lastLogits,
          secondLoss,
          logits(engine, run.inferenceImages(digits)));
    }
  }

  private static Map<String, INDArray> gradients(
      RecordedRun run, MultiLayerNetwork network, EngineChoice choice, LabeledImages batch) {
    if (choice == EngineChoice.ONEDNN) {
      return Parity.weights(EngineGradients.ofStep(network, batch));
    }
    INDArray images = batch.images();
    long side = LabeledImages.SIDE;
    return Parity.gradients(
        network,
        run.description().convolutional()
            ? images.reshape('c', batch.size(), 1, side, side)
            : images,
        batch.oneHotLabels());
  }

  private static double loss(Engine engine, LabeledImages batch) {
    return engine.loss().mean(engine.logits(batch, Statistics.BATCH), batch);
  }

  private static double[] logits(Engine engine, LabeledImages images) {
    float[] values = engine.logits(images, Statistics.RUNNING).values();
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static Map<String, double[]> parameters(Engine engine) {
    return Parity.inTensorFlowsOrder(Parity.parameters(engine.snapshot()));
  }

  /** Gives the engine's network the parameters that TensorFlow had. */
  private static void load(RecordedRun run, State state, Engine engine) throws IOException {
    MultiLayerNetwork network = engine.snapshot();
    Map<String, INDArray> ours = Parity.parameters(network);
    ExactNetwork exact = run.exactNetwork();
    for (Map.Entry<String, double[]> array : run.arrays(state).entrySet()) {
      INDArray parameter = ours.get(array.getKey());
      float[] values = Parity.inOurOrder(array.getValue(), exact.shapes().get(array.getKey()));
      parameter.assign(Nd4j.createFromArray(values).reshape('c', parameter.shape()));
    }
    engine.load(network);
  }
}
