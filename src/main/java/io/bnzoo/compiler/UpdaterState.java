package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * The parameters and the optimizer's state in a Deeplearning4j network, each moment as long as the
 * vector of all parameters. They are copied from memory to memory, past Java's heap.
 *
 * <p>Deeplearning4j keeps the state in blocks of neighbouring parameters with the same updater: all
 * first moments of a block, then all second ones.
 */
record UpdaterState(Model network) {

  /** A range of the optimizer's state that belongs to a range of the parameters. */
  private record Section(int moment, int inState, int inParameters, int length) {}

  /** The largest number of moments that one of the network's optimizers keeps. */
  int moments() {
    return sections().stream().mapToInt(section -> section.moment() + 1).max().orElse(0);
  }

  private List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    for (UpdaterBlock block : updater().getUpdaterBlocks()) {
      int length = block.getParamOffsetEnd() - block.getParamOffsetStart();
      int start = block.getUpdaterViewOffsetStart();
      for (int moment = 0; start < block.getUpdaterViewOffsetEnd(); moment++) {
        sections.add(new Section(moment, start, block.getParamOffsetStart(), length));
        start += length;
      }
    }
    return sections;
  }

  private BaseMultiLayerUpdater<?> updater() {
    return network instanceof ComputationGraph graph
        ? graph.getUpdater()
        : (BaseMultiLayerUpdater<?>) ((MultiLayerNetwork) network).getUpdater();
  }

  /** Copies all parameters. */
  void readParameters(Floats to) {
    read(network.params(), to::write);
  }

  /** Replaces all parameters. */
  void writeParameters(Floats from) {
    write(network.params(), from::read);
  }

  /** Copies a moment to where its parameters are; what has none is left as it is. */
  void read(int moment, Floats to) {
    INDArray state = updater().getStateViewArray();
    if (state != null) {
      read(state, values -> each(moment, values, to, Floats::write));
    }
  }

  /** Replaces a moment. */
  void write(int moment, Floats from) {
    INDArray state = updater().getStateViewArray();
    if (state != null) {
      write(state, values -> each(moment, values, from, Floats::read));
    }
  }

  private void each(
      int moment, FloatBuffer state, Floats parameters, BiConsumer<Floats, FloatBuffer> copy) {
    for (Section section : sections()) {
      if (section.moment() == moment) {
        copy.accept(
            parameters.part(section.inParameters(), section.length()),
            state.slice(section.inState(), section.length()));
      }
    }
  }

  private static void read(INDArray vector, Consumer<FloatBuffer> use) {
    INDArray whole = isWhole(vector) ? vector : vector.dup('c');
    try {
      use.accept(whole.data().asNioFloat());
    } finally {
      Reference.reachabilityFence(whole);
    }
  }

  private static void write(INDArray vector, Consumer<FloatBuffer> change) {
    INDArray whole = isWhole(vector) ? vector : vector.dup('c');
    try {
      change.accept(whole.data().asNioFloat());
      if (whole != vector) {
        vector.assign(whole.reshape(vector.shape()));
      }
    } finally {
      Reference.reachabilityFence(whole);
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
