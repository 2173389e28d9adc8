package io.bnzoo.parity;

import io.bnzoo.parity.ExactNetwork.Trace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Finds out from gradients through which ReLUs they passed.
 *
 * <p>A value within rounding of 0 may be on either side of a ReLU, and its gradient then passes or
 * not: two right implementations differ by it, by percents behind twenty ReLUs. So each such value
 * is tried on its other side, and stays there if the gradient of the weights before it, which has
 * one entry or many hundreds for each channel, then comes nearer to the one given. What cannot be
 * explained by values within reach of 0 remains as a distance.
 */
final class GateSearch implements ExactNetwork.Gates {

  /** More values near 0 than that in one channel are not tried. */
  private static final int MOST = 40;

  private final ExactNetwork network;
  private final int images;
  private final Map<String, double[]> gradients;
  private final Map<String, Double> reach;

  /**
   * A search.
   *
   * @param gradients of one implementation, by parameter
   * @param reach for each block how far from 0 a value can be that may be on the other side
   */
  GateSearch(
      ExactNetwork network,
      int images,
      Map<String, double[]> gradients,
      Map<String, Double> reach) {
    this.network = network;
    this.images = images;
    this.gradients = gradients;
    this.reach = reach;
  }

  @Override
  public boolean[] open(Trace trace, double[] gradient, Map<String, double[]> parameters) {
    boolean[] open = ExactNetwork.Gates.positive(trace.z());
    List<List<Integer>> near = nearZero(trace);
    ExactConvolution linear = trace.block().linear();
    double[] passed = new double[open.length];
    for (int i = 0; i < open.length; i++) {
      passed[i] = open[i] ? gradient[i] : 0;
    }
    double[] exact =
        linear.weightGradient(
            trace.x(), network.linearGradient(trace, passed, parameters, images), images);
    double[] given = gradients.get(trace.block().name() + ".W");
    double[] meanPatch = meanPatch(trace);
    for (int c = 0; c < linear.out(); c++) {
      double[] missing = new double[meanPatch.length];
      for (int k = 0; k < missing.length; k++) {
        missing[k] = given[k * linear.out() + c] - exact[k * linear.out() + c];
      }
      double scale = scale(trace, c, parameters);
      List<double[]> changes = new ArrayList<>();
      for (int i : near.get(c)) {
        changes.add(change(trace, i, (open[i] ? -scale : scale) * gradient[i], meanPatch));
      }
      for (int flip : BinaryLeastSquares.solve(missing, changes)) {
        open[near.get(c).get(flip)] ^= true;
      }
    }
    return open;
  }

  /** By channel. A value of exactly 0 is 0 in every arithmetic. */
  private List<List<Integer>> nearZero(Trace trace) {
    ExactNormalization channels = network.normalization(trace.block(), images);
    double limit = reach.get(trace.block().name());
    List<List<Integer>> near = new ArrayList<>();
    for (int c = 0; c < channels.channels(); c++) {
      near.add(new ArrayList<>());
    }
    for (int i = 0; i < trace.z().length; i++) {
      double z = trace.z()[i];
      if (z != 0 && Math.abs(z) <= limit) {
        near.get(channels.channel(i)).add(i);
      }
    }
    near.replaceAll(
        ofChannel ->
            ofChannel.stream()
                .sorted(Comparator.comparingDouble(i -> Math.abs(trace.z()[i])))
                .limit(MOST)
                .toList());
    return near;
  }

  /** Batch norm takes the mean out of what it gives back; without it there is none to take. */
  private double[] meanPatch(Trace trace) {
    ExactConvolution linear = trace.block().linear();
    double[] mean = new double[linear.kernel() * linear.kernel() * linear.in()];
    double share = 1.0 / (linear.outPixels() * images);
    for (int pixel = 0; network.epsilon().isPresent() && pixel < linear.outPixels(); pixel++) {
      for (int image = 0; image < images; image++) {
        linear.addPatch(trace.x(), pixel, image, images, share, mean);
      }
    }
    return mean;
  }

  private double scale(Trace trace, int channel, Map<String, double[]> parameters) {
    return network.epsilon().isEmpty()
        ? 1
        : parameters.get(trace.block().name() + "-bn.gamma")[channel]
            / Math.sqrt(trace.moments().variance()[channel] + network.epsilon().getAsDouble());
  }

  /** Of the gradient of a channel's weights when a value's own gradient changes by so much. */
  private double[] change(Trace trace, int index, double by, double[] meanPatch) {
    ExactConvolution linear = trace.block().linear();
    double[] change = new double[meanPatch.length];
    int pixel = index / images / linear.out();
    linear.addPatch(trace.x(), pixel, index % images, images, by, change);
    for (int k = 0; k < change.length; k++) {
      change[k] -= by * meanPatch[k];
    }
    return change;
  }
}
