package io.bnzoo.samediff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * The derivative of a straight-line graph, added to the graph itself.
 *
 * <p>SameDiff's own gradient function is not used: it counts a gradient that comes from outside
 * twice (its {@code ExternalErrorsFunction}). For a graph without loops and branches the chain rule
 * is one walk from the last operation to the first, with each operation's own derivative.
 */
final class Derivative {
  private final SameDiff graph;
  private final Map<String, SDVariable> gradients = new HashMap<>();

  /** The gradient of sum(output * outputGradient) in every variable that the output depends on. */
  Derivative(SameDiff graph, SDVariable output, SDVariable outputGradient) {
    this.graph = graph;
    gradients.put(output.name(), outputGradient);
    List<SameDiffOp> backwards = new ArrayList<>(graph.getOps().values());
    Collections.reverse(backwards);
    backwards.forEach(this::applyChainRule);
  }

  /**
   * The gradient in a variable, of the variable's shape.
   *
   * @throws IllegalArgumentException if the output does not depend on it
   */
  SDVariable in(String variable) {
    SDVariable gradient = gradients.get(variable);
    if (gradient == null) {
      throw new IllegalArgumentException("the output does not depend on " + variable);
    }
    return gradient;
  }

  /** Hands the gradient of an operation's outputs on to its inputs, where there is any. */
  private void applyChainRule(SameDiffOp operation) {
    List<String> outputs = operation.getOutputsOfOp();
    if (outputs.stream().noneMatch(gradients::containsKey)) {
      return;
    }
    List<SDVariable> ofOutputs = outputs.stream().map(this::inOrZeros).toList();
    List<SDVariable> ofInputs = operation.getOp().doDiff(ofOutputs);
    for (int i = 0; i < ofInputs.size(); i++) {
      gradients.merge(operation.getInputsToOp().get(i), ofInputs.get(i), SDVariable::add);
    }
  }

  private SDVariable inOrZeros(String variable) {
    SDVariable gradient = gradients.get(variable);
    return gradient == null ? graph.zerosLike(graph.getVariable(variable)) : gradient;
  }
}
