package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** A network at one batch size, as kernels to be run in order. */
final class KernelProgram implements AutoCloseable {
  /** The batch for which weights are laid out; the size hardly matters to oneDNN. */
  private static final long USUAL_BATCH = 64;

  private final TensorPool pool = new TensorPool();
  private final List<Kernel> conversion;
  private final List<Kernel> forward;
  private final List<Kernel> backward;
  private final Tensor bytes;
  private final Tensor values;
  private final Tensor logits;
  private final Tensor logitGradients;

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
    Workbench bench = new Workbench(pool, store, mode, iteration);
    bytes = bench.tensor(Layout.bytes(batch, graph.input().values()));
    values = greyLevels(bytes, bench);
    conversion = bench.take();
    Tensor current = bench.view(values, input(graph, batch));
    List<OperationKernels> steps = new ArrayList<>();
    for (Operation operation : graph.operations()) {
      OperationKernels stage = OperationKernels.of(operation, bench);
      steps.add(stage);
      Tensor source = current;
      current = stage.forward(source);
      inspection.follow(steps.size() - 1, operation, current, bench);
      boolean done = mode != Mode.TRAINING && current.floats() != source.floats();
      if (done) { // Only a backward pass needs it again.
        bench.recycle(source);
      }
    }
    logits = current;
    forward = bench.take();
    logitGradients = bench.tensor(Layout.rowByRow(batch, graph.classes()));
    if (mode == Mode.TRAINING) {
      Tensor gradient = logitGradients;
      boolean needed = true;
      for (int i = steps.size() - 1; needed; i--) {
        needed = learnsBefore(graph, i);
        gradient = steps.get(i).backward(gradient, needed);
      }
    }
    backward = bench.take();
    pool.seal();
  }

  /** {@code pixels / 255}. */
  private static Tensor greyLevels(Tensor pixels, Workbench bench) {
    Layout layout = Layout.rowByRow(pixels.layout().size());
    Tensor levels = bench.tensor(layout);
    bench.reorder(pixels, levels);
    bench.add(
        bench.own(Primitives.quotient(layout)),
        Map.of(
            Argument.SOURCE, levels,
            Argument.SECOND_SOURCE, bench.number(255, 2),
            Argument.DESTINATION, levels));
    return levels;
  }

  private static Layout input(NetworkGraph graph, long batch) {
    Operation.MapSize image = graph.input();
    return image.isPixel()
        ? Layout.rowByRow(batch, image.values())
        : Layout.rowByRow(batch, image.channels(), image.height(), image.width());
  }

  private static boolean learnsBefore(NetworkGraph graph, int index) {
    return graph.operations().subList(0, index).stream()
        .anyMatch(operation -> !operation.parameters().isEmpty());
  }

  /** The layouts that the kernels of a network want for its parameters. */
  static Map<Parameter, Layout> layouts(NetworkGraph graph) {
    Map<Parameter, Layout> layouts = new LinkedHashMap<>();
    try (TensorPool pool = new TensorPool()) {
      Workbench bench = new Workbench(pool, null, Mode.TRAINING, () -> 0);
      for (Operation operation : graph.operations()) {
        for (Parameter parameter : operation.parameters()) {
          layouts.put(parameter, Layout.rowByRow(parameter.layout().size()));
        }
        if (operation instanceof Operation.LinearOp linear) {
          layouts.put(linear.weights(), LinearKernels.of(linear, bench).weights(USUAL_BATCH));
        }
      }
    }
    return layouts;
  }

  /**
   * Writes images, [N,values], channel after channel, row by row.
   *
   * @param pixels bytes, which are divided by 255, or floats
   * @return an upper bound on the L2 norm of what was written
   */
  double write(Buffer pixels) {
    Floats floats = values.floats().part(0, values.layout().floats());
    if (pixels instanceof ByteBuffer given) {
      bytes.floats().write(given.duplicate());
      conversion.forEach(Kernel::run);
      return Math.sqrt(floats.length()); // No pixel is above 1.
    }
    floats.write(((FloatBuffer) pixels).duplicate());
    return Math.sqrt(floats.squares());
  }

  /** [N,classes], row by row. */
  Floats logits() {
    return logits.floats();
  }

  /**
   * The gradient of the loss by the logits, [N,classes], to be written before {@link #backward}.
   */
  Floats logitGradients() {
    return logitGradients.floats();
  }

  /** From the images written to the logits. */
  void forward() {
    for (Kernel kernel : forward) {
      kernel.run();
    }
  }

  /** From the logits' gradients to those in the store. */
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
