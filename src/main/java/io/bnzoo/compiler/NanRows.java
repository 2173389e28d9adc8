package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Finds the images of a batch that have a NaN in them at any depth.
 *
 * <p>oneDNN's activation functions do not propagate NaN: its ReLU maps it to 0. So this inspects
 * their input, which has to be the result of an operation, see {@link NetworkGraph#unfused}.
 */
final class NanRows implements Inspection {
  private final NetworkGraph graph;
  private final List<Set<Integer>> dependents;

  /** For each output and image, whether a NaN was found in what the output depends on. */
  private final boolean[][] found;

  private final int images;

  NanRows(NetworkGraph graph, int images) {
    this.graph = graph;
    this.dependents = graph.dependents();
    this.found = new boolean[graph.outputs().size()][images];
    this.images = images;
  }

  /** Before a run. */
  void clear() {
    for (boolean[] ofOutput : found) {
      Arrays.fill(ofOutput, false);
    }
  }

  @Override
  public void follow(int index, Operation operation, Tensor result, Workbench bench) {
    Set<Integer> reached = dependents.get(graph.value(index));
    if (reached.isEmpty()) { // It is what the network gives, NaN or not.
      return;
    }
    Tensor byImages =
        result.layout().isOrderedByFirst()
            ? result
            : bench.arranged(result, Layout.rowByRow(result.layout().size()));
    long values = byImages.layout().floats() / images;
    Floats[] rows = new Floats[images];
    Arrays.setAll(rows, image -> byImages.floats().part(image * values, values));
    bench.add(
        () -> {
          for (int image = 0; image < rows.length; image++) {
            if (Float.isNaN(rows[image].squares())) {
              for (int output : reached) {
                found[output][image] = true;
              }
            }
          }
        });
  }

  /** Sets an output's values for those images to NaN, as they are where NaN propagates. */
  void mark(int output, float[] values) {
    int ofImage = values.length / images;
    for (int image = 0; image < images; image++) {
      if (found[output][image]) {
        Arrays.fill(values, image * ofImage, (image + 1) * ofImage, Float.NaN);
      }
    }
  }
}
