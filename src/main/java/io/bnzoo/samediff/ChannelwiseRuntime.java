package io.bnzoo.samediff;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A {@link ChannelwiseLayer} in a network; a subclass for each, as Deeplearning4j's summaries show
 * its name.
 *
 * <p>Deeplearning4j changes parameters in one way only: {@code p = p - update}, where the update is
 * what the parameter's updater makes of its gradient. A statistic rides along. Its step stands in
 * its place of the flattened gradient, and its updater leaves it as it is. It stands there and
 * nowhere else: the gradients by name, and the view that clipping works on, have the trained
 * parameters alone.
 */
public abstract class ChannelwiseRuntime extends SameDiffLayer {
  private final ChannelwiseLayer definition;
  private final Map<String, LayerGraph> graphs = new HashMap<>();
  private INDArray trainedGradients;
  private Gradient gradient = new DefaultGradient();

  // What the last activate ran and what it found, which is what a gradient is taken of.
  private LayerGraph graph;
  private Map<String, INDArray> values = Map.of();

  /**
   * Of the layer's definition a copy is taken.
   *
   * @param conf whose layer is a {@link ChannelwiseLayer}
   * @param type of parameters and activations
   */
  protected ChannelwiseRuntime(NeuralNetConfiguration conf, DataType type) {
    super(conf, type);
    // Deeplearning4j may go on to change the configuration, which the graphs would not follow.
    definition = (ChannelwiseLayer) conf.getLayer().clone();
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    definition.validateInput(input);
    graph = graph(training);
    values = new HashMap<>();
    // A copy must live until the way back, as the input itself does.
    values.put(LayerGraph.INPUT, standard(input, ArrayType.ACTIVATIONS, workspaces));
    paramTable.forEach((name, value) -> values.put(name, value.reshape(parameterShape())));
    // In training the way to the output is needed again on the way back.
    ArrayType between = training ? ArrayType.ACTIVATIONS : ArrayType.FF_WORKING_MEM;
    graph.forward().run(values, memory(workspaces, graph.output(), ArrayType.ACTIVATIONS, between));
    return values.get(graph.output());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray outputGradient, LayerWorkspaceMgr workspaces) {
    if (values.isEmpty()) {
      throw new IllegalStateException(
          "layer " + layerId() + " has no gradient before it is activated");
    }
    values.keySet().retainAll(graph.kept());
    values.put(
        LayerGraph.OUTPUT_GRADIENT, standard(outputGradient, ArrayType.BP_WORKING_MEM, workspaces));
    definition.statistics().keySet().stream()
        .filter(name -> !graph.parameterGradients().containsKey(name))
        .forEach(name -> gradTable.get(name).assign(0)); // Inference moves no statistics.
    graph
        .parameterGradients()
        .forEach(
            (name, variable) ->
                values.put(variable, gradTable.get(name).reshape(parameterShape())));
    graph
        .backward()
        .run(
            values,
            memory(
                workspaces,
                graph.inputGradient(),
                ArrayType.ACTIVATION_GRAD,
                ArrayType.BP_WORKING_MEM));
    gradient = new DefaultGradient();
    definition
        .trained()
        .keySet()
        .forEach(name -> gradient.setGradientFor(name, gradTable.get(name)));
    return new Pair<>(gradient, values.get(graph.inputGradient()));
  }

  private LayerGraph graph(boolean training) {
    int rank = input.rank();
    return graphs.computeIfAbsent(
        (training ? "training " : "inference ") + rank,
        key -> {
          try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
            return LayerGraph.of(definition, training, dataType, rank);
          }
        });
  }

  private long[] parameterShape() {
    return definition.parameterShape(input.rank());
  }

  private static OperationList.Memory memory(
      LayerWorkspaceMgr workspaces, String result, ArrayType ofResult, ArrayType between) {
    return (variable, type, shape) ->
        workspaces.createUninitialized(variable.equals(result) ? ofResult : between, type, shape);
  }

  /**
   * The array in this layer's type and in the order of its axes, copied where it is not.
   *
   * <p>oneDNN's batch normalization of floats is wrong on arrays in another order (Deeplearning4j
   * issue 8860).
   */
  private INDArray standard(INDArray array, ArrayType memory, LayerWorkspaceMgr workspaces) {
    INDArray typed =
        array.dataType() == dataType ? array : workspaces.castTo(memory, dataType, array, false);
    boolean inOrder = typed.ordering() == 'c' && Shape.hasDefaultStridesForShape(typed);
    return inOrder ? typed : workspaces.dup(memory, typed, 'c');
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    super.setBackpropGradientsViewArray(view);
    long trained = definition.trained().size() * definition.features();
    trainedGradients = view.reshape(view.length()).get(interval(0, trained));
  }

  /** Of the trained parameters only, which come first. */
  @Override
  public INDArray getGradientsViewArray() {
    return trainedGradients;
  }

  @Override
  public boolean updaterDivideByMinibatch(String parameter) {
    return definition.trained().containsKey(parameter);
  }

  /** Unlike the method it overrides, which checks the value and then does nothing. */
  @Override
  public void setParam(String name, INDArray value) {
    super.setParam(name, value);
    paramTable.get(name).assign(value);
  }

  /** What the last {@link #backpropGradient} found, of the trained parameters. */
  @Override
  public Gradient gradient() {
    return gradient;
  }

  /** 0: only an output layer has a score. */
  @Override
  public double score() {
    return 0;
  }

  /** Adds to a parameter, as Deeplearning4j's own layers do. */
  @Override
  public void update(INDArray step, String name) {
    paramTable.get(name).addi(step);
  }

  @Override
  public void update(Gradient steps) {
    steps.gradientForVariable().forEach((name, step) -> update(step, name));
  }

  /** A layer of its own with copies of the parameters. */
  @Override
  public Layer clone() {
    return definition.instantiate(conf.clone(), List.of(), index, params.dup(), false, dataType);
  }

  @Override
  public void clear() {
    super.clear();
    values = Map.of();
  }
}
