package io.bnzoo.spec;

/** The order of the axes of a batch of images. */
public enum ImageFormat {
  /** [N, channels, height, width], Deeplearning4j's default. */
  NCHW,
  /** [N, height, width, channels], TensorFlow's default. */
  NHWC
}
