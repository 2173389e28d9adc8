package io.bnzoo.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The state of a Deeplearning4j optimizer, each moment as long as the vector of all parameters.
 *
 * <p>Deeplearning4j keeps it in blocks of neighbouring parameters with the same updater: all first
 * moments of a block, then all second ones.
 *
 * @param moments the first, and the second if there is one; 0 where a parameter has none
 */
record FlatVectors(List<float[]> moments) {

  /** A copy of a network's optimizer state. */
  static FlatVectors ofUpdater(MultiLayerNetwork network) {
    INDArray view = network.getUpdater().getStateViewArray();
    List<float[]> moments = new ArrayList<>();
    for (int i = 0; i < momentsOf(network); i++) {
      moments.add(new float[Math.toIntExact(network.numParams())]);
    }
    if (view != null) {
      float[] state = values(view);
      for (Run run : runs(network)) {
        System.arraycopy(
            state, run.inState(), moments.get(run.moment()), run.inParameters(), run.length());
      }
    }
    return new FlatVectors(moments);
  }

  /** How many moments a network's optimizers keep at most. */
  static int momentsOf(MultiLayerNetwork network) {
    return runs(network).stream().mapToInt(run -> run.moment() + 1).max().orElse(0);
  }

  /** Writes the moments into the network's optimizer state. */
  void writeBack(MultiLayerNetwork network) {
    INDArray view = network.getUpdater().getStateViewArray();
    if (view != null) {
      float[] state = values(view);
      for (Run run : runs(network)) {
        System.arraycopy(
            moments.get(run.moment()), run.inParameters(), state, run.inState(), run.length());
      }
      assign(view, state);
    }
  }

  /** Neighbours in the optimizer's state that are neighbours among the parameters, too. */
  private record Run(int moment, int inState, int inParameters, int length) {}

  private static List<Run> runs(MultiLayerNetwork network) {
    List<Run> runs = new ArrayList<>();
    for (UpdaterBlock block :
        ((BaseMultiLayerUpdater<?>) network.getUpdater()).getUpdaterBlocks()) {
      int length = block.getParamOffsetEnd() - block.getParamOffsetStart();
      int start = block.getUpdaterViewOffsetStart();
      for (int moment = 0; start < block.getUpdaterViewOffsetEnd(); moment++) {
        runs.add(new Run(moment, start, block.getParamOffsetStart(), length));
        start += length;
      }
    }
    return runs;
  }

  /** All values of a vector of Deeplearning4j's. */
  static float[] values(INDArray vector) {
    float[] values = new float[Math.toIntExact(vector.length())];
    INDArray whole = isWhole(vector) ? vector : vector.dup('c');
    whole.data().asNioFloat().get(values);
    return values;
  }

  /** Replaces all values of a vector of Deeplearning4j's. */
  static void assign(INDArray vector, float[] values) {
    if (values.length != vector.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a vector of %d has no room for %d values",
              vector.length(),
              values.length));
    }
    if (isWhole(vector)) {
      vector.data().asNioFloat().put(values);
    } else {
      vector.assign(Nd4j.createFromArray(values).reshape(vector.shape()));
    }
  }

  /** Whether the vector is all that its memory holds, one value after the other. */
  private static boolean isWhole(INDArray vector) {
    return vector.offset() == 0
        && vector.data().offset() == 0
        && vector.data().length() == vector.length()
        && Shape.hasDefaultStridesForShape(vector);
  }
}
