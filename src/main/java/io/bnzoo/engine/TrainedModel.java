package io.bnzoo.engine;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.LayerReport;
import io.bnzoo.compiler.NetworkGraph;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Either kind of Deeplearning4j's networks, as far as a training needs it. */
sealed interface TrainedModel {

  /** The network itself. */
  Model network();

  /** The configurations of all its layers. */
  Stream<Layer> layers();

  /** The layers that it outputs; none for a vertex that is no layer. */
  List<Optional<org.deeplearning4j.nn.api.Layer>> outputLayers();

  /** Reads it, given inputs of these types. */
  NetworkGraph graph(List<InputType> inputs);

  /** Reads each of its layers or vertices, given inputs of these types. */
  List<LayerReport> report(List<InputType> inputs);

  int iteration();

  void setIteration(int iteration);

  void setScore(double score);

  int epoch();

  /** Counts an epoch. */
  void endEpoch();

  Collection<TrainingListener> listeners();

  /** Shows listeners what the present batch is. */
  void show(MultiDataSet batch, long millisecondsToFetch);

  /**
   * Shows listeners a gradient.
   *
   * @param values in the order of the network's parameters
   * @param shown the names of which parameters' are shown
   */
  void showGradient(INDArray values, Predicate<String> shown);

  /** Parts of a vector in the order of a network's parameters, named and shaped as these are. */
  private static Gradient gradient(INDArray values, Model network, Predicate<String> shown) {
    Gradient gradient = new DefaultGradient(values);
    long start = network.params().offset();
    network
        .paramTable()
        .forEach(
            (name, parameter) -> {
              if (!shown.test(name)) {
                return;
              }
              long from = parameter.offset() - start;
              INDArray part = values.get(NDArrayIndex.interval(from, from + parameter.length()));
              gradient.setGradientFor(name, part.reshape(parameter.ordering(), parameter.shape()));
            });
    return gradient;
  }

  /** A step of Deeplearning4j's own. */
  void fit(MultiDataSet batch);

  /** Predictions of Deeplearning4j's own. */
  INDArray[] output(INDArray... features);

  /** The order in which it has images' axes, if it has images. */
  default CNN2DFormat imageOrder() {
    return layers().anyMatch(TrainedModel::hasChannelsLast) ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
  }

  private static boolean hasChannelsLast(Layer layer) {
    Object order = null;
    if (layer instanceof ConvolutionLayer given) {
      order = given.getCnn2dDataFormat();
    } else if (layer instanceof SubsamplingLayer given) {
      order = given.getCnn2dDataFormat();
    } else if (layer instanceof BatchNormalization given) {
      order = given.getCnn2DFormat();
    } else if (layer instanceof LocalResponseNormalization given) {
      order = given.getDataFormat();
    } else if (layer instanceof ZeroPaddingLayer given) {
      order = given.getDataFormat();
    } else if (layer instanceof Cropping2D given) {
      order = given.getDataFormat();
    } else if (layer instanceof Upsampling2D given) {
      order = given.getFormat();
    } else if (layer instanceof SpaceToDepthLayer given) {
      order = given.getDataFormat();
    } else if (layer instanceof CnnLossLayer given) {
      order = given.getFormat();
    } else if (layer instanceof Yolo2OutputLayer given) {
      order = given.getFormat();
    }
    return order == CNN2DFormat.NHWC;
  }

  static TrainedModel of(MultiLayerNetwork network) {
    NativeBackend.useOneDnnIn(network);
    return new Sequence(network);
  }

  static TrainedModel of(ComputationGraph network) {
    NativeBackend.useOneDnnIn(network);
    return new Graph(network);
  }

  /** A sequential network. */
  record Sequence(MultiLayerNetwork network) implements TrainedModel {
    @Override
    public Stream<Layer> layers() {
      return network.getLayerWiseConfigurations().getConfs().stream()
          .map(NeuralNetConfiguration::getLayer);
    }

    @Override
    public List<Optional<org.deeplearning4j.nn.api.Layer>> outputLayers() {
      return List.of(Optional.of(network.getLayer(network.getnLayers() - 1)));
    }

    @Override
    public NetworkGraph graph(List<InputType> inputs) {
      return NetworkGraph.of(network, inputs.get(0));
    }

    @Override
    public List<LayerReport> report(List<InputType> inputs) {
      return NetworkGraph.report(network, inputs.get(0));
    }

    @Override
    public int iteration() {
      return network.getLayerWiseConfigurations().getIterationCount();
    }

    @Override
    public void setIteration(int iteration) {
      network.getLayerWiseConfigurations().setIterationCount(iteration);
    }

    @Override
    public void setScore(double score) {
      network.setScore(score);
    }

    @Override
    public int epoch() {
      return network.getLayerWiseConfigurations().getEpochCount();
    }

    @Override
    public void endEpoch() {
      network.incrementEpochCount();
    }

    @Override
    public Collection<TrainingListener> listeners() {
      return network.getListeners();
    }

    @Override
    public void show(MultiDataSet batch, long millisecondsToFetch) {
      network.setInput(batch.getFeatures(0));
      network.setLabels(batch.getLabels(0));
      network.setLastEtlTime(millisecondsToFetch);
    }

    @Override
    public void showGradient(INDArray values, Predicate<String> shown) {
      network.setGradient(TrainedModel.gradient(values, network, shown));
    }

    @Override
    public void fit(MultiDataSet batch) {
      network.fit(
          new DataSet(
              batch.getFeatures(0),
              batch.getLabels(0),
              batch.getFeaturesMaskArray(0),
              batch.getLabelsMaskArray(0)));
    }

    @Override
    public INDArray[] output(INDArray... features) {
      return new INDArray[] {network.output(features[0], false)};
    }
  }

  /** A graph. */
  record Graph(ComputationGraph network) implements TrainedModel {
    @Override
    public Stream<Layer> layers() {
      return network.getConfiguration().getVertices().values().stream()
          .filter(LayerVertex.class::isInstance)
          .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer());
    }

    @Override
    public List<Optional<org.deeplearning4j.nn.api.Layer>> outputLayers() {
      return network.getConfiguration().getNetworkOutputs().stream()
          .map(name -> Optional.ofNullable(network.getVertex(name).getLayer()))
          .toList();
    }

    @Override
    public NetworkGraph graph(List<InputType> inputs) {
      return NetworkGraph.of(network, inputs);
    }

    @Override
    public List<LayerReport> report(List<InputType> inputs) {
      return NetworkGraph.report(network, inputs);
    }

    @Override
    public int iteration() {
      return network.getConfiguration().getIterationCount();
    }

    @Override
    public void setIteration(int iteration) {
      network.getConfiguration().setIterationCount(iteration);
    }

    @Override
    public void setScore(double score) {
      network.setScore(score);
    }

    @Override
    public int epoch() {
      return network.getConfiguration().getEpochCount();
    }

    @Override
    public void endEpoch() {
      network.incrementEpochCount();
    }

    @Override
    public Collection<TrainingListener> listeners() {
      return network.getListeners();
    }

    @Override
    public void show(MultiDataSet batch, long millisecondsToFetch) {
      network.setInputs(batch.getFeatures());
      network.setLabels(batch.getLabels());
      network.setLastEtlTime(millisecondsToFetch);
    }

    @Override
    public void showGradient(INDArray values, Predicate<String> shown) {
      network.setGradient(TrainedModel.gradient(values, network, shown));
    }

    @Override
    public void fit(MultiDataSet batch) {
      network.fit(batch);
    }

    @Override
    public INDArray[] output(INDArray... features) {
      return network.output(false, features);
    }
  }
}
