package io.bnzoo.compiler;

import static io.bnzoo.compiler.LstmValues.CANDIDATE;
import static io.bnzoo.compiler.LstmValues.FORGET;
import static io.bnzoo.compiler.LstmValues.GATES;
import static io.bnzoo.compiler.LstmValues.INPUT;
import static io.bnzoo.compiler.LstmValues.OUTPUT;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.RecurrentPrimitives;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The way back through an LSTM, from the last step to the first.
 *
 * <p>It multiplies with the input once more where that is normalized, which is faster than to keep
 * the products; the gradients of the weights are one product over all steps. A step's gradients by
 * the two products take the place of gates and products that nobody needs any longer.
 */
final class LstmGradients {
  private final LstmKernels forward;
  private final Operation.LstmOp operation;
  private final LstmValues values;
  private final Workbench bench;
  private final VectorKernels vectors;
  private final int steps;

  /** By h: of all steps, or of the last. */
  private final StepTensors byOutputs;

  // Of the present step.
  private final StepTensors byState;
  private final StepTensors byCell;
  private final StepTensors byNextCell;
  private final StepTensors byGates;

  /** By the products with the input, of all steps. */
  private final StepTensors byInputProducts;

  /** By those with the state. */
  private final StepTensors byStateProducts;

  /** Of each step, the norm of the last gradient by h. */
  private final double[] outputNorms;

  private final Optional<OfNormalizations> normalizations;
  private final Primitive stateGradient;
  private final Tensor stateWeights;

  private record OfNormalizations(
      StepNormalizationKernels.Gradients input,
      StepNormalizationKernels.Gradients state,
      StepNormalizationKernels.Gradients cell) {
    OfNormalizations(LstmKernels.Normalizations of) {
      this(of.input().new Gradients(), of.state().new Gradients(), of.cell().new Gradients());
    }

    void end() {
      input.end();
      state.end();
      cell.end();
    }
  }

  LstmGradients(
      LstmKernels forward,
      Operation.LstmOp operation,
      LstmValues values,
      VectorKernels vectors,
      Workbench bench) {
    this.forward = forward;
    this.operation = operation;
    this.values = values;
    this.bench = bench;
    this.vectors = vectors;
    this.steps = values.steps;
    this.outputNorms = new double[steps];
    this.byOutputs = values.room(operation.lastOnly() ? 1 : steps, values.width);
    this.byState = values.room(1, values.width);
    this.byCell = values.room(1, values.width);
    this.byNextCell = values.room(1, values.width);
    this.byGates = values.room(1, GATES * values.width);
    this.normalizations = forward.normalizations().map(OfNormalizations::new);
    this.byInputProducts = values.gates;
    this.byStateProducts = normalizations.isPresent() ? values.stateProducts : values.gates;
    this.stateGradient =
        bench.own(
            RecurrentPrimitives.sourceGradient(
                byState.step(), byGates.step(), product(byState.step(), byGates.step())));
    this.stateWeights =
        bench.arranged(
            values.matrix(bench.values(operation.stateWeights()), values.width),
            stateGradient.weights());
  }

  /** The forward primitive that a backward one belongs to, which adds nothing. */
  private Primitive product(Layout from, Layout to) {
    return bench.own(RecurrentPrimitives.product(Mode.TRAINING, from, to, Optional.empty()));
  }

  /** Adds all but the gradient of the source. */
  void add(Tensor gradient) {
    bench.reorder(
        bySteps(gradient),
        byOutputs.range(0, operation.lastOnly() ? 1 : steps, operation.outputs()));
    for (int t = steps - 1; t >= 0; t--) {
      addStep(t);
    }
    normalizations.ifPresent(OfNormalizations::end);
    if (operation.learns()) {
      differentiate(
          operation.stateWeights(),
          values.outputs.range(0, steps, values.width),
          byStateProducts,
          Optional.empty());
      differentiate(
          operation.inputWeights(),
          values.source.range(0, steps, values.inputs),
          byInputProducts,
          Optional.of(operation.bias()).filter(bias -> normalizations.isEmpty()));
    }
  }

  /** [N,H,1,T], or [N,H] of the last step, as [T,H,1,N]. */
  private Tensor bySteps(Tensor gradient) {
    if (!operation.lastOnly()) {
      return bench.view(gradient, LstmKernels.swapped(gradient.layout()));
    }
    long sequences = values.sequences;
    Tensor rows = bench.arranged(gradient, Layout.rowByRow(sequences, operation.outputs()));
    Layout images = Layout.rowByRow(sequences, operation.outputs(), 1, 1);
    return bench.view(rows, LstmKernels.swapped(images));
  }

