package io.bnzoo.engine;

import io.bnzoo.data.ImageShape;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Opens engines. */
@FunctionalInterface
public interface EngineFactory {

  /**
   * An engine for an initialized network, which stays the caller's.
   *
   * @param images the shape of the images that it will be given
   * @param threads how many threads compute at most
   * @throws IllegalArgumentException if no engine can run the network
   */
  Engine open(MultiLayerNetwork network, ImageShape images, int threads);
}
