package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.compiler.ParameterStore.Group;
import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.TensorPool;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

class ParameterStoreTest {
  private static final Parameter.Learned DESCENT =
      new Parameter.Learned(new Sgd(0.5), List.of(), Optional.empty(), true);

  /** In parts that fit into a processor's cache. */
  @Test
  void everyValueOfALongParameterIsInOneGroup() {
    int length = Math.toIntExact(2 * LongVectors.PIECE + 5);
    Layout layout = Layout.rowByRow(length);
    Parameter parameter = new Parameter("W", 0, layout, DESCENT);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i % 1000;
    }
    try (ParameterStore store = new ParameterStore(Map.of(parameter, layout), length);
        TensorPool pool = new TensorPool()) {
      store.load(Quantity.VALUES, flat -> flat.write(values));
      store.load(Quantity.GRADIENTS, flat -> flat.write(values));
      assertThat(store.groups()).hasSize(3);
      for (Group group : store.groups()) {
        UpdateRule.of(group, store, pool).apply(0, 0);
      }
      float[] updated = store.store(Quantity.VALUES);
      for (int i = 0; i < length; i++) {
        assertThat(updated[i]).as("value %d", i).isEqualTo(values[i] / 2);
      }
    }
  }

  /** What a layer's gradients are clipped by spans groups and makes none. */
  @Test
  void parametersOfLayersThatAreClippedApartAreInOneGroup() {
    Layout layout = Layout.rowByRow(3);
    Parameter first = clipped(0, layout);
    Parameter second = clipped(1, layout);
    try (ParameterStore store = new ParameterStore(Map.of(first, layout, second, layout), 6)) {
      assertThat(store.groups()).hasSize(1);
    }
  }

  private static Parameter clipped(int layer, Layout layout) {
    Parameter.Clipping clipping =
        new Parameter.Clipping(GradientNormalization.ClipL2PerLayer, 1, layer, List.of("W"));
    return new Parameter(
        layer + "_W",
        3L * layer,
        layout,
        new Parameter.Learned(new Sgd(0.5), List.of(), Optional.of(clipping), true));
  }
}
