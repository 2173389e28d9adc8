package io.bnzoo.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A small network, drawn by a seed, and a batch for it: a sequence, or a graph whose values are
 * read by one layer, several or an output.
 */
public final class RandomNetwork {
  /** More values make a test slow and find no more. */
  private static final int MOST_VALUES = 1500;

  private static final int BATCH = 5;

  /** A value of the network. */
  private record Value(String name, InputType type) {
    boolean isImage() {
      return type instanceof InputTypeConvolutional;
    }

    long channels() {
      return type instanceof InputTypeConvolutional image
          ? image.getChannels()
          : type.arrayElementsPerExample();
    }
  }

  /** A layer or a vertex. */
  private record Step(
      String name,
      Optional<Layer> layer,
      Optional<GraphVertex> vertex,
      Optional<InputPreProcessor> before,
      List<String> sources) {
    @Override
    public String toString() {
      return name
          + sources
          + before.map(each -> " " + each).orElse("")
          + ": "
          + layer.map(Object::toString).orElseGet(() -> vertex.orElseThrow().toString());
    }
  }

  private enum Target {
    ONE_CLASS,
    BITS,
    SIGNS,
    NUMBERS
  }

  private record Loss(LossFunction function, Activation activation, Target target) {}

  private static final List<Loss> LOSSES =
      List.of(
          new Loss(LossFunction.MCXENT, Activation.SOFTMAX, Target.ONE_CLASS),
          new Loss(LossFunction.NEGATIVELOGLIKELIHOOD, Activation.SOFTMAX, Target.ONE_CLASS),
          new Loss(LossFunction.XENT, Activation.SIGMOID, Target.BITS),
          new Loss(LossFunction.MSE, Activation.IDENTITY, Target.NUMBERS),
          new Loss(LossFunction.MSE, Activation.TANH, Target.NUMBERS),
          new Loss(LossFunction.L1, Activation.IDENTITY, Target.NUMBERS),
          new Loss(LossFunction.MEAN_ABSOLUTE_ERROR, Activation.IDENTITY, Target.NUMBERS),
          new Loss(LossFunction.HINGE, Activation.IDENTITY, Target.SIGNS),
          new Loss(LossFunction.SQUARED_HINGE, Activation.IDENTITY, Target.SIGNS));

  private final Random random;
  private final CNN2DFormat format;
  private final RandomLayers layers;
  private final List<Value> inputs = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<Value> unread = new ArrayList<>();
  private final List<Value> values = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private final List<INDArray> labels = new ArrayList<>();
  private final List<INDArray> masks = new ArrayList<>();
  private final NeuralNetConfiguration.Builder settings;
  private final NeuralNetwork network;
  private boolean regularized = true;

