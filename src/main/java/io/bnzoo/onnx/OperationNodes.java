package io.bnzoo.onnx;

import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.compiler.Operation;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.compiler.Operation.Region;
import io.bnzoo.compiler.Operation.ScaleAndShift;
import io.bnzoo.compiler.Parameter;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import onnx.Onnx.AttributeProto;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network's operations as nodes, each kind by its own method. */
final class OperationNodes {

  /** Adds the nodes of an operation and gives the name of its result. */
  private interface Writer<O> {
    String add(O operation, LayerNodes at);
  }

  private final Map<Class<?>, Writer<Operation>> writers = new HashMap<>();
  private final NodeList nodes;
  private final INDArray parameters;

  /**
   * A writer of operations.
   *
   * @param parameters the network's, all in one vector
   */
  OperationNodes(NodeList nodes, INDArray parameters) {
    this.nodes = nodes;
    this.parameters = parameters;
    put(Operation.ConvolutionOp.class, this::convolution);
    put(Operation.PixelConvolutionOp.class, this::pixelConvolution);
    put(Operation.DenseOp.class, this::dense);
    put(Operation.NormalizationOp.class, this::normalization);
    put(Operation.PoolingOp.class, PoolingNodes::add);
    put(Operation.NormPoolingOp.class, (norm, at) -> PoolingNodes.norm(norm.mean(), at));
    put(Operation.DropoutOp.class, (dropout, at) -> at.source());
    put(
        Operation.ActivationOp.class,
        (activation, at) -> ActivationNodes.add(activation.function(), at));
    put(Operation.HardSigmoidOp.class, (function, at) -> ActivationNodes.hardSigmoid(at));
    put(Operation.SoftmaxOp.class, (function, at) -> ActivationNodes.softmax(at));
    put(Operation.FlatteningOp.class, OperationNodes::flattening);
    put(Operation.UnflatteningOp.class, this::unflattening);
    put(Operation.PaddingOp.class, this::padding);
    put(Operation.CroppingOp.class, this::cropping);
    put(Operation.UpsamplingOp.class, this::upsampling);
    put(
        Operation.SpaceToDepthOp.class,
        (blocks, at) -> at.last("SpaceToDepth", Attribute.of("blocksize", blocks.block())));
    put(Operation.LocalResponseOp.class, OperationNodes::localResponse);
    put(Operation.UnitNormOp.class, this::unitNorm);
    put(Operation.MergeOp.class, (merge, at) -> at.last("Concat", Attribute.of("axis", 1L)));
    put(Operation.SumOp.class, this::sum);
    put(Operation.ProductOp.class, OperationNodes::product);
    put(Operation.MaximumOp.class, (maximum, at) -> at.last("Max"));
  }

  private <O extends Operation> void put(Class<O> type, Writer<O> writer) {
    writers.put(type, (operation, at) -> writer.add(type.cast(operation), at));
  }

  /** Whether a kind of operations can be written. */
  boolean knows(Class<?> operation) {
    return writers.containsKey(operation);
  }

  /**
   * Adds a whole network.
   *
   * @param inputs the names of its inputs, images as [N,C,H,W]
   * @param isImages which of them are images
   * @return the names of all its values
   */
  List<String> add(NetworkGraph graph, List<String> inputs, List<Boolean> isImages) {
    List<String> names = new ArrayList<>(inputs);
    List<Boolean> images = new ArrayList<>(isImages);
    int[] main = mainNodes(graph);
    for (int i = 0; i < graph.nodes().size(); i++) {
      NetworkGraph.Node node = graph.nodes().get(i);
      Operation operation = node.operation();
      String layer = node.layers().get(0);
      boolean isImage = images.get(node.sources().get(0));
      LayerNodes at =
          new LayerNodes(
              nodes,
              layer,
              main[i] == i ? layer : layer + "/" + name(operation),
              node.sources().stream().map(names::get).toList(),
              isImage);
      names.add(writers.get(operation.getClass()).add(operation, at));
      images.add(
          operation instanceof Operation.UnflatteningOp
              || (isImage && !(operation instanceof Operation.FlatteningOp)));
    }
    return names;
  }

