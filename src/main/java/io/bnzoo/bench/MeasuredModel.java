package io.bnzoo.bench;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSize;
import io.bnzoo.engine.Accelerated;
import io.bnzoo.engine.NetworkInput;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.StockModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * One of Deeplearning4j's own models, or a saved one.
 *
 * @param name a {@link StockModel}'s label, or the path of a .zip
 * @param imageSize of what it is given; empty where a saved model tells, or takes no images
 * @param batchSize how many of them at a time
 */
public record MeasuredModel(String name, Optional<ImageSize> imageSize, int batchSize) {
  private static final int CHANNELS = 3;
  private static final int CLASSES = 10;

  /** Checks what can be told of it without reading or building it. */
  public MeasuredModel {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be at least 1, got " + batchSize);
    }
    Optional<StockModel> stock = StockModel.find(name);
    if (stock.isPresent()) {
      name = stock.get().label();
      ImageSize size = imageSize.orElse(stock.get().smallSize());
      stock.get().requireSize(size.height(), size.width());
      imageSize = Optional.of(size);
    }
  }

  /** A network and the types of what it is given. */
  public record Loaded(Model network, List<InputType> inputs) {
    /** Copies the list. */
    public Loaded {
      inputs = List.copyOf(inputs);
    }

    /** The layers that it outputs. */
    List<Optional<Layer>> outputs() {
      return network instanceof ComputationGraph graph
          ? graph.getConfiguration().getNetworkOutputs().stream()
              .map(name -> Optional.ofNullable(graph.getVertex(name).getLayer()))
              .toList()
          : List.of(Optional.of(((MultiLayerNetwork) network).getOutputLayer()));
    }

    /** Whether all that it outputs has a loss, so that it can be trained at all. */
    public boolean hasLoss() {
      return outputs().stream()
          .allMatch(layer -> layer.filter(IOutputLayer.class::isInstance).isPresent());
    }

    /** The fast engine for it. */
    public Accelerated accelerated() {
      return network instanceof MultiLayerNetwork sequence
          ? Accelerated.of(sequence)
          : Accelerated.of((ComputationGraph) network);
    }
  }

  /**
   * Builds or reads the network.
   *
   * @throws IOException if a saved one cannot be read, or does not tell what it takes
   */
  public Loaded load() throws IOException {
    Optional<StockModel> stock = StockModel.find(name);
    if (stock.isPresent()) {
      ImageSize size = imageSize.orElseThrow();
      ImageShape images =
          ImageShape.withChannels(CHANNELS).height(size.height()).width(size.width());
      return loaded(stock.get().build(images, CLASSES));
    }
    return loaded(ModelFiles.open(Path.of(name)).model());
  }

  private Loaded loaded(Model network) throws IOException {
    try {
      return new Loaded(network, NetworkInput.types(network, imageSize));
    } catch (IllegalArgumentException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }
}
