package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * One of a network's parameter arrays, and how a training step updates it.
 *
 * @param name as Deeplearning4j has it, with the layer's index, such as {@code 0_W}
 * @param offset where it starts in Deeplearning4j's flat vector of all parameters
 * @param layout its size and its order in that vector
 * @param update how a step changes it
 */
public record Parameter(String name, long offset, Layout layout, Update update) {

  /** How a step changes a parameter. */
  sealed interface Update {

    /** The part of it that concerns each value alone. */
    default Update ofEachValue() {
      return this;
    }
  }

  /**
   * By its gradient.
   *
   * @param regularizations L1, L2 or weight decay, in any order
   * @param clipping of the gradient, if it is clipped or normalized
   * @param used whether the network's output depends on it; if not, its gradient is 0
   */
  record Learned(
      IUpdater updater,
      List<Regularization> regularizations,
      Optional<Clipping> clipping,
      boolean used)
      implements Update {

    @Override
    public Learned ofEachValue() {
      return new Learned(updater, regularizations, Optional.empty(), used);
    }

    /** The same, where the network's output does not depend on it. */
    Learned unused() {
      return new Learned(updater, regularizations, clipping, false);
    }
  }

  /**
   * How a gradient is clipped or normalized, as one with others of the layer or by itself.
   *
   * @param keys Deeplearning4j's keys of what the parameter consists of, equally long parts
   */
  record Clipping(GradientNormalization kind, double threshold, int layer, List<String> keys) {}

  /**
   * Not at all: it is part of a frozen layer.
   *
   * @param isLogDeviation whether it is a running variance of which {@code log10(sqrt(variance))}
   *     is kept
   */
  record Fixed(boolean isLogDeviation) implements Update {}

  /**
   * As a running statistic: {@code decay * old + (1 - decay) * batch}.
   *
   * @param decay the share of the old value that a step keeps
   */
  record Averaged(double decay) implements Update {}

  /**
   * As a running variance, of which {@code log10(sqrt(variance))} is kept.
   *
   * @param decay the share of the old variance that a step keeps
   */
  record AveragedLogDeviation(double decay) implements Update {}

  /** Whether steps change it. */
  boolean isFixed() {
    return update instanceof Fixed;
  }

  /** The number of its values. */
  public long length() {
    return Arrays.stream(layout.size()).reduce(1, (product, axis) -> product * axis);
  }

  /**
   * Its values, floats with the last axis the fastest: the vector's own memory where they stand
   * there in this order, else a copy.
   *
   * @param flat Deeplearning4j's vector of all parameters, which has to outlive the result
   */
  public ByteBuffer values(INDArray flat) {
    ByteBuffer all = flat.data().asNio();
    int start = Math.toIntExact((flat.offset() + offset) * Float.BYTES);
    int bytes = Math.toIntExact(length() * Float.BYTES);
    if (layout.equals(Layout.rowByRow(layout.size()))) {
      return all.slice(start, bytes).order(all.order());
    }
    ByteBuffer copy = ByteBuffer.allocate(bytes).order(all.order());
    copyRows(all, start, copy, layout.strides(), 0);
    return copy.flip();
  }

  /** Copies what is at a place along the axes before one. */
  private void copyRows(ByteBuffer from, long start, ByteBuffer to, long[] strides, int axis) {
    long step = strides[axis] * Float.BYTES;
    boolean last = axis == strides.length - 1;
    for (long i = 0; i < layout.size(axis); i++) {
      if (last) {
        to.putFloat(from.getFloat((int) (start + i * step)));
      } else {
        copyRows(from, start + i * step, to, strides, axis + 1);
      }
    }
  }

  /** The same, where the network's output does not depend on it. */
  Parameter unused() {
    return update instanceof Learned learned
        ? new Parameter(name, offset, layout, learned.unused())
        : this;
  }

  /**
   * A parameter that is a view of the flat vector, its axes in the given order.
   *
   * @param start where in memory the flat vector starts
   */
  static Parameter of(String name, INDArray view, long start, Update update, int... axes) {
    long[] size = Arrays.stream(axes).mapToLong(view::size).toArray();
    long[] strides = Arrays.stream(axes).mapToLong(view::stride).toArray();
    return new Parameter(name, view.offset() - start, Layout.strided(size, strides), update);
  }
}
