package io.bnzoo.zoo;

/** The order of the axes of a batch of images. */
public enum ImageFormat {
  /** [N, channels, height, width], Deeplearning4j's default. */
  NCHW,
  /** [N, height, width, channels], TensorFlow's default. */
  NHWC
}
