package io.bnzoo.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The outlines of the ten digits, as strokes of the pen.
 *
 * <p>A digit has several ways of writing it, a way has one or more strokes, and a stroke is a row
 * of points x, y in the unit square, x to the right and y down, that a pen follows: as a smooth
 * curve, or with corners.
 */
final class Strokes {

  /** One stroke: points x0, y0, x1, y1, ... and whether the pen rounds them. */
  static final class Stroke {

    /** How many points a curve has between two of the given ones. */
    private static final int STEPS = 6;

    private final boolean smooth;
    private final double[] points;

    private Stroke(boolean smooth, double... points) {
      this.smooth = smooth;
      this.points = points;
    }

    /** The same stroke with each point of a curve moved a little by the given source. */
    Stroke jittered(DoubleSupplier source) {
      double[] moved = points.clone();
      if (smooth) {
        for (int i = 0; i < moved.length; i++) {
          moved[i] += source.getAsDouble();
        }
      }
      return new Stroke(smooth, moved);
    }

    int size() {
      return points.length / 2;
    }

    /**
     * The polyline that the pen follows, through each given point: a uniform Catmull-Rom spline for
     * a smooth stroke.
     */
    double[] polyline() {
      if (!smooth) {
        return points.clone();
      }
      double[] line = new double[2 * ((size() - 1) * STEPS + 1)];
      for (int i = 0; i < size() - 1; i++) {
        for (int step = 0; step < STEPS; step++) {
          double t = step / (double) STEPS;
          for (int axis = 0; axis < 2; axis++) {
            line[2 * (i * STEPS + step) + axis] =
                catmullRom(at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis), t);
          }
        }
      }
      line[line.length - 2] = at(size() - 1, 0);
      line[line.length - 1] = at(size() - 1, 1);
      return line;
    }

    private double at(int index, int axis) {
      return points[2 * Math.max(0, Math.min(size() - 1, index)) + axis];
    }

    private static double catmullRom(double a, double b, double c, double d, double t) {
      return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    }
  }

  private static final List<List<List<Stroke>>> DIGITS =
      List.of(
          List.of(
              way(
                  curve(
                      .55, .10, .32, .16, .24, .42, .28, .74, .46, .90, .66, .82, .76, .54, .70,
                      .22, .52, .10)),
              way(
                  curve(
                      .50, .10, .26, .22, .20, .52, .32, .82, .52, .90, .72, .78, .80, .48, .72,
                      .20, .48, .11))),
          List.of(
              way(corners(.50, .10, .50, .90)),
              way(corners(.36, .26, .53, .10, .51, .90)),
              way(corners(.38, .24, .52, .10, .52, .90), corners(.34, .90, .70, .90))),
          List.of(
              way(
                  curve(.24, .30, .34, .14, .54, .10, .72, .24, .66, .46, .46, .66, .24, .89),
                  corners(.24, .89, .78, .87)),
              way(
                  curve(
                      .26, .26, .44, .10, .68, .20, .66, .46, .42, .76, .24, .84, .30, .70, .46,
                      .80, .62, .90, .80, .82))),
          List.of(
              way(
                  curve(.26, .18, .48, .09, .70, .20, .64, .40, .42, .47),
                  curve(.42, .47, .68, .53, .76, .72, .58, .89, .26, .84)),
              way(
                  corners(.26, .13, .72, .12, .46, .44),
                  curve(.46, .44, .70, .50, .76, .70, .58, .88, .28, .84))),
          List.of(
              way(corners(.32, .12, .24, .54, .76, .52), corners(.64, .18, .62, .92)),
              way(corners(.62, .92, .62, .10, .20, .62, .82, .62))),
          List.of(
              way(
                  corners(.74, .12, .36, .13, .32, .45),
                  curve(.32, .45, .54, .40, .74, .56, .70, .80, .48, .90, .26, .82)),
              way(
                  curve(
                      .72, .11, .46, .13, .34, .24, .34, .42, .56, .46, .74, .62, .62, .86, .28,
                      .87))),
          List.of(
              way(
                  curve(
                      .66, .10, .42, .26, .28, .56, .32, .82, .52, .90, .70, .76, .62, .56, .42,
                      .56, .30, .72)),
              way(
                  curve(
                      .44, .08, .32, .38, .26, .68, .38, .88, .60, .88, .70, .70, .56, .56, .36,
                      .62, .28, .76))),
          List.of(
              way(corners(.24, .14, .76, .13, .44, .90)),
              way(curve(.24, .18, .50, .12, .76, .14, .60, .42, .48, .90)),
              way(corners(.24, .14, .76, .13, .46, .90), corners(.38, .50, .70, .48))),
          List.of(
              way(
                  curve(
                      .50, .48, .32, .36, .34, .16, .50, .10, .66, .16, .68, .34, .50, .48, .30,
                      .62, .30, .82, .50, .90, .70, .82, .70, .62, .50, .48)),
              way(
                  curve(
                      .70, .20, .52, .10, .34, .20, .40, .40, .62, .58, .70, .78, .50, .90, .30,
                      .78, .40, .56, .64, .38, .70, .18))),
          List.of(
              way(
                  curve(
                      .70, .30, .60, .12, .40, .12, .28, .30, .38, .48, .58, .46, .70, .28, .70,
                      .60, .60, .90)),
              way(
                  curve(.68, .30, .54, .11, .34, .18, .32, .40, .50, .50, .68, .34),
                  corners(.69, .20, .66, .91))));

  private Strokes() {}

  /** The ways of writing a digit. */
  static List<List<Stroke>> of(int digit) {
    return DIGITS.get(digit);
  }

  private static List<Stroke> way(Stroke... strokes) {
    return List.of(strokes);
  }

  private static Stroke curve(double... points) {
    return new Stroke(true, points);
  }

  private static Stroke corners(double... points) {
    List<Double> fine = new ArrayList<>();
    for (int i = 0; i + 3 < points.length; i += 2) {
      for (int step = 0; step < Stroke.STEPS; step++) {
        double t = step / (double) Stroke.STEPS;
        fine.add(points[i] + t * (points[i + 2] - points[i]));
        fine.add(points[i + 1] + t * (points[i + 3] - points[i + 1]));
      }
    }
    fine.add(points[points.length - 2]);
    fine.add(points[points.length - 1]);
    return new Stroke(false, fine.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
