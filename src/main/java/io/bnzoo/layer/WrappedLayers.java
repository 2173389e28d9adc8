package io.bnzoo.layer;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/**
 * Layers without the wrappers around them.
 *
 * <p>Note: Deeplearning4j's configuration {@link FrozenLayer} wraps a layer, but is no {@link
 * BaseWrapperLayer}; its layer of the same name is one.
 */
public final class WrappedLayers {
  private WrappedLayers() {}

  /** The layer that computes, whatever is around it: what freezes, masks, or runs it twice. */
  public static Layer innermost(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return innermost(frozen.getLayer());
    }
    if (layer instanceof BaseWrapperLayer wrapper) {
      return innermost(wrapper.getUnderlying());
    }
    return layer instanceof Bidirectional both ? innermost(both.getFwd()) : layer;
  }

  /** The layer that computes the same: without what freezes it, but with all other wrappers. */
  public static Layer thawed(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return thawed(frozen.getLayer());
    }
    return layer instanceof FrozenLayerWithBackprop frozen ? thawed(frozen.getUnderlying()) : layer;
  }

  /** The layer of a network that computes, whatever is around it. */
  public static org.deeplearning4j.nn.api.Layer innermost(org.deeplearning4j.nn.api.Layer layer) {
    return layer instanceof org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer wrapper
        ? innermost(wrapper.getUnderlying())
        : layer;
  }

  /** Whether training steps leave a layer of a network as it is. */
  public static boolean isFrozen(org.deeplearning4j.nn.api.Layer layer) {
    return layer instanceof org.deeplearning4j.nn.layers.FrozenLayer
        || layer instanceof org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
  }
}
