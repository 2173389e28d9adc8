package io.bnzoo.limits;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.WrappedLayers;
import java.io.IOException;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * What a network needs to predict one example: memory for all activations and for the largest
 * workspace, and multiplications.
 *
 * <p>Each has a limit that honest networks are far from. It grows with the input, since a network
 * for large images needs more: of Deeplearning4j's own zoo, UNet comes nearest to both limits of
 * memory.
 */
final class Footprint {
  /** Of values; 128 MiB in single precision. */
  private static final long ALWAYS_ALLOWED = 1 << 25;

  /** Of all layers together; not all are kept at once. */
  private static final long VALUES_PER_INPUT = 4096;

  /** Of the values that a layer needs meanwhile. */
  private static final long WORKSPACE_PER_INPUT = 1024;

  private static final long MULTIPLICATIONS_ALWAYS_ALLOWED = 20_000_000_000L;

  private static final long MULTIPLICATIONS_PER_INPUT = 1_000_000;

  /** How many multiplications take as long as one value that is compared or summed by itself. */
  private static final long MULTIPLICATIONS_PER_COMPARISON = 10;

  /** Of recurrent layers, each of which is computed by itself; some 0.2 ms each. */
  private static final long STEPS_ALWAYS_ALLOWED = 10_000;

  private static final long STEPS_PER_INPUT = 64;

  /** Of SameDiff layers that have an operation for each place; some 2 ms each. */
  private static final long PLACES_ALWAYS_ALLOWED = 1_500;

  private static final long PLACES_OF_A_STEP = 4;

  private final long inputFloats;
  private final long longestInput;
  private long activations;
  private long workspace;
  private long multiplications;
  private long steps;
  private long places;

  Footprint(Iterable<ActivationShape> inputs) {
    long floats = 0;
    long longest = 0;
    for (ActivationShape input : inputs) {
      floats += input.floats();
      longest = input.axes() == 1 ? Math.max(longest, input.sizes().get(0)) : longest;
    }
    inputFloats = floats;
    longestInput = longest;
    activations = floats;
  }

  /** A limit is exceeded, whatever else the network does. */
  static final class ExceededException extends IOException {
    private static final long serialVersionUID = 1L;

    ExceededException(String message) {
      super(message);
    }
  }

  /** How many values there are at once at most; an upper bound. */
  long values() {
    return activations + workspace;
  }

  /** How many values all activations have, and what comes out of preprocessors. */
  long activations() {
    return activations;
  }

  /** Counts what a preprocessor or a vertex without a layer gives. */
  void add(ActivationShape out) throws IOException {
    if (out.floats() <= 0) {
      throw new IOException("would give an array without values, " + out);
    }
    activations += out.floats();
    requireLimits();
  }

  /**
   * Counts what a layer gives, and what it needs meanwhile.
   *
   * @param parameters how many it has
   * @throws ExceededException saying what is too much
   */
  void add(Layer layer, long parameters, ActivationShape in, ActivationShape out)
      throws IOException {
    add(out);
    Layer inner = WrappedLayers.innermost(layer);
    workspace = Math.max(workspace, workspace(inner, in, out));
    multiplications += multiplications(inner, parameters, in, out);
    addSteps(inner, in, out);
    requireLimits();
  }

  private static long workspace(Layer layer, ActivationShape in, ActivationShape out) {
    if (layer instanceof Deconvolution2D || layer instanceof Deconvolution3D) {
      Window window = Window.of((ConvolutionLayer) layer);
      return product(in.rows(), out.channels(), window.area(in.axes()), in.positions());
    }
    if (layer instanceof ConvolutionLayer convolution) {
      return patches(Window.of(convolution), in, out);
    }
    if (layer instanceof LocallyConnected2D connected) {
      return patches(Window.of(connected), in, out);
    }
    if (layer instanceof LocallyConnected1D connected) {
      return patches(Window.of(connected), in, out);
    }
    if (layer instanceof BaseRecurrentLayer) {
      return product(8, out.floats());
    }
    if (layer instanceof CapsuleLayer) {
      return product(3, in.floats(), out.floats());
    }
    return scores(layer, in, out);
  }

