package io.bnzoo.engine;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Opens engines. */
@FunctionalInterface
public interface EngineFactory {

  /**
   * An engine for an initialized network, which stays the caller's.
   *
   * @param threads how many threads compute
   * @throws IllegalArgumentException if no engine can run the network
   */
  Engine open(MultiLayerNetwork network, int threads);
}
