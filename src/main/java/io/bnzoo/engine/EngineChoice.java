package io.bnzoo.engine;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.data.ImageShape;
import io.bnzoo.onednn.OneDnn;
import java.util.Locale;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Which engine is to run a network. Opening one gets ND4J ready, too; see {@link #start}. */
public enum EngineChoice implements EngineFactory {
  /** oneDNN where it can run the whole network, Deeplearning4j elsewhere. */
  AUTO,
  /** {@link Dl4jEngine}. */
  DL4J,
  /** {@link OneDnnEngine}. */
  ONEDNN;

  /** Its name on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Engine open(MultiLayerNetwork network, ImageShape images, int threads) {
    return open(network, images, threads, reason -> {});
  }

  /**
   * This choice, reporting each fallback of {@link #AUTO} to Deeplearning4j.
   *
   * @param notices receives one line for each network
   */
  public EngineFactory withFallbackListener(Consumer<String> notices) {
    return (network, images, threads) ->
        open(
            network,
            images,
            threads,
            reason -> notices.accept("Deeplearning4j's own engine runs, because " + reason));
  }

  private Engine open(
      MultiLayerNetwork network, ImageShape images, int threads, Consumer<String> obstacles) {
    NativeBackend.enableOneDnn();
    return switch (this) {
      case DL4J -> new Dl4jEngine(network, images, threads);
      case ONEDNN -> new OneDnnEngine(network, images, threads);
      case AUTO -> {
        try {
          yield new OneDnnEngine(network, images, threads);
        } catch (UnsupportedNetworkException e) {
          obstacles.accept(e.reason());
          yield new Dl4jEngine(network, images, threads);
        }
      }
    };
  }

  /**
   * Gets ND4J ready, see {@link NativeBackend#enableOneDnn}.
   *
   * @return a line about what is going to compute
   */
  public String start() {
    NativeBackend.Status backend = NativeBackend.enableOneDnn();
    return prefersOneDnn()
        ? "engine: " + OneDnn.description()
        : "engine: Deeplearning4j; " + backend.description();
  }

  /** Whether networks are run by oneDNN unless something in them keeps them from it. */
  public boolean prefersOneDnn() {
    return this != DL4J && OneDnn.obstacle().isEmpty();
  }
}
