package io.bnzoo.engine;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Which engine is to run a network. */
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
  public Engine open(MultiLayerNetwork network, int threads) {
    return open(network, threads, reason -> {});
  }

  /**
   * The same choice, which says in one line where {@link #AUTO} has to do without oneDNN.
   *
   * @param notices hears the line, once for each network
   */
  public EngineFactory telling(Consumer<String> notices) {
    return (network, threads) ->
        open(
            network,
            threads,
            reason -> notices.accept("Deeplearning4j's own engine runs, because " + reason));
  }

  private Engine open(MultiLayerNetwork network, int threads, Consumer<String> obstacles) {
    Optional<String> obstacle = this == AUTO ? OneDnnEngine.obstacle(network) : Optional.empty();
    obstacle.ifPresent(obstacles);
    return this == DL4J || obstacle.isPresent()
        ? new Dl4jEngine(network, threads)
        : new OneDnnEngine(network, threads);
  }
}
