package io.bnzoo.data;

/** The values that pixels are given to a network in. */
public enum PixelRange {
  /** From 0 black to 1 white, {@code byte / 255}: how this library trains. */
  UNIT(1),
  /** From 0 black to 255 white: the bytes of the files. */
  BYTES(255);

  private final int white;

  PixelRange(int white) {
    this.white = white;
  }

  /** The value of a white pixel; that of a black one is 0. */
  public int white() {
    return white;
  }
}