  private void addStep(int t) {
    Tensor toOutput = toOutput(t);
    Floats floats = toOutput.values();
    bench.add(() -> outputNorms[t] = Math.sqrt(floats.squares()));
    Tensor toCell = values.vector(byCell, t);
    Tensor squashed = values.vector(values.squashed, t);
    vectors.multiply(toOutput, squashed, values.gate(byGates, t, OUTPUT));
    vectors.multiply(toOutput, values.gate(t, OUTPUT), toCell);
    vectors.differentiate(ActivationFunction.TANH, squashed, toCell, toCell);
    normalizations.ifPresent(
        each -> each.cell().add(t, values.cells.at(t + 1), byCell.at(t), byCell.at(t)));
    if (t < steps - 1) {
      vectors.add(toCell, values.vector(byNextCell, t), toCell);
    }
    vectors.multiply(toCell, values.gate(t, INPUT), values.gate(byGates, t, CANDIDATE));
    vectors.multiply(toCell, values.gate(t, CANDIDATE), values.gate(byGates, t, INPUT));
    vectors.multiply(toCell, values.vector(values.cells, t), values.gate(byGates, t, FORGET));
    if (t > 0) {
      vectors.multiply(toCell, values.gate(t, FORGET), values.vector(byNextCell, t));
    }
    addProducts(t);
    if (t > 0) {
      bench.add(
          stateGradient,
          Map.of(
              Argument.DESTINATION_GRADIENT, byStateProducts.at(t),
              Argument.WEIGHTS, stateWeights,
              Argument.SOURCE_GRADIENT, byState.at(t)));
    }
  }

  /** By a step's output: what comes from the step behind, and from the layer behind. */
  private Tensor toOutput(int t) {
    if (t == steps - 1) {
      return values.vector(byOutputs, t);
    }
    Tensor fromNext = values.vector(byState, t);
    if (!operation.lastOnly()) {
      vectors.add(fromNext, values.vector(byOutputs, t), fromNext);
    }
    return fromNext;
  }

  /** From the gates to the two products that they are made of. */
  private void addProducts(int t) {
    StepTensors to = normalizations.isPresent() ? byGates : values.gates;
    vectors.differentiate(
        ActivationFunction.TANH,
        values.gate(t, CANDIDATE),
        values.gate(byGates, t, CANDIDATE),
        values.gate(to, t, CANDIDATE));
    vectors.differentiate(
        ActivationFunction.SIGMOID,
        values.sigmoids(values.gates, t),
        values.sigmoids(byGates, t),
        values.sigmoids(to, t));
    normalizations.ifPresent(
        each -> {
          forward.multiplyInput(t);
          Tensor products = values.inputProducts.at(t);
          each.input().add(t, products, byGates.at(t), byInputProducts.at(t));
          Tensor stateProducts = values.stateProducts.at(t);
          each.state().add(t, stateProducts, byGates.at(t), byStateProducts.at(t));
        });
  }

  /** The gradients of weights and bias, the sum over all steps. */
  private void differentiate(
      Parameter weights, Tensor factors, StepTensors gradients, Optional<Parameter> bias) {
    Tensor by = gradients.range(0, steps, GATES * values.width);
    Layout ofBias = Layout.rowByRow(GATES * values.width);
    Primitive primitive =
        bench.own(
            RecurrentPrimitives.weightGradient(
                factors.layout(),
                by.layout(),
                bias.map(any -> ofBias),
                product(factors.layout(), by.layout())));
    Tensor stored = values.matrix(bench.gradients(weights), factors.layout().size(1));
    boolean inPlace = stored.layout().equals(primitive.weightGradient());
    Tensor found = inPlace ? stored : bench.tensor(primitive.weightGradient());
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, factors);
    arguments.put(Argument.DESTINATION_GRADIENT, by);
    arguments.put(Argument.WEIGHT_GRADIENT, found);
    bias.ifPresent(
        of -> arguments.put(Argument.BIAS_GRADIENT, bench.view(bench.gradients(of), ofBias)));
    bench.add(primitive, arguments);
    if (!inPlace) {
      bench.reorder(found, stored);
      bench.recycle(found);
    }
  }

  /** Adds the gradient of what the layer is given, [N,I,1,T]. */
  Tensor bySource() {
    Tensor by = byInputProducts.range(0, steps, GATES * values.width);
    Layout from = Layout.blocked(steps, values.inputs, 1, values.sequences);
    Primitive primitive =
        bench.own(
            RecurrentPrimitives.sourceGradient(from, by.layout(), product(from, by.layout())));
    Tensor weights = values.matrix(bench.values(operation.inputWeights()), values.inputs);
    Tensor found = bench.tensor(from);
    bench.add(
        primitive,
        Map.of(
            Argument.DESTINATION_GRADIENT, by,
            Argument.WEIGHTS, bench.arranged(weights, primitive.weights()),
            Argument.SOURCE_GRADIENT, found));
    Layout counting = Layout.blocked(steps, operation.input().channels(), 1, values.sequences);
    return bench.view(found, LstmKernels.swapped(counting));
  }

  /** Of each step, after each backward pass: the norm of the gradient by its output. */
  double[] outputNorms() {
    return outputNorms;
  }

  /** Nothing here is needed by later kernels. */
  void recycle() {
    Stream.of(byOutputs, byState, byCell, byNextCell, byGates).forEach(StepTensors::recycle);
  }
}
