package io.bnzoo.compiler;

import io.bnzoo.onednn.Tensor;
import java.util.List;
import java.util.Optional;

/** Adds the kernels of a node at one batch size to a workbench, of however many sources. */
interface NodeKernels {

  /** As {@link OperationKernels#forward}. */
  Tensor forward(List<Tensor> sources);

  /**
   * As {@link OperationKernels#backward}.
   *
   * @param needed for each source, whether its gradient is needed
   * @return the sources' gradients, each in memory of its own
   */
  List<Tensor> backward(Tensor gradient, List<Boolean> needed);

  /**
   * Of a recurrent layer, after each backward pass: the L2 norm of the gradient by each step's
   * output.
   */
  default Optional<double[]> gradientThroughTime() {
    return Optional.empty();
  }

  /** What they leave of the batch's statistics of each time step; none if there are no steps. */
  default List<StepMoments> moments() {
    return List.of();
  }

  /** The kernels of an operation. */
  static NodeKernels of(Operation operation, Workbench bench) {
    if (operation instanceof Operation.CombiningOp combining) {
      return CombiningKernels.of(combining, bench);
    }
    if (operation instanceof Operation.MergeOp) {
      return new MergeKernels(bench);
    }
    OperationKernels kernels = OperationKernels.of(operation, bench);
    return new NodeKernels() {
      @Override
      public Tensor forward(List<Tensor> sources) {
        return kernels.forward(sources.get(0));
      }

      @Override
      public List<Tensor> backward(Tensor gradient, List<Boolean> needed) {
        return List.of(kernels.backward(gradient, needed.get(0)));
      }

      @Override
      public Optional<double[]> gradientThroughTime() {
        return kernels.gradientThroughTime();
      }

      @Override
      public List<StepMoments> moments() {
        return kernels.moments();
      }
    };
  }
}
