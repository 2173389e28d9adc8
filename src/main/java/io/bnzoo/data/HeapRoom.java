package io.bnzoo.data;

import java.nio.file.Path;
import java.util.Locale;

/** Whether values that a file announces fit into the heap, asked before they are read. */
final class HeapRoom {
  /** Images are copied when their channels are moved, and when they are shuffled. */
  private static final int COPIES = 3;

  private HeapRoom() {}

  /**
   * How many values there are in all.
   *
   * @param sizes of the dimensions, each at least 1
   * @throws DataException if a size is not, or if there are too many for an array or for the heap
   */
  static int require(Path file, int... sizes) throws DataException {
    double product = 1;
    for (int size : sizes) {
      if (size < 1) {
        throw new DataException(file + " has nothing in it: one of its sizes is " + size);
      }
      product *= size;
    }
    double room = Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / COPIES);
    if (product > room) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s announces %,.0f bytes of images, and there is room for %,.0f: use fewer or"
                  + " smaller ones, or a larger heap (java -Xmx)",
              file,
              product,
              room));
    }
    return (int) product;
  }
}
