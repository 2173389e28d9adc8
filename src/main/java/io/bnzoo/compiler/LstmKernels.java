package io.bnzoo.compiler;

import io.bnzoo.layer.InitialStateNoise;
import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.RecurrentPrimitives;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An LSTM, perhaps with batch normalization of each step, as a list of kernels step after step.
 *
 * <p>Values are padded to whole blocks of features. Weights, gammas and biases are 0 there, and so
 * are candidate, cell, output and all gradients.
 */
final class LstmKernels implements OperationKernels {
  private final Operation.LstmOp operation;
  private final Workbench bench;
  private final VectorKernels vectors;
  private LstmValues values;
  private Primitive inputProduct;
  private Tensor inputWeights;
  private Primitive stateProduct;
  private Tensor stateWeights;
  private Optional<Normalizations> normalizations = Optional.empty();
  private Optional<double[]> outputNorms = Optional.empty();

  /** Of the three values that are normalized. */
  record Normalizations(
      StepNormalizationKernels input,
      StepNormalizationKernels state,
      StepNormalizationKernels cell) {
    private Stream<StepNormalizationKernels> each() {
      return Stream.of(input, state, cell);
    }
  }

  LstmKernels(Operation.LstmOp operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
    this.vectors = new VectorKernels(bench);
  }

  /** The layouts in which its parameters are stored: each gate padded. */
  static Map<Parameter, Layout> layouts(Operation.LstmOp operation) {
    long outputs = operation.outputs();
    Map<Parameter, Layout> layouts = new LinkedHashMap<>();
    for (Parameter parameter : operation.parameters()) {
      if (parameter.layout().size().length == 4) {
        layouts.put(parameter, Layout.blocked(parameter.layout().size()));
      }
    }
    layouts.put(
        operation.inputWeights(),
        Layout.blockedWeights(LstmValues.GATES, outputs, operation.input().channels()));
    layouts.put(
        operation.stateWeights(), Layout.blockedWeights(LstmValues.GATES, outputs, outputs));
    return layouts;
  }

  @Override
  public Tensor forward(Tensor given) {
    values = new LstmValues(operation, bench.view(given, swapped(given.layout())), bench);
    makeProducts();
    operation.normalization().ifPresent(this::makeNormalizations);
    start();
    for (int t = 0; t < values.steps; t++) {
      addStep(t);
    }
    normalizations.ifPresent(all -> all.each().forEach(StepNormalizationKernels::endForward));
    if (bench.mode() != Mode.TRAINING) {
      values.recycle();
    }
    return result();
  }

  /** [N,F,1,T] as [T,F,1,N], and back. */
  static Layout swapped(Layout layout) {
    return layout.permuted(3, 1, 2, 0);
  }

  private void addStep(int t) {
    addGates(t);
    Tensor cell = values.vector(values.cells, t + 1);
    Tensor squashed = values.vector(values.squashed, t);
    vectors.multiply(values.gate(t, LstmValues.FORGET), values.vector(values.cells, t), cell);
    vectors.addProduct(
        values.gate(t, LstmValues.INPUT), values.gate(t, LstmValues.CANDIDATE), cell);
    normalizations.ifPresent(
        each -> each.cell().forward(t, values.cells.at(t + 1), values.squashed.at(t)));
    vectors.activate(
        ActivationFunction.TANH, normalizations.isPresent() ? squashed : cell, squashed);
    vectors.multiply(
        values.gate(t, LstmValues.OUTPUT), squashed, values.vector(values.outputs, t + 1));
  }

  private void makeProducts() {
    Mode mode = bench.mode();
    boolean normalizes = operation.normalization().isPresent();
    Layout bias = Layout.rowByRow(LstmValues.GATES * values.width);
    inputProduct =
        bench.own(
            RecurrentPrimitives.product(
                mode,
                values.source.step(),
                values.gates.step(),
                normalizes ? Optional.empty() : Optional.of(bias)));
    stateProduct =
        bench.own(
            normalizes
                ? RecurrentPrimitives.product(
                    mode, values.outputs.step(), values.gates.step(), Optional.empty())
                : RecurrentPrimitives.addedProduct(
                    mode, values.outputs.step(), values.gates.step()));
    Tensor ofInput = values.matrix(bench.values(operation.inputWeights()), values.inputs);
    Tensor ofState = values.matrix(bench.values(operation.stateWeights()), values.width);
    inputWeights = bench.arranged(ofInput, inputProduct.weights());
    stateWeights = bench.arranged(ofState, stateProduct.weights());
  }

  private void makeNormalizations(Operation.StepNormalization of) {
    normalizations =
        Optional.of(
            new Normalizations(
                normalization(of, of.input(), Optional.empty(), values.gates.step()),
                normalization(of, of.state(), Optional.of(operation.bias()), values.gates.step()),
                normalization(of, of.cell(), Optional.of(of.cellShift()), values.cells.step())));
  }

