package io.bnzoo.limits;

import io.bnzoo.layer.ImageToSequence;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.preprocessors.ReshapePreprocessor;

/**
 * What preprocessors make of a shape.
 *
 * @param known how well the sizes of the network's input are known
 */
record PreprocessorShapes(Sizes known) {

  /** The shape that a preprocessor takes, if it says so, as a network's first one. */
  static List<ActivationShape> taken(InputPreProcessor preprocessor, long length) {
    if (preprocessor instanceof ComposableInputPreProcessor several) {
      return taken(several.getInputPreProcessors()[0], length);
    }
    if (preprocessor instanceof FeedForwardToCnnPreProcessor p) {
      return List.of(
          ActivationShape.vector(
              product(p.getInputHeight(), p.getInputWidth(), p.getNumChannels())));
    }
    if (preprocessor instanceof FeedForwardToCnn3DPreProcessor p) {
      return List.of(
          ActivationShape.vector(
              product(
                  p.getInputDepth(), p.getInputHeight(), p.getInputWidth(), p.getNumChannels())));
    }
    if (preprocessor instanceof RnnToCnnPreProcessor p) {
      return List.of(
          ActivationShape.sequence(
              product(p.getInputHeight(), p.getInputWidth(), p.getNumChannels()), length));
    }
    if (preprocessor instanceof CnnToFeedForwardPreProcessor p && p.getNumChannels() > 0) {
      return List.of(
          ActivationShape.image(
              p.getNumChannels(), p.getInputHeight(), p.getInputWidth(), p.getFormat()));
    }
    if (preprocessor instanceof CnnToRnnPreProcessor p) {
      return List.of(
          ActivationShape.image(
              p.getNumChannels(), p.getInputHeight(), p.getInputWidth(), CNN2DFormat.NCHW));
    }
    if (preprocessor instanceof ImageToSequence p) {
      return List.of(ActivationShape.vector(product(p.steps(), p.features())));
    }
    if (preprocessor instanceof ReshapePreprocessor p
        && p.getInputShape().length == (p.isHasMiniBatchDimension() ? 2 : 1)) {
      return List.of(ActivationShape.vector(p.getInputShape()[p.getInputShape().length - 1]));
    }
    return List.of();
  }

  /**
   * The shape after a preprocessor.
   *
   * @throws IOException saying why it cannot take its input
   */
  ActivationShape of(InputPreProcessor preprocessor, ActivationShape in) throws IOException {
    if (preprocessor instanceof ComposableInputPreProcessor several) {
      ActivationShape shape = in;
      for (InputPreProcessor one : several.getInputPreProcessors()) {
        shape = of(one, shape);
      }
      return shape;
    }
    if (preprocessor instanceof FeedForwardToCnnPreProcessor p) {
      return unflattened(in, p.getNumChannels(), p.getInputHeight(), p.getInputWidth());
    }
    if (preprocessor instanceof FeedForwardToCnn3DPreProcessor p) {
      return unflattened(
          in, p.getNumChannels(), p.getInputDepth(), p.getInputHeight(), p.getInputWidth());
    }
    if (preprocessor instanceof CnnToFeedForwardPreProcessor p) {
      ActivationShape seen = in.in(p.getFormat());
      require(in.axes() == 0 || in.axes() == 2, "takes images, gets " + in);
      requireSizes(seen, p.getNumChannels(), p.getInputHeight(), p.getInputWidth());
      return in.flattened();
    }
    if (preprocessor instanceof Cnn3DToFeedForwardPreProcessor p) {
      require(in.axes() == 0 || in.axes() == 3, "takes volumes, gets " + in);
      requireSizes(
          in, p.getNumChannels(), p.getInputDepth(), p.getInputHeight(), p.getInputWidth());
      return in.flattened();
    }
    if (preprocessor instanceof RnnToFeedForwardPreProcessor) {
      require(in.axes() <= 1, "takes sequences, gets " + in);
      return stacked(in);
    }
    if (preprocessor instanceof FeedForwardToRnnPreProcessor) {
      require(in.axes() == 0, "takes vectors, gets " + in);
      return unstacked(in);
    }
    if (preprocessor instanceof RnnToCnnPreProcessor p) {
      require(in.axes() == 1, "takes sequences, gets " + in);
      return unflattened(stacked(in), p.getNumChannels(), p.getInputHeight(), p.getInputWidth());
    }
    if (preprocessor instanceof CnnToRnnPreProcessor p) {
      require(in.axes() == 2, "takes images, gets " + in);
      requireSizes(in, p.getNumChannels(), p.getInputHeight(), p.getInputWidth());
      return unstacked(in.flattened());
    }
    if (preprocessor instanceof ImageToSequence p) {
      require(in.axes() == 0 || in.axes() == 2, "takes images, gets " + in);
      long values = product(p.steps(), p.features());
      long given = product(in.channels(), in.positions());
      require(known.guessed() || given == values, "takes " + values + " values, gets " + given);
      return ActivationShape.sequence(p.features(), p.steps()).withRows(in.rows());
    }
    ActivationShape out = ActivationShape.of(preprocessor.getOutputType(in.type()), 1);
    require(
        !(preprocessor instanceof ReshapePreprocessor)
            || known.guessed()
            || product(in.channels(), in.positions()) == out.floats(),
        "makes " + out + " of " + in);
    return out.withRows(in.rows());
  }

  /** Time steps in the place of examples. */
  private static ActivationShape stacked(ActivationShape in) {
    return in.withRows(product(in.rows(), in.positions())).withSizes(List.of());
  }

  private static ActivationShape unstacked(ActivationShape in) {
    return ActivationShape.sequence(in.channels(), in.rows());
  }

  private ActivationShape unflattened(ActivationShape in, long channels, long... sizes)
      throws IOException {
    if (in.axes() == sizes.length) {
      return in;
    }
    require(in.axes() == 0, "takes vectors, gets " + in);
    long values = product(channels, product(sizes));
    require(values > 0, "does not know the sizes of its images");
    require(
        known.guessed() || in.channels() == values,
        "takes " + values + " values, gets " + in.channels());
    return new ActivationShape(
        in.rows(), channels, Arrays.stream(sizes).boxed().toList(), CNN2DFormat.NCHW);
  }

  /** Zeros stand for whatever comes. */
  private void requireSizes(ActivationShape in, long channels, long... sizes) throws IOException {
    boolean all = channels != 0 || Arrays.stream(sizes).anyMatch(size -> size != 0);
    if (in.axes() > 0 && all && !known.guessed()) {
      List<Long> taken = Arrays.stream(sizes).boxed().toList();
      require(
          in.channels() == channels && in.sizes().equals(taken),
          "takes " + in.withChannels(channels).withSizes(taken) + ", gets " + in);
    }
  }

  private static long product(long... factors) {
    return ActivationShape.product(factors);
  }

  private static void require(boolean condition, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException("has a preprocessor that " + otherwise);
    }
  }
}