  /** What an operation is called that a layer does besides its main one: "Activation". */
  private static String name(Operation operation) {
    return operation.getClass().getSimpleName().replaceAll("Op$", "");
  }

  /** For each node, the one that has its layer's name: the first with parameters, else the last. */
  private static int[] mainNodes(NetworkGraph graph) {
    Map<String, Integer> main = new HashMap<>();
    List<NetworkGraph.Node> all = graph.nodes();
    for (int i = 0; i < all.size(); i++) {
      String layer = all.get(i).layers().get(0);
      Optional<Integer> before = Optional.ofNullable(main.get(layer));
      if (before.filter(index -> !all.get(index).operation().parameters().isEmpty()).isEmpty()) {
        main.put(layer, i);
      }
    }
    return all.stream().mapToInt(node -> main.get(node.layers().get(0))).toArray();
  }

  private String constant(LayerNodes at, String key, Parameter parameter, long... size) {
    return nodes.constant(at.key(key), parameter.values(parameters), size);
  }

  private String constant(LayerNodes at, String key, float[] values) {
    return nodes.constant(at.key(key), values, values.length);
  }

  /** The source, the weights and, if there is one, the bias. */
  private List<String> inputs(Operation.LinearOp linear, LayerNodes at, long... weights) {
    List<String> inputs = new ArrayList<>();
    inputs.add(at.source());
    inputs.add(constant(at, "W", linear.weights(), weights));
    linear.bias().ifPresent(bias -> inputs.add(constant(at, "b", bias, bias.length())));
    return inputs;
  }

  private String convolution(Operation.ConvolutionOp convolution, LayerNodes at) {
    long[] size = convolution.weights().layout().size();
    long groups = size.length == 5 ? size[0] : 1;
    long[] weights =
        size.length == 5 ? new long[] {size[0] * size[1], size[2], size[3], size[4]} : size;
    AttributeProto[] attributes =
        PoolingNodes.convolution(convolution.window(), groups, weights[2], weights[3]);
    return at.last("Conv", inputs(convolution, at, weights), attributes);
  }

  private String pixelConvolution(Operation.PixelConvolutionOp convolution, LayerNodes at) {
    long[] size = convolution.weights().layout().size();
    return at.last("Conv", inputs(convolution, at, size[0], size[1], 1, 1));
  }

  private String dense(Operation.DenseOp dense, LayerNodes at) {
    return at.last(
        "Gemm", inputs(dense, at, dense.weights().layout().size()), Attribute.of("transB", 1L));
  }

  private String normalization(Operation.NormalizationOp normalization, LayerNodes at) {
    int features = Math.toIntExact(normalization.mean().length());
    float[] gamma = new float[features];
    float[] beta = new float[features];
    ScaleAndShift scaleAndShift = normalization.scaleAndShift();
    Arrays.fill(gamma, (float) scaleAndShift.gamma());
    Arrays.fill(beta, (float) scaleAndShift.beta());
    scaleAndShift.learned().ifPresent(learned -> floats(learned).get(gamma).get(beta));
    normalization
        .bias()
        .ifPresent(
            bias -> {
              FloatBuffer added = floats(bias);
              for (int i = 0; i < features; i++) {
                beta[i] += added.get();
              }
            });
    return at.last(
        "BatchNormalization",
        List.of(
            at.source(),
            constant(at, "gamma", gamma),
            constant(at, "beta", beta),
            constant(at, "mean", normalization.mean(), features),
            variance(normalization, at)),
        Attribute.of("epsilon", normalization.epsilon()));
  }

  private String variance(Operation.NormalizationOp normalization, LayerNodes at) {
    Parameter stored = normalization.variance();
    if (!normalization.keepsLogarithm()) {
      return constant(at, "var", stored, stored.length());
    }
    FloatBuffer logarithms = floats(stored);
    float[] variances = new float[logarithms.remaining()];
    for (int i = 0; i < variances.length; i++) {
      variances[i] = (float) Math.pow(10, 2.0 * logarithms.get(i));
    }
    return constant(at, "var", variances);
  }

  private FloatBuffer floats(Parameter parameter) {
    ByteBuffer bytes = parameter.values(parameters);
    return bytes.asFloatBuffer();
  }

