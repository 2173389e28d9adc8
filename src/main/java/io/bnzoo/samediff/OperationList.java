package io.bnzoo.samediff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Operations of a graph, run one after the other.
 *
 * <p>SameDiff's own session is not used: it works the order out anew for each run, and keeps the id
 * of every array it has ever freed.
 */
final class OperationList {

  /** Where the result of an operation goes. */
  interface Memory {
    INDArray create(String variable, DataType type, long[] shape);
  }

  private final List<Step> steps;

  private OperationList(List<SameDiffOp> operations) {
    steps = operations.stream().map(Step::new).toList();
  }

  /** The operations of a graph that lead from known variables to wanted ones, and no others. */
  static OperationList of(SameDiff graph, Set<String> known, Set<String> wanted) {
    Set<String> needed = new HashSet<>(wanted);
    needed.removeAll(known);
    // Each operation was added after those it depends on.
    List<SameDiffOp> backwards = new ArrayList<>(graph.getOps().values());
    Collections.reverse(backwards);
    List<SameDiffOp> operations = new ArrayList<>();
    for (SameDiffOp operation : backwards) {
      if (operation.getOutputsOfOp().stream().anyMatch(needed::contains)) {
        operations.add(operation);
        needed.addAll(operation.getInputsToOp());
        needed.removeAll(known);
      }
    }
    Collections.reverse(operations);
    return new OperationList(operations);
  }

  /** The variables that a run gives values to. */
  Set<String> results() {
    return steps.stream().flatMap(step -> step.outputs.stream()).collect(Collectors.toSet());
  }

  /**
   * Adds the results to the values.
   *
   * @param values by variable; what is there already under the name of a result is written to
   */
  void run(Map<String, INDArray> values, Memory memory) {
    for (Step step : steps) {
      step.run(values, memory);
    }
  }

  /** One operation. */
  private static final class Step {
    private final DifferentialFunction operation;
    private final List<String> inputs;
    private final List<String> outputs;
    private final OpContext context = Nd4j.getExecutioner().buildContext();
    // The shapes of the outputs for inputs of the last shapes seen, as asking takes longer than
    // computing.
    private long[][] inputShapes = {};
    private List<LongShapeDescriptor> outputShapes = List.of();

    Step(SameDiffOp operation) {
      this.operation = operation.getOp();
      this.inputs = List.copyOf(operation.getInputsToOp());
      this.outputs = List.copyOf(operation.getOutputsOfOp());
      if (this.operation instanceof DynamicCustomOp custom) {
        context.setIArguments(custom.iArgs());
        context.setTArguments(custom.tArgs());
        context.setBArguments(custom.bArgs());
        context.setDArguments(custom.dArgs());
      }
    }

    void run(Map<String, INDArray> values, Memory memory) {
      long[][] shapes = new long[inputs.size()][];
      for (int i = 0; i < shapes.length; i++) {
        INDArray input = values.get(inputs.get(i));
        shapes[i] = input.shape();
        context.setInputArray(i, input);
      }
      if (!Arrays.deepEquals(shapes, inputShapes)) {
        outputShapes = operation.calculateOutputShape(context);
        inputShapes = shapes;
      }
      for (int i = 0; i < outputs.size(); i++) {
        LongShapeDescriptor shape = outputShapes.get(i);
        INDArray output =
            values.computeIfAbsent(
                outputs.get(i), name -> memory.create(name, shape.dataType(), shape.getShape()));
        context.setOutputArray(i, output);
      }
      if (operation instanceof CustomOp custom) {
        Nd4j.exec(custom, context);
      } else {
        Nd4j.exec((Op) operation, context);
      }
      context.purge();
    }
  }
}
