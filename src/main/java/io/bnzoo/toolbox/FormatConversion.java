package io.bnzoo.toolbox;

import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.samediff.ChannelwiseLayer;
import io.bnzoo.toolbox.ModelDraft.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gives all layers of a model one axis order of images.
 *
 * <p>Deeplearning4j keeps the weights of convolutions in one order whatever that of the images is;
 * only the rows of a dense layer after a flattening follow it.
 */
final class FormatConversion {
  /** That work on images alone. */
  private static final Set<Class<?>> OF_IMAGES =
      Set.of(
          ConvolutionLayer.class,
          Convolution2D.class,
          DepthwiseConvolution2D.class,
          SeparableConvolution2D.class,
          SubsamplingLayer.class,
          ZeroPaddingLayer.class,
          Cropping2D.class,
          Upsampling2D.class,
          SpaceToDepthLayer.class,
          LocalResponseNormalization.class,
          GlobalPoolingLayer.class);

  /** The same, and known in one axis order only. */
  private static final Set<Class<?>> OF_ONE_ORDER =
      Set.of(CnnLossLayer.class, Deconvolution2D.class, Yolo2OutputLayer.class);

  private static final Set<Class<?>> OF_VECTORS =
      Set.of(DenseLayer.class, OutputLayer.class, LossLayer.class);

  private static final Set<Class<?>> OF_EACH_VALUE =
      Set.of(ElementWiseVertex.class, ScaleVertex.class, ShiftVertex.class);

  private final ModelDraft draft;
  private final CNN2DFormat format;

  /** Whether what a node computes, or an input of the model, is images. */
  private final Map<String, Boolean> images = new HashMap<>();

  FormatConversion(ModelDraft draft, CNN2DFormat format) {
    this.draft = draft;
    this.format = format;
  }

  /**
   * Converts all nodes.
   *
   * @throws IllegalArgumentException if one of them knows one order only
   */
  void convert() {
    boolean any = false;
    for (Node node : draft.nodes()) {
      boolean given = node.inputs().stream().anyMatch(this::isImages);
      any |= given;
      if (node.layer().isPresent()) {
        images.put(node.key(), convert(node, node.layer().get(), given));
      } else {
        convert(node, node.vertex(), given);
        images.put(node.key(), given);
      }
      require(!draft.isOutput(node) || !images.get(node.key()), node, "gives images, not vectors");
    }
    if (!any) {
      throw new IllegalArgumentException("the model takes no images");
    }
  }

  /** Of an input of the model, by what reads it. */
  private boolean isImages(String key) {
    return images.computeIfAbsent(
        key,
        input ->
            draft.nodes().stream()
                .filter(node -> node.inputs().contains(input))
                .anyMatch(this::takesImages));
  }

  private boolean takesImages(Node node) {
    if (node.preprocessor().isPresent()) {
      // Flat ones are images, too, once nothing has to unflatten them.
      return true;
    }
    Optional<Class<?>> kind = node.layer().map(Layer::getClass);
    if (kind.isPresent()) {
      if (OF_IMAGES.contains(kind.get()) || OF_ONE_ORDER.contains(kind.get())) {
        return true;
      }
      if (OF_VECTORS.contains(kind.get())) {
        return false;
      }
    }
    return draft.readers(node).stream().anyMatch(this::takesImages);
  }

  private void convert(Node node, GraphVertex vertex, boolean given) {
    if (vertex instanceof MergeVertex merging) {
      if (given) {
        merging.setMergeAxis(format == CNN2DFormat.NCHW ? 1 : 3);
      }
      return;
    }
    boolean indifferent =
        OF_EACH_VALUE.contains(vertex.getClass()) || (vertex instanceof SubsetVertex && !given);
    require(indifferent || !given, node, "is a " + vertex.getClass().getSimpleName());
  }

