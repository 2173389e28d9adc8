package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.Operation.MapSize;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/**
 * What one layer gives to the next.
 *
 * @param images the size of images; empty for vectors
 * @param format the order of the images' axes in Deeplearning4j, which flattening goes by
 * @param features the number of values for each image, vector, or step of a sequence
 * @param steps of a sequence; 0 of anything else
 */
record Geometry(Optional<MapSize> images, CNN2DFormat format, long features, long steps) {

  private Geometry(Optional<MapSize> images, CNN2DFormat format, long features) {
    this(images, format, features, 0);
  }

  /** A sequence of vectors. */
  static Geometry sequence(long features, long steps) {
    return new Geometry(Optional.empty(), CNN2DFormat.NCHW, features, steps);
  }

  boolean isSequence() {
    return steps > 0;
  }

  static Geometry of(InputType input) {
    if (input instanceof InputType.InputTypeConvolutional given) {
      return images(
          new MapSize(given.getChannels(), given.getHeight(), given.getWidth()), given.getFormat());
    }
    require(input instanceof InputType.InputTypeFeedForward, "it takes " + input);
    return new Geometry(Optional.empty(), CNN2DFormat.NCHW, input.arrayElementsPerExample());
  }

  private static Geometry images(MapSize size, CNN2DFormat format) {
    return new Geometry(Optional.of(size), format, size.values());
  }

  /** The size of images, of vectors as images of one pixel, or of sequences as one row of them. */
  MapSize size() {
    return images.orElse(new MapSize(features, 1, Math.max(1, steps)));
  }

  /** Vectors of another length. */
  Geometry withFeatures(long length) {
    return new Geometry(images, format, length, steps);
  }

  /** Images of another size. */
  Geometry withImages(MapSize size) {
    return images(size, format);
  }

  /** Images with another number of channels, or vectors of another length. */
  Geometry withChannels(long channels) {
    return images.isEmpty()
        ? withFeatures(channels)
        : withImages(new MapSize(channels, size().height(), size().width()));
  }

  /** Vectors of a value for each channel. */
  Geometry withoutPixels() {
    return new Geometry(Optional.empty(), format, size().channels());
  }

  /** The images' values as vectors. */
  Geometry flattened(CnnToFeedForwardPreProcessor step) {
    require(
        step.getFormat() == format,
        "images in " + format + " are flattened as if in " + step.getFormat());
    return new Geometry(Optional.empty(), format, features);
  }

  /** The vectors' values as images. */
  Geometry unflattened(FeedForwardToCnnPreProcessor step) {
    MapSize size = new MapSize(step.getNumChannels(), step.getInputHeight(), step.getInputWidth());
    require(
        images.isEmpty() ? size.values() == features : size.equals(size()),
        images.map(MapSize::toString).orElse(features + " values") + " are taken for " + size);
    require(format == CNN2DFormat.NCHW, "images in " + format + " are taken for NCHW");
    return images(size, format);
  }

  /** The size of images for a layer that takes them in an order of axes. */
  MapSize imagesFor(Layer layer, CNN2DFormat order) {
    require(images.isPresent(), describe(layer) + " takes no images");
    require(
        order == format, describe(layer) + " takes images in " + order + ", given in " + format);
    return images.orElseThrow();
  }

  /** The number of channels for a layer that takes images in an order of axes, or of features. */
  long channelsFor(Layer layer, CNN2DFormat order) {
    require(!isSequence(), describe(layer) + " takes sequences");
    return images.isPresent() ? imagesFor(layer, order).channels() : features;
  }

  /** Whether both are vectors of one length, or images of one size and order of axes. */
  boolean isLike(Geometry other) {
    return features == other.features
        && steps == other.steps
        && images.equals(other.images)
        && (images.isEmpty() || format == other.format);
  }
}
