package io.bnzoo.onnx;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.LayerReport;
import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.data.ImageShape;
import io.bnzoo.files.AtomicFile;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.WrappedLayers;
import io.bnzoo.limits.RunningVariances;
import io.bnzoo.onednn.OneDnn;
import io.bnzoo.onnx.ExportedModel.Tensor;
import io.bnzoo.storage.Json;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.StoredNormalizer;
import io.bnzoo.storage.Versions;
import io.bnzoo.toolbox.FoldedModel;
import io.bnzoo.toolbox.Folding;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes a model as ONNX.
 *
 * <p>What is written predicts as the model does: batch normalizations go by their running
 * statistics and stay nodes of their own, each with its layer's name, and outputs come after the
 * last layer's activation. Inputs and outputs have Deeplearning4j's order of axes, with any number
 * of examples. A normalizer that the model was saved with is a part of it, so that pixels are given
 * as they were to the normalizer.
 */
public final class OnnxExport {

  /** ONNX 1.10, of 2021: what has been released since reads it. */
  private static final long OPSET = 15;

  private static final long IR_VERSION = 8;

  /** Protocol Buffers have lengths of 31 bits; some is left for what is not parameters. */
  private static final long MOST_PARAMETERS = (Integer.MAX_VALUE - (64L << 20)) / Float.BYTES;

  private static final String BATCH = "batch";

  private final StoredModel stored;
  private final Model model;
  private final Optional<StoredNormalizer> normalizer;
  private final List<InputType> inputTypes;
  private final NodeList nodes = new NodeList();
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("network");

  /** What is written in the stored model's place, if its layers are folded. */
  private final Optional<FoldedFrom> foldedFrom;

  /**
   * A folded model.
   *
   * @param source what names the one that it was made of
   */
  private record FoldedFrom(FoldedModel made, String source) {}

  private OnnxExport(
      StoredModel stored, Optional<FoldedFrom> foldedFrom, List<InputType> inputTypes) {
    this.stored = stored;
    this.foldedFrom = foldedFrom;
    this.model = foldedFrom.map(folded -> folded.made().model()).orElse(stored.model());
    this.normalizer = stored.normalizer();
    this.inputTypes = List.copyOf(inputTypes);
  }

  /**
   * Writes a model with one input, whole or not at all.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}
   * @param input what it is given, as {@code NetworkInput.types} tells
   * @throws IllegalArgumentException if a part of it cannot be written, which the message names
   */
  public static ExportedModel write(Model model, InputType input, Path file) throws IOException {
    StoredModel nothingMore =
        new StoredModel(model, Optional.empty(), Optional.empty(), Optional.empty());
    return write(nothingMore, List.of(input), file);
  }

  /**
   * Writes what a file held, its manifest as metadata and its normalizer as the first nodes.
   *
   * @param inputs what it is given, in the order of its inputs
   * @throws IllegalArgumentException if a part of it cannot be written, which the message names
   */
  public static ExportedModel write(StoredModel stored, List<InputType> inputs, Path file)
      throws IOException {
    return new OnnxExport(stored, Optional.empty(), inputs).write(file);
  }

  /**
   * Folds what a file held as far as that is exact, and writes it. The metadata says what was
   * folded into what; the file's manifest is there as that of the model that it was made of.
   *
   * @param source what names that model, such as its file and its checksum
   * @param inputs what it is given, in the order of its inputs
   * @throws IllegalArgumentException if a part of it cannot be written, which the message names
   */
  public static ExportedModel writeFolded(
      StoredModel stored, String source, List<InputType> inputs, Path file) throws IOException {
    Optional<FoldedFrom> folded =
        Optional.of(Folding.of(stored.model()))
            .filter(made -> !made.folded().isEmpty())
            .map(made -> new FoldedFrom(made, source));
    return new OnnxExport(stored, folded, inputs).write(file);
  }

  private ExportedModel write(Path file) throws IOException {
    NativeBackend.enableOneDnn();
    NetworkGraph network = read();
    try {
      List<Tensor> taken = addNetwork(network);
      ModelProto written = model();
      AtomicFile.write(file, written::writeTo);
      return new ExportedModel(
          taken.subList(0, inputTypes.size()),
          taken.subList(inputTypes.size(), taken.size()),
          written.getGraph().getNodeCount(),
          nodes.count("BatchNormalization"),
          normalizer.map(StoredNormalizer::description),
          OPSET,
          Files.size(file));
    } catch (UnsupportedNetworkException e) {
      throw refusal(e.reason(), e);
    } finally {
      Reference.reachabilityFence(model); // Whose memory is written.
    }
  }