  /** Returns whether it gives images. */
  private boolean convert(Node node, Layer layer, boolean given) {
    boolean taken = convert(node, given);
    if (!taken) {
      return OF_IMAGES.contains(layer.getClass());
    }
    require(
        !(layer instanceof ActivationLayer alone
                && alone.getActivationFn() instanceof ActivationSoftmax)
            && !(layer instanceof ConvolutionLayer own
                && own.getActivationFn() instanceof ActivationSoftmax),
        node,
        "applies softmax along the last axis, whichever it is");
    setFormat(node, layer);
    return !(layer instanceof GlobalPoolingLayer);
  }

  /** Converts what is done before a layer; returns whether the layer is given images. */
  private boolean convert(Node node, boolean given) {
    Optional<InputPreProcessor> step = node.preprocessor();
    if (step.isEmpty()) {
      return given;
    }
    require(
        !(step.get() instanceof ImageToSequence),
        node,
        "is shown images step by step, whose places are those of one order");
    if (step.get() instanceof FeedForwardToCnnPreProcessor && draft.takesInput(node)) {
      node.setPreprocessor(Optional.empty());
      return true;
    }
    require(
        step.get() instanceof CnnToFeedForwardPreProcessor
            && OF_VECTORS.contains(node.layer().orElseThrow().getClass())
            && node.parameters().containsKey(DefaultParamInitializer.WEIGHT_KEY),
        node,
        "has a " + step.get().getClass().getSimpleName());
    CnnToFeedForwardPreProcessor old = (CnnToFeedForwardPreProcessor) step.get();
    if (old.getFormat() != format) {
      node.parameters()
          .computeIfPresent(
              DefaultParamInitializer.WEIGHT_KEY, (name, weights) -> reordered(weights, old));
      node.setPreprocessor(
          Optional.of(
              new CnnToFeedForwardPreProcessor(
                  old.getInputHeight(), old.getInputWidth(), old.getNumChannels(), format)));
    }
    return false;
  }

  private static INDArray reordered(INDArray weights, CnnToFeedForwardPreProcessor from) {
    long height = from.getInputHeight();
    long width = from.getInputWidth();
    long channels = from.getNumChannels();
    long outputs = weights.size(1);
    INDArray rows = weights.dup('c');
    INDArray other =
        from.getFormat() == CNN2DFormat.NCHW
            ? rows.reshape('c', channels, height, width, outputs).permute(1, 2, 0, 3)
            : rows.reshape('c', height, width, channels, outputs).permute(2, 0, 1, 3);
    return other.dup('c').reshape('c', weights.shape());
  }

  private void setFormat(Node node, Layer layer) {
    if (layer instanceof ChannelwiseLayer own) {
      own.setNIn(InputType.convolutional(1, 1, own.features(), format), true);
    } else if (layer instanceof BatchNormalization stock) {
      stock.setCnn2DFormat(format);
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      pooling.setPoolingDimensions(
          format == CNN2DFormat.NCHW ? new int[] {2, 3} : new int[] {1, 2});
    } else if (!(layer instanceof ActivationLayer || layer instanceof DropoutLayer)) {
      require(
          OF_IMAGES.contains(layer.getClass()), node, "is a " + layer.getClass().getSimpleName());
      setFormat(layer);
    }
  }

  private void setFormat(Layer layer) {
    if (layer instanceof ConvolutionLayer convolution) {
      convolution.setCnn2dDataFormat(format);
    } else if (layer instanceof SubsamplingLayer pooling) {
      pooling.setCnn2dDataFormat(format);
    } else if (layer instanceof ZeroPaddingLayer padding) {
      padding.setDataFormat(format);
    } else if (layer instanceof Cropping2D cropping) {
      cropping.setDataFormat(format);
    } else if (layer instanceof Upsampling2D upsampling) {
      upsampling.setFormat(format);
    } else if (layer instanceof SpaceToDepthLayer space) {
      space.setDataFormat(format);
    } else {
      ((LocalResponseNormalization) layer).setDataFormat(format);
    }
  }

  private void require(boolean condition, Node node, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(
          node.name() + " cannot be converted to " + format + ": it " + otherwise);
    }
  }
}
