package io.bnzoo.report;

import io.bnzoo.toolbox.LayerFigures;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A batch norm layer as SVG, whose colours are the page's.
 *
 * <p>With images: for each feature a bar from one running standard deviation below the running mean
 * to one above, in the images' own standard deviations from the images' own mean. Where the running
 * statistics fit, all bars fill the band from -1 to 1. Without images: the running standard
 * deviation of each feature.
 */
final class LayerPicture {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 200;
  private static final int LEFT = 40;
  private static final int RIGHT = 8;
  private static final int TOP = 10;
  private static final int BOTTOM = 26;

  /** Standard deviations, up and down. */
  private static final double FAR = 4;

  private static final int MOST_FEATURES = 160;
  private static final double LEAST_DEVIATION = 1e-4;
  private static final double LARGEST_DEVIATION = 1e4;

  private final LayerFigures layer;
  private final StringBuilder svg = new StringBuilder();

  private LayerPicture(LayerFigures layer) {
    this.layer = layer;
  }

  static String of(LayerFigures layer) {
    LayerPicture picture = new LayerPicture(layer);
    picture.add(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH,
        HEIGHT,
        layer.fit().isPresent()
            ? "Running statistics of each feature beside those of the images"
            : "Running standard deviation of each feature");
    if (layer.fit().isPresent()) {
      picture.fit(layer.fit().get());
    } else {
      picture.deviations();
    }
    return picture.svg.append("</svg>").toString();
  }

  private void fit(LayerFigures.LayerFit fit) {
    add(
        "<rect class=\"band\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>",
        LEFT, height(1), WIDTH - LEFT - RIGHT, height(-1) - height(1));
    for (int line = -4; line <= 4; line += 2) {
      gridLine(height(line), Integer.toString(line));
    }
    double[] middle = new double[layer.features()];
    double[] half = new double[layer.features()];
    for (int i = 0; i < middle.length; i++) {
      double deviation = Math.sqrt(fit.variance().get(i) + layer.epsilon());
      middle[i] = (layer.mean().get(i) - fit.mean().get(i)) / deviation;
      half[i] = Math.sqrt(Math.max(0, layer.variance().get(i)) + layer.epsilon()) / deviation;
    }
    List<Integer> shown = shown(Comparator.comparingDouble(i -> middle[i]));
    double step = (double) (WIDTH - LEFT - RIGHT) / shown.size();
    for (int place = 0; place < shown.size(); place++) {
      int feature = shown.get(place);
      double x = LEFT + (place + 0.5) * step;
      double top = height(middle[feature] + half[feature]);
      double bottom = height(middle[feature] - half[feature]);
      bar(x, step, top, bottom);
      add(
          "<circle class=\"mean\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
          x, height(middle[feature]), Math.min(2.5, Math.max(0.8, step / 3)));
    }
    dashed(height(1));
    dashed(height(-1));
    caption(shown.size(), "by how far the running mean is off");
  }

  private void deviations() {
    List<Double> variance = layer.variance();
    for (double line : new double[] {1e-4, 1e-2, 1, 1e2, 1e4}) {
      gridLine(logHeight(line), line == 1 ? "1" : String.format(Locale.ROOT, "%.0e", line));
    }
    List<Integer> shown = shown(Comparator.comparingDouble(variance::get));
    double step = (double) (WIDTH - LEFT - RIGHT) / shown.size();
    for (int place = 0; place < shown.size(); place++) {
      double deviation = Math.sqrt(Math.max(0, variance.get(shown.get(place))));
      bar(LEFT + (place + 0.5) * step, step, logHeight(deviation), HEIGHT - BOTTOM);
    }
    dashed(logHeight(Math.sqrt(layer.epsilon())));
    caption(shown.size(), "by running standard deviation; dashed: epsilon's root");
  }

  private void dashed(double y) {
    add(
        "<line class=\"dashed\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
        LEFT, WIDTH - RIGHT, y, y);
  }

  private void bar(double x, double step, double top, double bottom) {
    double width = Math.max(0.6, step * 0.7);
    add(
        "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
        x - width / 2, top, width, Math.max(0.5, bottom - top));
  }

  private void gridLine(double y, String label) {
    add(
        "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
        LEFT, WIDTH - RIGHT, y, y);
    add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 5, y + 4, label);
  }

  private void caption(int shown, String order) {
    String which =
        shown == layer.features()
            ? layer.features() + " features"
            : shown + " of " + layer.features() + " features";
    add("<text x=\"%d\" y=\"%d\">%s, %s</text>", LEFT, HEIGHT - 8, which, order);
  }

  /** Features in an order, evenly chosen of many. */
  private List<Integer> shown(Comparator<Integer> order) {
    List<Integer> all = IntStream.range(0, layer.features()).boxed().sorted(order).toList();
    if (all.size() <= MOST_FEATURES) {
      return all;
    }
    return IntStream.range(0, MOST_FEATURES)
        .mapToObj(i -> all.get((int) ((long) i * (all.size() - 1) / (MOST_FEATURES - 1))))
        .toList();
  }

  private static double height(double deviations) {
    double within = Math.max(-FAR, Math.min(FAR, Double.isNaN(deviations) ? FAR : deviations));
    return TOP + (FAR - within) / (2 * FAR) * (HEIGHT - TOP - BOTTOM);
  }

  private static double logHeight(double deviation) {
    double within =
        Math.max(
            LEAST_DEVIATION,
            Math.min(LARGEST_DEVIATION, Double.isNaN(deviation) ? LARGEST_DEVIATION : deviation));
    double share =
        Math.log(within / LEAST_DEVIATION) / Math.log(LARGEST_DEVIATION / LEAST_DEVIATION);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