  public RandomNetwork(long seed) {
    random = new Random(seed);
    Nd4j.getRandom().setSeed(seed);
    format = random.nextInt(3) == 0 ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
    layers = new RandomLayers(random, format);
    boolean sequential = random.nextInt(3) == 0;
    settings = settings(seed);
    for (int i = random.nextInt(sequential ? 1 : 3); i >= 0; i--) {
      Value input = new Value("in" + i, inputType());
      inputs.add(input);
      values.add(input);
      unread.add(input);
    }
    if (format == CNN2DFormat.NHWC) { // Nothing else tells how an input's axes are ordered.
      inputs.stream().filter(Value::isImage).forEach(this::convolve);
    }
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      if (sequential) {
        layer(last());
      } else {
        grow();
      }
    }
    List.copyOf(unread).forEach(this::finish);
    network = sequential ? sequence() : graph();
    disturb((Model) network);
  }

  private void convolve(Value images) {
    layer(images, () -> layers.convolution(4));
  }

  private NeuralNetConfiguration.Builder settings(long seed) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .trainingWorkspaceMode(WorkspaceMode.NONE) // An exception would leave them open.
            .inferenceWorkspaceMode(WorkspaceMode.NONE)
            .miniBatch(random.nextInt(6) > 0)
            .updater(
                one(
                    new Sgd(0.05),
                    new Nesterovs(0.05, 0.9),
                    new Adam(0.02, 0.9, 0.999, 0.1),
                    new AMSGrad(0.02, 0.9, 0.9, 0.1),
                    new Nadam(0.02, 0.9, 0.999, 0.1),
                    new RmsProp(0.02, 0.9, 0.1),
                    new AdaGrad(0.02, 0.1),
                    new AdaDelta(0.9, 1e-3)));
    switch (random.nextInt(4)) {
      case 0 -> builder.l2(0.01);
      case 1 -> builder.l1(0.001).weightDecay(0.02);
      default -> regularized = false;
    }
    return builder;
  }

  @SafeVarargs
  private <T> T one(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private InputType inputType() {
    return random.nextInt(4) == 0
        ? InputType.feedForward(2 + random.nextInt(9))
        : InputType.convolutional(
            3 + random.nextInt(9), 3 + random.nextInt(9), 1 + random.nextInt(5), format);
  }

  private Value last() {
    return values.get(values.size() - 1);
  }

  /** Most often behind the last value, so that there are few outputs. */
  private Value source() {
    return random.nextInt(4) > 0 ? last() : one(values.toArray(Value[]::new));
  }

  private void grow() {
    switch (random.nextInt(8)) {
      case 0 -> vertex(source());
      case 1 -> block(source());
      case 2, 3 -> combine();
      default -> layer(source());
    }
  }

  private Value add(
      Optional<Layer> layer,
      Optional<GraphVertex> vertex,
      Optional<InputPreProcessor> before,
      InputType type,
      List<Value> sources) {
    String name = "v" + steps.size();
    steps.add(new Step(name, layer, vertex, before, sources.stream().map(Value::name).toList()));
    Value value = new Value(name, type);
    values.add(value);
    unread.removeAll(sources);
    unread.add(value);
    return value;
  }

  private Value layer(Value source) {
    return layer(source, () -> source.isImage() ? layers.ofImages() : layers.ofVectors());
  }

  /** Draws until there is one that fits. */
  private Value layer(Value source, Supplier<Layer> draw) {
    while (true) {
      Layer layer = draw.get();
      Optional<InputPreProcessor> before = Optional.empty();
      InputType given = source.type();
      if (!source.isImage() && RandomLayers.takesImages(layer)) {
        long side = (long) Math.sqrt((double) source.channels());
        long channels = source.channels() / (side * side);
        if (format == CNN2DFormat.NHWC || side * side * channels != source.channels()) {
          continue;
        }
        before = Optional.of(new FeedForwardToCnnPreProcessor(side, side, channels));
        given = InputType.convolutional(side, side, channels);
      }
      if (layer instanceof ActivationLayer && !unread.contains(source)) {
        continue;
      }
      if (layer instanceof LocalResponseNormalization response
          && response.getAlpha() > 1e-3
          && !inputs.contains(source)) {
        continue; // Deeplearning4j's gradient is wrong by about as much.
      }
      if (regularized
          && (layer instanceof SeparableConvolution2D || layer instanceof DepthwiseConvolution2D)) {
        // Deeplearning4j takes the bias, which is first in memory, for the first of the weights.
        ((ConvolutionLayer) layer).setHasBias(false);
      }
      Optional<InputType> result = RandomLayers.result(layer, given);
      if (result.filter(type -> type.arrayElementsPerExample() <= MOST_VALUES).isPresent()) {
        if (layer instanceof ActivationLayer) {
          values.remove(source); // Deeplearning4j predicts in place; nothing else may read it.
        }
        return add(Optional.of(layer), Optional.empty(), before, result.get(), List.of(source));
      }
    }
  }

  private Value vertex(GraphVertex vertex, Value... sources) {
    InputType type =
        vertex.getOutputType(0, Arrays.stream(sources).map(Value::type).toArray(InputType[]::new));
    return add(Optional.empty(), Optional.of(vertex), Optional.empty(), type, List.of(sources));
  }

  private void vertex(Value source) {
    int from = random.nextInt((int) source.channels());
    int rest = (int) source.channels() - from; // Of images' channels only one is counted right.
    int to = source.isImage() ? from : from + random.nextInt(rest);
    boolean canBeCut = !source.isImage() || format == CNN2DFormat.NCHW;
    switch (random.nextInt(source.isImage() ? 3 : 4)) {
      case 0 -> vertex(new ScaleVertex(0.5 + random.nextDouble()), source);
      case 1 -> vertex(canBeCut ? new SubsetVertex(from, to) : new MergeVertex(), source);
      case 2 ->
          vertex(one(new MergeVertex(), new ElementWiseVertex(ElementWiseVertex.Op.Add)), source);
      default -> vertex(new L2NormalizeVertex(), source);
    }
  }

  /** Branches of one size, and their combination. */
  private void block(Value source) {
    List<Value> branches = new ArrayList<>();
    int count = 2 + random.nextInt(2);
    while (branches.size() < count) {
      Layer drawn = layers.keepingSize(source.channels(), source.isImage());
      branches.add(layer(source, () -> drawn));
    }
    if (random.nextBoolean()) {
      branches.set(0, source);
    }
    combine(branches);
  }

  /** What there is of one size, whichever it is. */
  private void combine() {
    Value first = source();
    List<Value> alike =
        new ArrayList<>(values.stream().filter(value -> canBeMerged(value, first)).toList());
    if (alike.size() < 2) {
      block(first);
      return;
    }
    while (alike.size() > 3) {
      alike.remove(random.nextInt(alike.size()));
    }
    combine(alike);
  }

  private static boolean canBeMerged(Value one, Value other) {
    if (one.type() instanceof InputTypeConvolutional first
        && other.type() instanceof InputTypeConvolutional second) {
      return first.getHeight() == second.getHeight() && first.getWidth() == second.getWidth();
    }
    return !one.isImage() && !other.isImage();
  }

  private void combine(List<Value> branches) {
    Value[] sources = branches.toArray(Value[]::new);
    boolean alike = branches.stream().map(Value::channels).distinct().count() == 1;
    if (!alike || random.nextInt(3) == 0) {
      vertex(new MergeVertex(), sources);
      return;
    }
    ElementWiseVertex.Op kind = one(ElementWiseVertex.Op.values());
    vertex(
        new ElementWiseVertex(kind),
        kind == ElementWiseVertex.Op.Subtract ? Arrays.copyOf(sources, 2) : sources);
  }

  /** Adds an output, and labels for it. */
  private void finish(Value value) {
    Loss loss = one(LOSSES.toArray(Loss[]::new));
    boolean learns =
        steps.stream().anyMatch(step -> step.layer().orElse(null) instanceof FeedForwardLayer);
    boolean canBeLast = learns && (loss.target() != Target.ONE_CLASS || value.channels() > 1);
    if (value.isImage() && canBeLast && random.nextBoolean() && format == CNN2DFormat.NCHW) {
      output(
          value,
          loss,
          value.type(),
          new CnnLossLayer.Builder(loss.function())
              .format(format)
              .activation(loss.activation())
              .build());
    } else if (!value.isImage()
        && canBeLast
        && (loss.activation() == Activation.SOFTMAX || loss.activation() == Activation.IDENTITY)
        && random.nextInt(3) == 0) {
      output(
          value,
          loss,
          value.type(),
          new LossLayer.Builder(loss.function()).activation(loss.activation()).build());
    } else {
      int classes = 2 + random.nextInt(4);
      output(
          value,
          loss,
          InputType.feedForward(classes),
          new OutputLayer.Builder(loss.function())
              .nOut(classes)
              .hasBias(random.nextInt(4) > 0)
              .activation(loss.activation())
              .build());
    }
  }

  private void output(Value value, Loss loss, InputType type, Layer layer) {
    Value output =
        add(Optional.of(layer), Optional.empty(), Optional.empty(), type, List.of(value));
    outputs.add(output.name());
    long[] shape = type.getShape(true);
    shape[0] = BATCH;
    labels.add(labels(loss.target(), shape));
    boolean masked = random.nextInt(4) == 0;
    masks.add(masked ? mask(shape) : null);
  }

  /** A mask of examples, or of pixels. */
  private INDArray mask(long[] shape) {
    boolean ofPixels = shape.length == 4 && random.nextBoolean();
    INDArray mask =
        Nd4j.rand(
            DataType.FLOAT,
            ofPixels ? new long[] {BATCH, 1, shape[2], shape[3]} : new long[] {BATCH, 1});
    mask = mask.gt(0.4).castTo(DataType.FLOAT);
    return mask.putScalar(0, 1);
  }

  private INDArray labels(Target target, long[] shape) {
    INDArray numbers = Nd4j.randn(DataType.FLOAT, shape);
    return switch (target) {
      case NUMBERS -> numbers;
      case BITS -> numbers.gt(0).castTo(DataType.FLOAT);
      case SIGNS -> numbers.gt(0).castTo(DataType.FLOAT).muli(2).subi(1);
      case ONE_CLASS -> {
        INDArray largest = numbers.max(true, 1);
        yield numbers.sub(largest.broadcast(shape)).gte(0).castTo(DataType.FLOAT);
      }
    };
  }

  private NeuralNetwork sequence() {
    NeuralNetConfiguration.ListBuilder list = settings.list();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      list.layer(i, step.layer().orElseThrow());
      if (step.before().isPresent()) {
        list.inputPreProcessor(i, step.before().get());
      }
    }
    MultiLayerNetwork made = new MultiLayerNetwork(list.setInputType(inputs.get(0).type()).build());
    made.init();
    return made;
  }

  private NeuralNetwork graph() {
    GraphBuilder graph = settings.graphBuilder();
    graph.addInputs(inputs.stream().map(Value::name).toList());
    for (Step step : steps) {
      String[] sources = step.sources().toArray(String[]::new);
      if (step.layer().isPresent()) {
        graph.addLayer(step.name(), step.layer().get(), step.before().orElse(null), sources);
      } else {
        graph.addVertex(step.name(), step.vertex().orElseThrow(), sources);
      }
    }
    graph.setOutputs(outputs.toArray(String[]::new));
    graph.setInputTypes(inputs.stream().map(Value::type).toArray(InputType[]::new));
    ComputationGraph made = new ComputationGraph(graph.build());
    made.init();
    return made;
  }

  /** No bias is 0, no scale 1, and running statistics are as if there had been some batches. */
  public static void disturb(Model network) {
    network
        .paramTable()
        .forEach(
            (name, array) -> {
              array.addi(Nd4j.rand(DataType.FLOAT, array.shape()).subi(0.5).muli(0.2));
            });
  }

  public NeuralNetwork network() {
    return network;
  }

  INDArray[] features() {
    Nd4j.getRandom().setSeed(1);
    return inputs.stream()
        .map(
            input -> {
              long[] shape = input.type().getShape(true);
              shape[0] = BATCH;
              return Nd4j.rand(DataType.FLOAT, shape);
            })
        .toArray(INDArray[]::new);
  }

  MultiDataSet batch() {
    return new MultiDataSet(
        features(),
        labels.toArray(INDArray[]::new),
        null,
        masks.stream().allMatch(mask -> mask == null) ? null : masks.toArray(INDArray[]::new));
  }

  public InputType[] inputTypes() {
    return inputs.stream().map(Value::type).toArray(InputType[]::new);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(network.getClass().getSimpleName()).append(' ').append(inputs).append('\n');
    steps.forEach(step -> text.append(step).append('\n'));
    IntStream.range(0, outputs.size())
        .filter(i -> masks.get(i) != null)
        .forEach(i -> text.append(outputs.get(i)).append(" has a mask ").append(masks.get(i)));
    return text.toString();
  }
}