  private static String flattening(Operation.FlatteningOp flattening, LayerNodes at) {
    LayerNodes ordered =
        flattening.channelsLast()
            ? at.on(at.step("Transpose", at.sources(), Attribute.list("perm", 0, 2, 3, 1)))
            : at;
    return ordered.last("Flatten", Attribute.of("axis", 1L));
  }

  private String unflattening(Operation.UnflatteningOp unflattening, LayerNodes at) {
    MapSize images = unflattening.images();
    String shape =
        nodes.integers(at.key("shape"), 0, images.channels(), images.height(), images.width());
    return at.last("Reshape", shape);
  }

  private String padding(Operation.PaddingOp padding, LayerNodes at) {
    Region region = padding.region();
    MapSize whole = region.whole();
    MapSize part = region.part();
    String pads =
        nodes.integers(
            at.key("pads"),
            0,
            region.channel(),
            region.row(),
            region.column(),
            0,
            whole.channels() - part.channels() - region.channel(),
            whole.height() - part.height() - region.row(),
            whole.width() - part.width() - region.column());
    return at.last("Pad", pads);
  }

  private String cropping(Operation.CroppingOp cropping, LayerNodes at) {
    Region region = cropping.region();
    long[] starts = {region.channel(), region.row(), region.column()};
    MapSize part = region.part();
    long[] lengths = {part.channels(), part.height(), part.width()};
    int axes = at.isImages() ? starts.length : 1;
    long[] from = Arrays.copyOf(starts, axes);
    long[] to = new long[axes];
    long[] axis = new long[axes];
    for (int i = 0; i < axes; i++) {
      to[i] = starts[i] + lengths[i];
      axis[i] = i + 1L;
    }
    return at.last(
        "Slice",
        List.of(
            at.source(),
            nodes.integers(at.key("starts"), from),
            nodes.integers(at.key("ends"), to),
            nodes.integers(at.key("axes"), axis)));
  }

  private String upsampling(Operation.UpsamplingOp upsampling, LayerNodes at) {
    MapSize input = upsampling.input();
    MapSize output = upsampling.output();
    float[] times = {
      1, 1, (float) output.height() / input.height(), (float) output.width() / input.width()
    };
    return at.last(
        "Resize",
        List.of(at.source(), "", constant(at, "scales", times)), // No region of interest.
        Attribute.of("mode", "nearest"),
        Attribute.of("coordinate_transformation_mode", "asymmetric"),
        Attribute.of("nearest_mode", "floor"));
  }

  /** ONNX divides alpha by how many channels there are around one. */
  private static String localResponse(Operation.LocalResponseOp local, LayerNodes at) {
    long size = 2L * local.response().reach() + 1;
    return at.last(
        "LRN",
        Attribute.of("size", size),
        Attribute.of("alpha", local.response().alpha() * size),
        Attribute.of("beta", local.response().beta()),
        Attribute.of("bias", local.response().k()));
  }

  private String unitNorm(Operation.UnitNormOp unitNorm, LayerNodes at) {
    String norms =
        at.step("ReduceL2", at.sources(), Attribute.list("axes", 1), Attribute.of("keepdims", 1L));
    String least = nodes.number(at.key("least"), unitNorm.least());
    return at.last("Div", at.step("Max", List.of(norms, least)));
  }

  private String sum(Operation.SumOp sum, LayerNodes at) {
    List<String> weighted = new ArrayList<>();
    for (int i = 0; i < at.sources().size(); i++) {
      float weight = sum.weights().get(i);
      String source = at.sources().get(i);
      weighted.add(
          weight == 1 || at.sources().size() == 1
              ? source
              : at.step("Mul", List.of(source, nodes.number(at.key("weight"), weight))));
    }
    return at.sources().size() == 1
        ? at.last("Mul", nodes.number(at.key("weight"), sum.weights().get(0)))
        : at.last("Sum", weighted);
  }

  private static String product(Operation.ProductOp product, LayerNodes at) {
    String before = at.source();
    for (String factor : at.sources().subList(1, at.sources().size() - 1)) {
      before = at.step("Mul", List.of(before, factor));
    }
    return at.last("Mul", List.of(before, at.sources().get(at.sources().size() - 1)));
  }
}
