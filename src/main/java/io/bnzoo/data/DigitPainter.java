package io.bnzoo.data;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Paints one handwritten-looking digit.
 *
 * <p>The strokes of {@link Strokes} are bent by a smooth random field (elastic distortion),
 * slanted, turned, stretched and moved (affine), then drawn with a pen of random width and
 * softness, and noise is added to the pixels. All arithmetic is strict, so a seed gives the same
 * bytes everywhere.
 */
final class DigitPainter {
  private static final int SIDE = LabeledImages.SIDE;

  /** Pixels that the unit square of the strokes covers: MNIST's digits fill 20 of 28. */
  private static final double SCALE = 21;

  private static final double LARGEST_TURN = 0.32;
  private static final double LARGEST_SLANT = 0.45;
  private static final double LARGEST_SHIFT = 2.2;
  private static final double LARGEST_BEND = 0.045;
  private static final double JITTER = 0.018;

  private final SplittableRandom random;
  private final double[] distance = new double[LabeledImages.PIXELS];

  DigitPainter(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** 784 bytes, row by row, 0 black to 255 white. */
  byte[] paint(int digit) {
    List<List<Strokes.Stroke>> ways = Strokes.of(digit);
    Distortion distortion = new Distortion();
    Arrays.fill(distance, Double.MAX_VALUE);
    for (Strokes.Stroke stroke : ways.get(random.nextInt(ways.size()))) {
      draw(distortion.apply(stroke.jittered(() -> JITTER * gaussian()).polyline()));
    }
    return inked();
  }

  /** Where a point of the unit square comes to lie, in pixels. */
  private final class Distortion {
    private final double turn = between(-LARGEST_TURN, LARGEST_TURN);
    private final double slant = between(-LARGEST_SLANT, LARGEST_SLANT);
    private final double width = SCALE * between(0.65, 1.1);
    private final double height = SCALE * between(0.75, 1.05);
    private final double right = SIDE / 2.0 - 0.5 + between(-LARGEST_SHIFT, LARGEST_SHIFT);
    private final double down = SIDE / 2.0 - 0.5 + between(-LARGEST_SHIFT, LARGEST_SHIFT);
    // Each axis is bent by two waves across the square.
    private final double[] bend = new double[4];
    private final double[] phase = new double[4];
    private final double[] frequency = new double[4];

    Distortion() {
      for (int i = 0; i < bend.length; i++) {
        bend[i] = between(-LARGEST_BEND, LARGEST_BEND);
        phase[i] = between(0, 2 * Math.PI);
        frequency[i] = between(3, 9);
      }
    }

    double[] apply(double[] line) {
      double[] pixels = new double[line.length];
      double cos = StrictMath.cos(turn);
      double sin = StrictMath.sin(turn);
      for (int i = 0; i < line.length; i += 2) {
        double x = line[i] + wave(0, line[i + 1]) + wave(1, line[i]) - 0.5;
        double y = line[i + 1] + wave(2, line[i]) + wave(3, line[i + 1]) - 0.5;
        x = (x - slant * y) * width;
        y *= height;
        pixels[i] = cos * x - sin * y + right;
        pixels[i + 1] = sin * x + cos * y + down;
      }
      return pixels;
    }

    private double wave(int i, double at) {
      return bend[i] * StrictMath.sin(frequency[i] * at + phase[i]);
    }
  }

  /** Brings each pixel's distance to the pen's path up to date. */
  private void draw(double[] line) {
    int reach = 4;
    for (int i = 0; i + 3 < line.length; i += 2) {
      double x0 = line[i];
      double y0 = line[i + 1];
      double dx = line[i + 2] - x0;
      double dy = line[i + 3] - y0;
      double lengthSquared = Math.max(1e-9, dx * dx + dy * dy);
      int top = clamp((int) (Math.min(y0, y0 + dy) - reach));
      int bottom = clamp((int) (Math.max(y0, y0 + dy) + reach));
      int left = clamp((int) (Math.min(x0, x0 + dx) - reach));
      int right = clamp((int) (Math.max(x0, x0 + dx) + reach));
      for (int row = top; row <= bottom; row++) {
        for (int column = left; column <= right; column++) {
          double t = ((column - x0) * dx + (row - y0) * dy) / lengthSquared;
          t = Math.max(0, Math.min(1, t));
          double across = column - x0 - t * dx;
          double along = row - y0 - t * dy;
          int pixel = row * SIDE + column;
          distance[pixel] = Math.min(distance[pixel], across * across + along * along);
        }
      }
    }
  }

  private byte[] inked() {
    double radius = between(0.6, 1.7);
    double softness = between(0.8, 1.9);
    double strength = between(0.75, 1.1);
    double noise = between(0.0, 0.09);
    byte[] pixels = new byte[LabeledImages.PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      double ink = (radius - StrictMath.sqrt(distance[i])) / softness + 0.5;
      double value = strength * Math.max(0, Math.min(1, ink));
      value += noise * gaussian();
      pixels[i] = (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
    }
    return pixels;
  }

  private double between(double from, double to) {
    return from + (to - from) * random.nextDouble();
  }

  /** Nearly normal, and the same on every Java: the sum of four uniform values. */
  private double gaussian() {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += random.nextDouble();
    }
    return (sum - 2) * 1.7320508075688772;
  }

  private static int clamp(int pixel) {
    return Math.max(0, Math.min(SIDE - 1, pixel));
  }
}