  /** Every area that a window covers, side by side, which turns a convolution into a product. */
  private static long patches(Window window, ActivationShape in, ActivationShape out) {
    return product(in.rows(), in.channels(), window.area(in.axes()), out.positions());
  }

  /** Of each position for each other. */
  private static long scores(Layer layer, ActivationShape in, ActivationShape out) {
    long heads =
        layer instanceof SelfAttentionLayer self
            ? self.getNHeads()
            : layer instanceof LearnedSelfAttentionLayer learned
                ? learned.getNHeads()
                : layer instanceof RecurrentAttentionLayer recurrent ? recurrent.getNHeads() : 0;
    return product(2, in.rows(), heads, in.positions(), out.positions() + out.channels());
  }

  private static long multiplications(
      Layer layer, long parameters, ActivationShape in, ActivationShape out) {
    if (layer instanceof EmbeddingLayer
        || layer instanceof EmbeddingSequenceLayer
        || layer instanceof LocallyConnected1D
        || layer instanceof LocallyConnected2D
        || layer instanceof CapsuleLayer) {
      return product(in.rows(), Math.min(parameters, ActivationShape.TOO_MANY));
    }
    if (layer instanceof LocalResponseNormalization normalization) {
      return product(MULTIPLICATIONS_PER_COMPARISON, out.floats(), (long) normalization.getN());
    }
    if (layer instanceof SubsamplingLayer pooling) {
      return product(
          MULTIPLICATIONS_PER_COMPARISON, out.floats(), Window.of(pooling).area(in.axes()));
    }
    if (layer instanceof Subsampling3DLayer pooling) {
      return product(
          MULTIPLICATIONS_PER_COMPARISON, out.floats(), Window.of(pooling).area(in.axes()));
    }
    if (layer instanceof BatchNormLstm lstm) { // Whose running statistics multiply nothing.
      long weights = product(4, lstm.getNOut(), lstm.getNIn() + lstm.getNOut());
      return product(in.rows(), weights, in.positions());
    }
    return product(in.rows(), parameters, Math.max(in.positions(), out.positions()));
  }

  private void addSteps(Layer layer, ActivationShape in, ActivationShape out) {
    if (layer instanceof BaseRecurrentLayer) {
      steps += in.positions();
    } else if (layer instanceof RecurrentAttentionLayer) {
      places += product(PLACES_OF_A_STEP, in.positions());
    } else if (layer instanceof LocallyConnected1D || layer instanceof LocallyConnected2D) {
      places += out.positions();
    } else if (layer instanceof CapsuleLayer capsules) {
      places += product(PLACES_OF_A_STEP, capsules.getRoutings());
    }
  }

  private void requireLimits() throws IOException {
    requireAtMost(ALWAYS_ALLOWED, VALUES_PER_INPUT, inputFloats, values(), "values");
    requireAtMost(ALWAYS_ALLOWED, WORKSPACE_PER_INPUT, inputFloats, workspace, "values at once");
    requireAtMost(
        MULTIPLICATIONS_ALWAYS_ALLOWED,
        MULTIPLICATIONS_PER_INPUT,
        inputFloats,
        multiplications,
        "multiplications");
    requireAtMost(STEPS_ALWAYS_ALLOWED, STEPS_PER_INPUT, longestInput, steps, "time steps");
    requireAtMost(
        PLACES_ALWAYS_ALLOWED,
        PLACES_OF_A_STEP,
        longestInput,
        places,
        "places that are computed one at a time");
  }

  private static void requireAtMost(long always, long perInput, long input, long found, String what)
      throws IOException {
    long most = Math.max(always, product(perInput, input));
    if (found > most) {
      throw new ExceededException(
          String.format(Locale.ROOT, "needs more than %,d %s for one example", most, what));
    }
  }

  private static long product(long... factors) {
    return ActivationShape.product(factors);
  }
}
