package io.bnzoo.limits;

import io.bnzoo.layer.WrappedLayers;
import io.bnzoo.samediff.ChannelwiseLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;

/**
 * What a network may take, where its file does not say it.
 *
 * <p>A file has no input type. It has how many values or channels the first layers take, and often
 * a preprocessor that knows the size of images. Sizes that nothing tells are tried, from the 28 x
 * 28 pixels of digits on.
 *
 * @param shapes in the order in which they are tried
 * @param known whether the network takes these and no other sizes
 */
record InputGuesses(List<ActivationShape> shapes, boolean known) {
  /** Those of data sets and of well-known networks; all that halve five times, but for a few. */
  static final List<Long> SIZES =
      List.of(28L, 32L, 64L, 128L, 224L, 227L, 256L, 299L, 416L, 512L, 608L, 1024L);

  /**
   * Guesses for one input.
   *
   * @param preprocessors that the input comes through first; usually none
   * @param layers that come next, nearest first
   * @param size of images, or the length of a sequence
   */
  static InputGuesses of(List<InputPreProcessor> preprocessors, List<Layer> layers, long size) {
    for (InputPreProcessor preprocessor : preprocessors) {
      List<ActivationShape> taken = PreprocessorShapes.taken(preprocessor, size);
      if (!taken.isEmpty()) {
        return new InputGuesses(taken, true);
      }
    }
    return new InputGuesses(ofLayers(layers, size), false);
  }

  private static List<ActivationShape> ofLayers(List<Layer> layers, long size) {
    List<ActivationShape> shapes = new ArrayList<>();
    long channels = channels(layers);
    shapes.add(ActivationShape.vector(channels));
    shapes.add(ActivationShape.sequence(channels, size));
    for (long count : takesVectors(layers) ? List.of(1L) : List.of(channels, 1L)) {
      shapes.add(ActivationShape.image(count, size, size, CNN2DFormat.NCHW));
      shapes.add(ActivationShape.image(count, size, size, CNN2DFormat.NHWC));
      shapes.add(ActivationShape.cube(count, size, 3));
    }
    for (Layer layer : layers) {
      if (WrappedLayers.innermost(layer) instanceof LocallyConnected2D fixed
          && fixed.getInputSize() != null) {
        int[] sizes = fixed.getInputSize();
        shapes.add(ActivationShape.image(channels, sizes[0], sizes[1], fixed.getFormat()));
      } else if (WrappedLayers.innermost(layer) instanceof LocallyConnected1D fixed) {
        shapes.add(ActivationShape.sequence(channels, fixed.getInputSize()));
      } else if (WrappedLayers.innermost(layer) instanceof CapsuleLayer capsules) {
        shapes.add(
            ActivationShape.sequence(
                capsules.getInputCapsules(), capsules.getInputCapsuleDimensions()));
      }
    }
    return shapes;
  }

  /** What the first layer takes that says it, before the others change the number. */
  private static long channels(List<Layer> layers) {
    long divisor = 1;
    for (Layer layer : layers) {
      OptionalLong taken = channels(layer);
      if (taken.isPresent()) {
        return Math.max(1, taken.getAsLong() / divisor);
      }
      if (layer instanceof SpaceToDepthLayer deepening) {
        divisor *= (long) deepening.getBlockSize() * deepening.getBlockSize();
      }
    }
    return 1;
  }

  /** Whether the first layer that says a number counts the values of vectors or of time steps. */
  private static boolean takesVectors(List<Layer> layers) {
    return layers.stream()
        .filter(layer -> channels(layer).isPresent())
        .findFirst()
        .map(WrappedLayers::innermost)
        .filter(
            layer ->
                layer instanceof FeedForwardLayer
                    && !(layer instanceof ConvolutionLayer)
                    && !(layer instanceof BatchNormalization))
        .isPresent();
  }

  /** How many values or channels a layer takes, if it says so. */
  static OptionalLong channels(Layer wrapped) {
    Layer layer = WrappedLayers.innermost(wrapped);
    long count = 0;
    if (layer instanceof EmbeddingLayer || layer instanceof EmbeddingSequenceLayer) {
      count = 1; // Its nIn is how many different values that one may have.
    } else if (layer instanceof FeedForwardLayer wide) {
      count = wide.getNIn();
    } else if (layer instanceof ChannelwiseLayer channelwise) {
      count = channelwise.features();
    } else if (layer instanceof LocallyConnected2D connected) {
      count = connected.getNIn();
    } else if (layer instanceof LocallyConnected1D connected) {
      count = connected.getNIn();
    } else if (layer instanceof PrimaryCapsules capsules) {
      count = capsules.getInputChannels();
    } else if (layer instanceof SelfAttentionLayer attention) {
      count = attention.getNIn();
    } else if (layer instanceof LearnedSelfAttentionLayer attention) {
      count = attention.getNIn();
    } else if (layer instanceof RecurrentAttentionLayer attention) {
      count = attention.getNIn();
    }
    return count > 0 ? OptionalLong.of(count) : OptionalLong.empty();
  }
}
