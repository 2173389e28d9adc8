package io.bnzoo.storage;

import io.bnzoo.limits.ConfigurationLimits;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The configuration of a stored network: how many values it needs, and the network made of them.
 */
sealed interface StoredConfiguration {
  /** What a layer without parameters may have of anything. */
  long LARGEST_SIDE = 1 << 20;

  /** How many values for each parameter those of ND4J's updaters keep that keep most. */
  long LARGEST_STATE = 3;

  /**
   * How many parameters there are, without making any.
   *
   * @param most of which no layer may need more
   * @throws IllegalArgumentException naming a size that is negative or larger
   */
  long parameters(long most);

  /**
   * Checks what a network of it would need, and each number of it.
   *
   * @throws IOException naming the layer or vertex and what is wrong with it
   */
  void checkLimits() throws IOException;

  /** Those layers that have an updater of their own. */
  Stream<BaseLayer> baseLayers();

  /** How many values the updater keeps for each parameter at most. */
  default long stateOfAParameter() {
    return baseLayers()
        .flatMap(layer -> Stream.of(layer.getIUpdater(), layer.getBiasUpdater()))
        .filter(Objects::nonNull)
        .mapToLong((IUpdater updater) -> updater.stateSize(1))
        .reduce(LARGEST_STATE, Math::max);
  }

  /**
   * The network.
   *
   * @param parameters a row of them, which becomes the network's own; absent if it has none
   */
  Model network(Optional<INDArray> parameters);

  /** The state of the updater of a network that {@link #network} made; absent if it has none. */
  Optional<INDArray> updaterState(Model network);

  private static long checked(long size, long most) {
    if (size < 0 || size > Math.max(most, LARGEST_SIDE)) {
      throw new IllegalArgumentException("it has a layer of size " + size);
    }
    return size;
  }

  private static Stream<BaseLayer> baseLayers(Stream<Layer> layers) {
    return layers.filter(BaseLayer.class::isInstance).map(BaseLayer.class::cast);
  }

  /** Of a {@code MultiLayerNetwork}. */
  record Sequence(MultiLayerConfiguration configuration) implements StoredConfiguration {
    @Override
    public void checkLimits() throws IOException {
      ConfigurationLimits.check(configuration);
    }

    @Override
    public long parameters(long most) {
      long count = 0;
      for (NeuralNetConfiguration layer : configuration.getConfs()) {
        if (layer.getLayer() instanceof FeedForwardLayer wide) {
          checked(wide.getNIn(), most);
          checked(wide.getNOut(), most);
        }
        count += checked(layer.getLayer().initializer().numParams(layer), most);
      }
      return count;
    }

    @Override
    public Stream<BaseLayer> baseLayers() {
      List<NeuralNetConfiguration> layers = configuration.getConfs();
      return StoredConfiguration.baseLayers(layers.stream().map(NeuralNetConfiguration::getLayer));
    }

    @Override
    public Model network(Optional<INDArray> parameters) {
      // The type is in the configuration since 1.0.0-beta4 only.
      parameters.ifPresent(values -> configuration.setDataType(values.dataType()));
      MultiLayerNetwork network = new MultiLayerNetwork(configuration);
      network.init(parameters.orElse(null), false);
      return network;
    }

    @Override
    public Optional<INDArray> updaterState(Model network) {
      return Optional.ofNullable(((MultiLayerNetwork) network).getUpdater().getStateViewArray());
    }
  }

  /** Of a {@code ComputationGraph}. */
  record Graph(ComputationGraphConfiguration configuration) implements StoredConfiguration {
    @Override
    public void checkLimits() throws IOException {
      ConfigurationLimits.check(configuration);
    }

    @Override
    public long parameters(long most) {
      long count = 0;
      for (GraphVertex vertex : configuration.getVertices().values()) {
        count += checked(vertex.numParams(true), most);
      }
      return count;
    }

    @Override
    public Stream<BaseLayer> baseLayers() {
      return StoredConfiguration.baseLayers(
          configuration.getVertices().values().stream()
              .filter(LayerVertex.class::isInstance)
              .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer()));
    }

    @Override
    public Model network(Optional<INDArray> parameters) {
      parameters.ifPresent(values -> configuration.setDataType(values.dataType()));
      ComputationGraph network = new ComputationGraph(configuration);
      network.init(parameters.orElse(null), false);
      return network;
    }

    @Override
    public Optional<INDArray> updaterState(Model network) {
      return Optional.ofNullable(((ComputationGraph) network).getUpdater().getStateViewArray());
    }
  }
}
