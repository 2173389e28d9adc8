package io.bnzoo.compiler;

import io.bnzoo.compiler.NetworkGraph.Node;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.CombiningPrimitives;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** A network at one batch size, as kernels to be run in order. */
final class KernelProgram implements AutoCloseable {
  /** The batch for which weights are laid out; the size hardly matters to oneDNN. */
  private static final long USUAL_BATCH = 64;

  private final NetworkGraph graph;
  private final TensorPool pool = new TensorPool();
  private final Workbench bench;
  private final List<ProgramInput> inputs = new ArrayList<>();
  private final List<NodeKernels> stages = new ArrayList<>();

  /** Those computed so far, by their numbers. */
  private final List<Tensor> values = new ArrayList<>();

  private final List<Kernel> forward;
  private final List<Floats> outputs;
  private final List<Floats> outputGradients;
  private final List<Kernel> backward;

  /**
   * Compiles.
   *
   * @param inspection inspects each result of the forward pass
   * @param iteration how many training steps came before, asked for whenever it runs
   */
  KernelProgram(
      NetworkGraph graph,
      ParameterStore store,
      long batch,
      Mode mode,
      Inspection inspection,
      IntSupplier iteration) {
    this.graph = graph;
    this.bench = new Workbench(pool, store, mode, iteration);
    for (MapSize size : graph.inputs()) {
      ProgramInput input = new ProgramInput(size, batch, bench);
      inputs.add(input);
      values.add(input.tensor());
    }
    addForward(inspection);
    List<Tensor> results = graph.outputs().stream().map(output -> inOrder(output.value())).toList();
    outputs = results.stream().map(Tensor::values).toList();
    forward = bench.take();
    List<Tensor> gradients = results.stream().map(result -> bench.tensor(result.layout())).toList();
    outputGradients = gradients.stream().map(Tensor::values).toList();
    if (mode == Mode.TRAINING) {
      addBackward(gradients);
    }
    backward = bench.take();
    pool.seal();
  }

  private void addForward(Inspection inspection) {
    int[] uses = graph.uses();
    IdentityHashMap<Floats, Integer> pending = new IdentityHashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      pending.merge(values.get(i).floats(), uses[i], Integer::sum);
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      Node node = graph.nodes().get(i);
      NodeKernels stage = NodeKernels.of(node.operation(), bench);
      stages.add(stage);
      Tensor result = stage.forward(node.sources().stream().map(values::get).toList());
      values.add(result);
      inspection.follow(i, node.operation(), result, bench);
      // A result may be its source by another name.
      pending.merge(result.floats(), uses[graph.value(i)], Integer::sum);
      for (int source : node.sources()) {
        Tensor used = values.get(source);
        boolean done = pending.merge(used.floats(), -1, Integer::sum) == 0;
        if (done && bench.mode() != Mode.TRAINING) { // Only a backward pass needs it again.
          bench.recycle(used);
        }
      }
    }
  }

  private Tensor inOrder(int value) {
    Tensor output = values.get(value);
    return bench.arranged(output, Layout.rowByRow(output.layout().size()));
  }

  private void addBackward(List<Tensor> outputGradients) {
    boolean[] learned = graph.learned();
    Tensor[] gradients = new Tensor[graph.values()];
    for (int i = 0; i < outputGradients.size(); i++) {
      add(outputGradients.get(i), graph.outputs().get(i).value(), gradients);
    }
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      if (learned[graph.value(i)]) {
        List<Integer> sources = graph.nodes().get(i).sources();
        List<Boolean> needed = sources.stream().map(source -> learned[source]).toList();
        List<Tensor> found = stages.get(i).backward(gradients[graph.value(i)], needed);
        for (int k = 0; k < found.size(); k++) {
          if (needed.get(k)) {
            add(found.get(k), sources.get(k), gradients);
          }
        }
      }
    }
  }

  /** Where several operations are applied to a value, its gradient is the sum of theirs. */
  private void add(Tensor found, int value, Tensor[] gradients) {
    Tensor before = gradients[value];
    if (before == null) {
      gradients[value] = found;
      return;
    }
    Tensor more = bench.rearranged(found, before.layout());
    bench.add(
        bench.own(CombiningPrimitives.sum(before.layout())),
        Map.of(
            Argument.SOURCE, before,
            Argument.SECOND_SOURCE, more,
            Argument.DESTINATION, before));
    bench.recycle(more);
  }

  /** The layouts that the kernels of a network want for its parameters. */
  static Map<Parameter, Layout> layouts(NetworkGraph graph) {
    Map<Parameter, Layout> layouts = new LinkedHashMap<>();
    try (TensorPool pool = new TensorPool()) {
      Workbench bench = new Workbench(pool, null, Mode.TRAINING, () -> 0);
      graph
          .operations()
          .forEach(
              operation -> {
                for (Parameter parameter : operation.parameters()) {
                  layouts.put(parameter, Layout.rowByRow(parameter.layout().size()));
                }
                if (operation instanceof Operation.LinearOp linear) {
                  layouts.put(
                      linear.weights(), LinearKernels.of(linear, bench).weights(USUAL_BATCH));
                } else if (operation instanceof Operation.LstmOp lstm) {
                  layouts.putAll(LstmKernels.layouts(lstm));
                }
              });
    }
    return layouts;
  }

  /**
   * Writes a batch.
   *
   * @param batch each input's values, [N,values], channel after channel, row by row: bytes, which
   *     are divided by 255, or floats
   * @return an upper bound on the L2 norm of each
   */
  double[] write(List<? extends Buffer> batch) {
    double[] norms = new double[inputs.size()];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = inputs.get(i).write(batch.get(i));
    }
    return norms;
  }

  /** [N,F] or [N,C,H,W] of each output, row by row. */
  List<Floats> outputs() {
    return outputs;
  }

  /** The gradients of the loss by the outputs, likewise, to be written before {@link #backward}. */
  List<Floats> outputGradients() {
    return outputGradients;
  }

  /** Of each recurrent layer, after a backward pass: the gradient's norm by each step's output. */
  List<double[]> gradientsThroughTime() {
    return stages.stream().flatMap(stage -> stage.gradientThroughTime().stream()).toList();
  }

  /** Where a forward pass leaves the batch's statistics of time steps. */
  List<StepMoments> moments() {
    return stages.stream().flatMap(stage -> stage.moments().stream()).toList();
  }

  /** From what was written to the outputs. */
  void forward() {
    for (Kernel kernel : forward) {
      kernel.run();
    }
  }

  /** From the outputs' gradients to those in the store. */
  void backward() {
    for (Kernel kernel : backward) {
      kernel.run();
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