  private StepNormalizationKernels normalization(
      Operation.StepNormalization of,
      Operation.StepStatistics statistics,
      Optional<Parameter> shift,
      Layout step) {
    Mode mode = of.isFrozen() ? Mode.INFERENCE : bench.mode();
    return new StepNormalizationKernels(
        statistics, shift, of.epsilon(), step, values.steps, mode, bench);
  }

  /** The state before the first step: zeros, in training perhaps with noise. */
  private void start() {
    bench.add(values.cells.at(0).floats()::clear);
    bench.add(values.outputs.at(0).floats()::clear);
    operation
        .normalization()
        .filter(of -> of.noise() > 0 && !of.isFrozen() && bench.mode() == Mode.TRAINING)
        .ifPresent(this::startWithNoise);
  }

  private void startWithNoise(Operation.StepNormalization of) {
    Layout rows = Layout.rowByRow(values.sequences, operation.outputs(), 1, 1);
    Tensor drawn = bench.tensor(rows);
    float[] noise = new float[drawn.values().length()];
    bench.add(
        () -> {
          double[] values =
              InitialStateNoise.values(
                  of.noise(), of.seed(), of.layer(), bench.iteration(), noise.length);
          for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) values[i];
          }
          drawn.values().write(noise);
        });
    Layout start = Layout.blocked(1, operation.outputs(), 1, values.sequences);
    bench.reorder(
        bench.view(drawn, swapped(rows)), bench.tensor(start, values.outputs.at(0).floats()));
    bench.recycle(drawn);
  }

  /** Adds what computes a step's gates from the input and the state before. */
  private void addGates(int t) {
    values.bringSource(t);
    multiplyInput(t);
    bench.add(
        stateProduct,
        Map.of(
            Argument.SOURCE, values.outputs.at(t),
            Argument.WEIGHTS, stateWeights,
            Argument.DESTINATION, values.stateProducts.at(t)));
    StepTensors sums = values.inputProducts;
    Tensor candidate = values.gate(t, LstmValues.CANDIDATE);
    Tensor sigmoids = values.sigmoids(values.gates, t);
    Tensor ofCandidate = values.gate(sums, t, LstmValues.CANDIDATE);
    Tensor ofSigmoids = values.sigmoids(sums, t);
    if (normalizations.isEmpty()) {
      vectors.activate(ActivationFunction.TANH, ofCandidate, candidate);
      vectors.activate(ActivationFunction.SIGMOID, ofSigmoids, sigmoids);
      return;
    }
    normalizations.get().input().forward(t, sums.at(t), sums.at(t));
    normalizations.get().state().forward(t, values.stateProducts.at(t), values.normalized.at(t));
    vectors.activateSum(
        ActivationFunction.TANH,
        ofCandidate,
        values.gate(values.normalized, t, LstmValues.CANDIDATE),
        candidate);
    vectors.activateSum(
        ActivationFunction.SIGMOID, ofSigmoids, values.sigmoids(values.normalized, t), sigmoids);
  }

  /** Adds x W of a step, with the bias if nothing is normalized; the way back needs it, too. */
  void multiplyInput(int t) {
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, values.source.at(t));
    arguments.put(Argument.WEIGHTS, inputWeights);
    arguments.put(Argument.DESTINATION, values.inputProducts.at(t));
    if (normalizations.isEmpty()) {
      Tensor bias = bench.values(operation.bias());
      arguments.put(
          Argument.BIAS, bench.view(bias, Layout.rowByRow(LstmValues.GATES * values.width)));
    }
    bench.add(inputProduct, arguments);
  }

  private Tensor result() {
    long features = operation.outputs();
    if (!operation.lastOnly()) {
      Tensor all = values.outputs.range(1, values.steps, features);
      return bench.view(all, swapped(all.layout()));
    }
    Layout last = Layout.blocked(1, features, 1, values.sequences);
    Tensor blocked = bench.tensor(swapped(last), values.outputs.at(values.steps).floats());
    Tensor rows = bench.arranged(blocked, Layout.rowByRow(values.sequences, features, 1, 1));
    return bench.view(rows, Layout.rowByRow(values.sequences, features));
  }

  @Override
  public List<StepMoments> moments() {
    if (operation.normalization().stream().anyMatch(Operation.StepNormalization::isFrozen)) {
      return List.of();
    }
    return normalizations.stream()
        .flatMap(Normalizations::each)
        .map(StepNormalizationKernels::moments)
        .toList();
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    LstmGradients gradients = new LstmGradients(this, operation, values, vectors, bench);
    outputNorms = Optional.of(gradients.outputNorms());
    gradients.add(gradient);
    Optional<Tensor> found = sourceNeeded ? Optional.of(gradients.bySource()) : Optional.empty();
    gradients.recycle();
    values.recycle();
    return found.orElse(gradient);
  }

  @Override
  public Optional<double[]> gradientThroughTime() {
    return outputNorms;
  }

  Optional<Normalizations> normalizations() {
    return normalizations;
  }
}