  private static IllegalArgumentException refusal(String reason, Throwable cause) {
    return new IllegalArgumentException("it cannot be written as ONNX: " + reason, cause);
  }

  /**
   * The network as operations.
   *
   * @throws IllegalArgumentException naming the layer that is no operation here
   */
  private NetworkGraph read() {
    Optional<String> obstacle = OneDnn.obstacle();
    if (obstacle.isPresent()) {
      throw refusal(obstacle.get(), null);
    }
    long count = model.numParams();
    if (count == 0 || count > MOST_PARAMETERS) {
      throw refusal(
          count == 0 ? "it has no parameters" : "it would be larger than ONNX's 2 GB", null);
    }
    for (Layer layer : RunningVariances.layers(model)) {
      if (WrappedLayers.innermost(layer.conf().getLayer()) instanceof BaseRecurrentLayer kind) {
        throw refusal(
            RunningVariances.name(layer)
                + " is recurrent, and there are no nodes for "
                + kind.getClass().getSimpleName()
                + (kind instanceof BatchNormLstm
                    ? ", whose statistics differ from step to step"
                    : ""),
            null);
      }
    }
    try {
      NetworkGraph read =
          model instanceof ComputationGraph several
              ? NetworkGraph.of(several, inputTypes)
              : NetworkGraph.of((MultiLayerNetwork) model, inputTypes.get(0));
      return read.unfused();
    } catch (UnsupportedNetworkException e) {
      throw refusal(withLayer(e.reason()), e);
    }
  }

  /** With the name of the layer in question, where the reason has none. */
  private String withLayer(String reason) {
    List<LayerReport> layers =
        model instanceof ComputationGraph several
            ? NetworkGraph.report(several, inputTypes)
            : NetworkGraph.report((MultiLayerNetwork) model, inputTypes.get(0));
    return layers.stream()
        .filter(layer -> layer.obstacle().filter(reason::equals).isPresent())
        .map(LayerReport::name)
        .filter(name -> !reason.contains(name))
        .map(name -> reason + ", at " + name)
        .findFirst()
        .orElse(reason);
  }

  /** Adds all nodes, inputs and outputs; gives the inputs and, behind them, the outputs. */
  private List<Tensor> addNetwork(NetworkGraph network) {
    List<Tensor> tensors = new ArrayList<>();
    List<String> values = new ArrayList<>();
    List<Boolean> isImages = new ArrayList<>();
    for (int i = 0; i < inputTypes.size(); i++) {
      Optional<CNN2DFormat> images = images(inputTypes.get(i));
      Tensor input =
          new Tensor(nodes.valueName(inputNames().get(i)), shape(network.size(i), images));
      tensors.add(input);
      isImages.add(images.isPresent());
      values.add(normalized(input.name(), channelsFirst(input.name(), images), inputTypes.get(i)));
      graph.addInput(info(input));
    }
    values = new OperationNodes(nodes, model.params()).add(network, values, isImages);
    for (int i = 0; i < network.outputs().size(); i++) {
      Tensor output = addOutput(network, i, values);
      tensors.add(output);
      graph.addOutput(info(output));
    }
    return tensors;
  }

  private static Optional<CNN2DFormat> images(InputType type) {
    return type instanceof InputTypeConvolutional images
        ? Optional.of(images.getFormat())
        : Optional.empty();
  }

  private String channelsFirst(String input, Optional<CNN2DFormat> images) {
    return images.filter(CNN2DFormat.NHWC::equals).isEmpty()
        ? input
        : nodes.add(
            input + "/Transpose", "Transpose", List.of(input), Attribute.list("perm", 0, 3, 1, 2));
  }

  /** Adds what the normalizer does, if there is one. */
  private String normalized(String input, String value, InputType type) {
    if (normalizer.isEmpty()) {
      return value;
    }
    if (inputTypes.size() > 1) {
      throw refusal("it has a normalizer and several inputs", null);
    }
    StoredNormalizer.PixelScaling scaling;
    long[] size;
    if (type instanceof InputTypeConvolutional images) {
      scaling =
          normalizer
              .get()
              .scaling(
                  ImageShape.withChannels((int) images.getChannels())
                      .height((int) images.getHeight())
                      .width((int) images.getWidth()));
      size = new long[] {1, images.getChannels(), images.getHeight(), images.getWidth()};
    } else {
      long count = type.arrayElementsPerExample();
      scaling = normalizer.get().scaling(ImageShape.withChannels(1).height(1).width((int) count));
      size = new long[] {1, count};
    }
    String factors = nodes.constant(input + ".factors", floats(scaling.factors()), size);
    String offsets = nodes.constant(input + ".offsets", floats(scaling.offsets()), size);
    String scaled = nodes.add("normalizer/Mul", "Mul", List.of(value, factors));
    return nodes.add("normalizer", "Add", List.of(scaled, offsets));
  }

