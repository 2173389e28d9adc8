package io.bnzoo.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
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
record UpdaterState(List<float[]> moments) {

  /** A copy of a network's optimizer state. */
  static UpdaterState of(Model network) {
    INDArray view = updater(network).getStateViewArray();
    List<float[]> moments = new ArrayList<>();
    for (int i = 0; i < momentsOf(network); i++) {
      moments.add(new float[Math.toIntExact(network.numParams())]);
    }
    if (view != null) {
      float[] state = values(view);
      for (Section section : sections(network)) {
        System.arraycopy(
            state,
            section.inState(),
            moments.get(section.moment()),
            section.inParameters(),
            section.length());
      }
    }
    return new UpdaterState(moments);
  }

  /** The largest number of moments that one of a network's optimizers keeps. */
  static int momentsOf(Model network) {
    return sections(network).stream().mapToInt(section -> section.moment() + 1).max().orElse(0);
  }

  /** Writes the moments into the network's optimizer state. */
  void copyTo(Model network) {
    INDArray view = updater(network).getStateViewArray();
    if (view != null) {
      float[] state = values(view);
      for (Section section : sections(network)) {
        System.arraycopy(
            moments.get(section.moment()),
            section.inParameters(),
            state,
            section.inState(),
            section.length());
      }
      assign(view, state);
    }
  }

  /** A range of the optimizer's state that belongs to a range of the parameters. */
  private record Section(int moment, int inState, int inParameters, int length) {}

  private static List<Section> sections(Model network) {
    List<Section> sections = new ArrayList<>();
    for (UpdaterBlock block : updater(network).getUpdaterBlocks()) {
      int length = block.getParamOffsetEnd() - block.getParamOffsetStart();
      int start = block.getUpdaterViewOffsetStart();
      for (int moment = 0; start < block.getUpdaterViewOffsetEnd(); moment++) {
        sections.add(new Section(moment, start, block.getParamOffsetStart(), length));
        start += length;
      }
    }
    return sections;
  }

  private static BaseMultiLayerUpdater<?> updater(Model network) {
    return network instanceof ComputationGraph graph
        ? graph.getUpdater()
        : (BaseMultiLayerUpdater<?>) ((MultiLayerNetwork) network).getUpdater();
  }

  /** All values of a Deeplearning4j vector. */
  static float[] values(INDArray vector) {
    float[] values = new float[Math.toIntExact(vector.length())];
    INDArray whole = isWhole(vector) ? vector : vector.dup('c');
    whole.data().asNioFloat().get(values);
    return values;
  }

  /** Replaces all values of a Deeplearning4j vector. */
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

  /** Whether the vector is contiguous and fills its buffer. */
  private static boolean isWhole(INDArray vector) {
    return vector.offset() == 0
        && vector.data().offset() == 0
        && vector.data().length() == vector.length()
        && Shape.hasDefaultStridesForShape(vector);
  }
}
