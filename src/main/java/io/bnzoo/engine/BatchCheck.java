package io.bnzoo.engine;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/**
 * Whether a batch suits a network, in every engine's step, prediction and loss alike.
 *
 * @param shape of the images that the engine was opened for
 * @param outputs how many values the network gives for an image
 * @param featureNormalization the name of a Deeplearning4j batch normalization of [N,features], if
 *     there is one
 */
record BatchCheck(ImageShape shape, long outputs, Optional<String> featureNormalization) {

  static BatchCheck of(
      MultiLayerConfiguration configuration, ImageInput input, ImageShape shape, long outputs) {
    return new BatchCheck(
        shape, outputs, InputCheck.featureNormalization(configuration, input, shape));
  }

  /**
   * Checks a batch to be trained on.
   *
   * <p>Of one image a feature has no variance: Deeplearning4j's layer fails on it without oneDNN,
   * and with it learns nothing and forgets its running variance.
   *
   * @throws IllegalArgumentException if it has no image, other classes than the network outputs, or
   *     one image where features are normalized
   */
  void training(ImageBatch batch) {
    prediction(batch);
    if (outputs != batch.classes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the network has %d outputs and the images %d classes: give its last layer %2$d"
                  + " outputs",
              outputs,
              batch.classes()));
    }
    if (batch.size() == 1 && featureNormalization.isPresent()) {
      throw new IllegalArgumentException(
          featureNormalization.get()
              + " cannot be trained on a batch of 1 image, in which a feature has no variance: use"
              + " at least 2");
    }
  }

  /**
   * Checks images to be predicted.
   *
   * @throws IllegalArgumentException if there are none, or they have another shape
   */
  void prediction(ImageBatch images) {
    if (images.size() == 0) {
      throw new IllegalArgumentException("a batch needs at least 1 image, got none");
    }
    if (!images.shape().equals(shape)) {
      throw new IllegalArgumentException(
          String.format(
              "the engine was opened for images of %s, got %s",
              shape.description(), images.shape().description()));
    }
  }

  /**
   * Checks what a loss is to be computed of.
   *
   * @throws IllegalArgumentException if the images are others or have other classes
   */
  static void loss(Logits logits, ImageBatch images) {
    if (logits.size() != images.size() || logits.classes() != images.classes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a loss needs logits and labels of one shape, [images,classes], got [%d, %d] and"
                  + " [%d, %d]",
              logits.size(),
              logits.classes(),
              images.size(),
              images.classes()));
    }
  }
}