  private static float[] floats(INDArray values) {
    return values.dup('c').data().asFloat();
  }

  /** Adds what comes after an output's values, and names it after the layer. */
  private Tensor addOutput(NetworkGraph network, int index, List<String> values) {
    NetworkGraph.Output output = network.outputs().get(index);
    String layer = outputNames().get(index);
    MapSize size = network.size(output.value());
    LayerNodes at =
        new LayerNodes(
            nodes,
            layer,
            layer + "/Activation",
            List.of(values.get(output.value())),
            output.images().isPresent());
    String value = OutputNodes.add(outputLayers().get(index), size, at);
    if (output.images().filter(CNN2DFormat.NHWC::equals).isPresent()) {
      value = at.step("Transpose", List.of(value), Attribute.list("perm", 0, 2, 3, 1));
    }
    boolean isTaken = graph.getInputList().stream().anyMatch(named(value));
    if (isTaken || graph.getOutputList().stream().anyMatch(named(value))) {
      value = at.step("Identity", List.of(value));
    }
    String name = nodes.valueName(layer);
    nodes.rename(value, name);
    String renamed = value;
    values.replaceAll(each -> each.equals(renamed) ? name : each);
    return new Tensor(name, shape(size, output.images()));
  }

  private static Predicate<ValueInfoProto> named(String name) {
    return value -> value.getName().equals(name);
  }

  private List<String> inputNames() {
    return model instanceof ComputationGraph several
        ? several.getConfiguration().getNetworkInputs()
        : List.of("input");
  }

  private List<String> outputNames() {
    if (model instanceof ComputationGraph several) {
      return several.getConfiguration().getNetworkOutputs();
    }
    MultiLayerNetwork sequence = (MultiLayerNetwork) model;
    String last = sequence.getLayer(sequence.getnLayers() - 1).conf().getLayer().getLayerName();
    return List.of(last == null ? "output" : last);
  }

  private List<Optional<Layer>> outputLayers() {
    if (model instanceof ComputationGraph several) {
      return outputNames().stream()
          .map(name -> Optional.ofNullable(several.getVertex(name).getLayer()))
          .toList();
    }
    MultiLayerNetwork sequence = (MultiLayerNetwork) model;
    return List.of(Optional.of(sequence.getLayer(sequence.getnLayers() - 1)));
  }

  /** Of one example, in Deeplearning4j's order. */
  private static List<Long> shape(MapSize size, Optional<CNN2DFormat> images) {
    if (images.isEmpty()) {
      return List.of(size.values());
    }
    return images.get() == CNN2DFormat.NCHW
        ? List.of(size.channels(), size.height(), size.width())
        : List.of(size.height(), size.width(), size.channels());
  }

  private static ValueInfoProto info(Tensor tensor) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH));
    tensor
        .shape()
        .forEach(axis -> shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(axis)));
    return ValueInfoProto.newBuilder()
        .setName(tensor.name())
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }

  private ModelProto model() {
    nodes.addTo(graph);
    ModelProto.Builder written =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setProducerName("bnzoo")
            .setProducerVersion(Versions.bnzoo())
            .setDocString(
                "A network of Deeplearning4j's, for inference: its batch normalizations "
                    + (foldedFrom.isPresent() ? "are folded into other layers, or " : "")
                    + "go by their running statistics.")
            .setGraph(graph);
    facts()
        .forEach(
            (key, value) ->
                written.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return written.build();
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("deeplearning4j", Versions.deeplearning4j());
    facts.put("batch_norm_statistics", "running");
    facts.put("batch_norm_nodes", Long.toString(nodes.count("BatchNormalization")));
    normalizer.ifPresent(
        known -> {
          facts.put("normalizer", known.description());
          facts.put("pixels", "0 to " + known.pixels().white());
        });
    String origin = foldedFrom.isPresent() ? "folded_from_bnzoo.json" : "bnzoo.json";
    stored.manifest().ifPresent(manifest -> facts.put(origin, Json.compact(manifest)));
    foldedFrom.ifPresent(
        known -> {
          facts.put("folded_from", known.source());
          facts.put("folded", Json.compact(known.made().folded()));
        });
    return facts;
  }
}
