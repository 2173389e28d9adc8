package io.bnzoo.data;

import java.util.stream.Stream;

/** Images to be evaluated, as often as somebody asks. */
public interface ImageSource {

  /** The shape that all images have. */
  ImageShape shape();

  /** All images, from the first to the last, in batches of at most so many. */
  Stream<? extends ImageBatch> inBatches(int atMost);

  /** The first images, or all if there are not so many. */
  ImageBatch first(int count);
}
