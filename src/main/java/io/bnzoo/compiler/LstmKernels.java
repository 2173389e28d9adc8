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
 *
 * <p>The way back multiplies with the input once more, which is faster than to keep the products;
 * the gradients of the weights are one product over all steps.
 */
final class LstmKernels implements OperationKernels {
  private static final int GATES = 4;

  // In Deeplearning4j's order: the candidate, which tanh squashes, and three gates of the sigmoid.
  private static final int CANDIDATE = 0;
  private static final int FORGET = 1;
  private static final int OUTPUT = 2;
  private static final int INPUT = 3;

  private final Operation.LstmOp operation;
  private final Workbench bench;
  private final VectorKernels vectors;
  private final int steps;

  /** H and I, padded. */
  private final long width;

  private final long inputs;
  private long sequences;

  /** What it is given as [T,I,1,N]. */
  private Tensor given;

  // The values of its steps: x, xW, hRW, the gates, c, tanh of the normalized c, and h. States are
  // counted by how many steps came before.
  private StepTensors source;
  private StepTensors inputProducts;
  private StepTensors stateProducts;
  private StepTensors normalized;
  private StepTensors gates;
  private StepTensors cells;
  private StepTensors squashed;
  private StepTensors outputs;

  private Primitive inputProduct;
  private Tensor inputWeights;
  private Primitive stateProduct;
  private Tensor stateWeights;
  private Optional<Normalizations> normalizations = Optional.empty();

  private record Normalizations(
      StepNormalizationKernels input,
      StepNormalizationKernels state,
      StepNormalizationKernels cell) {}

  LstmKernels(Operation.LstmOp operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
    this.vectors = new VectorKernels(bench);
    this.steps = operation.steps();
    this.width = Layout.padded(operation.outputs());
    this.inputs = Layout.padded(operation.input().channels());
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
        Layout.blockedWeights(GATES, outputs, operation.input().channels()));
    layouts.put(operation.stateWeights(), Layout.blockedWeights(GATES, outputs, outputs));
    return layouts;
  }

  @Override
  public Tensor forward(Tensor from) {
    given = bench.view(from, swapped(from.layout()));
    sequences = given.layout().size(3);
    makeRoom();
    makeProducts();
    operation.normalization().ifPresent(this::makeNormalizations);
    start();
    for (int t = 0; t < steps; t++) {
      gate(t);
      vectors.multiply(gate(t, FORGET), vector(cells, t), vector(cells, t + 1));
      vectors.addProduct(gate(t, INPUT), gate(t, CANDIDATE), vector(cells, t + 1));
      vectors.activate(ActivationFunction.TANH, shownCell(t), vector(squashed, t));
      vectors.multiply(gate(t, OUTPUT), vector(squashed, t), vector(outputs, t + 1));
    }
    normalizations.ifPresent(
        each -> {
          each.input().endForward();
          each.state().endForward();
          each.cell().endForward();
        });
    return result();
  }

  /** [N,F,1,T] as [T,F,1,N], and back. */
  private static Layout swapped(Layout layout) {
    return layout.permuted(3, 1, 2, 0);
  }

  /** In training all steps are kept for the way back. */
  private void makeRoom() {
    boolean keeps = bench.mode() == Mode.TRAINING;
    boolean normalizes = operation.normalization().isPresent();
    int kept = keeps ? steps : 1;
    Layout blocked = Layout.blocked(steps, operation.input().channels(), 1, sequences);
    boolean arranged = given.layout().equals(blocked);
    source = arranged ? new StepTensors(bench, given, inputs) : room(kept, inputs);
    inputProducts = room(1, GATES * width);
    stateProducts = normalizes ? room(kept, GATES * width) : inputProducts;
    normalized = normalizes ? room(1, GATES * width) : inputProducts;
    gates = room(kept, GATES * width);
    cells = room(keeps ? steps + 1 : 2, width);
    squashed = room(kept, width);
    outputs = room(keeps || !operation.lastOnly() ? steps + 1 : 2, width);
    if (keeps && !arranged) {
      bench.reorder(given, source.range(0, steps, operation.input().channels()));
    }
  }

  private StepTensors room(int kept, long features) {
    return new StepTensors(bench, kept, features, sequences);
  }

  private void makeProducts() {
    Mode mode = bench.mode();
    boolean normalizes = operation.normalization().isPresent();
    Layout bias = Layout.rowByRow(GATES * width);
    inputProduct =
        bench.own(
            RecurrentPrimitives.product(
                mode,
                source.step(),
                gates.step(),
                normalizes ? Optional.empty() : Optional.of(bias)));
    stateProduct =
        bench.own(
            normalizes
                ? RecurrentPrimitives.product(mode, outputs.step(), gates.step(), Optional.empty())
                : RecurrentPrimitives.addedProduct(mode, outputs.step(), gates.step()));
    inputWeights =
        bench.arranged(weights(operation.inputWeights(), inputs), inputProduct.weights());
    stateWeights = bench.arranged(weights(operation.stateWeights(), width), stateProduct.weights());
  }

  private Tensor weights(Parameter parameter, long columns) {
    return bench.view(bench.values(parameter), Layout.blockedWeights(GATES * width, columns));
  }

  private void makeNormalizations(Operation.StepNormalization of) {
    normalizations =
        Optional.of(
            new Normalizations(
                normalization(of, of.input(), Optional.empty(), gates.step()),
                normalization(of, of.state(), Optional.of(operation.bias()), gates.step()),
                normalization(of, of.cell(), Optional.of(of.cellShift()), cells.step())));
  }

  private StepNormalizationKernels normalization(
      Operation.StepNormalization of,
      Operation.StepStatistics statistics,
      Optional<Parameter> shift,
      Layout step) {
    Mode mode = of.isFrozen() ? Mode.INFERENCE : bench.mode();
    return new StepNormalizationKernels(statistics, shift, of.epsilon(), step, steps, mode, bench);
  }

  /** The state before the first step: zeros, in training perhaps with noise. */
  private void start() {
    bench.add(cells.at(0).floats()::clear);
    bench.add(outputs.at(0).floats()::clear);
    operation
        .normalization()
        .filter(of -> of.noise() > 0 && !of.isFrozen() && bench.mode() == Mode.TRAINING)
        .ifPresent(this::startWithNoise);
  }

  private void startWithNoise(Operation.StepNormalization of) {
    Layout rows = Layout.rowByRow(sequences, operation.outputs(), 1, 1);
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
    Layout start = Layout.blocked(1, operation.outputs(), 1, sequences);
    bench.reorder(bench.view(drawn, swapped(rows)), bench.tensor(start, outputs.at(0).floats()));
    bench.recycle(drawn);
  }

  /** Adds what computes a step's gates from the input and the state before. */
  private void gate(int t) {
    if (!source.has(steps)) {
      long features = operation.input().channels();
      Layout step = given.layout().range(0, t, 1);
      bench.reorder(bench.tensor(step, given.floats()), source.range(0, 1, features));
    }
    multiplyInput(t);
    multiply(stateProduct, outputs.at(t), stateWeights, stateProducts.at(t));
    Tensor tanh = candidate(gates, t);
    Tensor sigmoids = others(gates, t);
    if (normalizations.isEmpty()) {
      vectors.activate(ActivationFunction.TANH, candidate(inputProducts, t), tanh);
      vectors.activate(ActivationFunction.SIGMOID, others(inputProducts, t), sigmoids);
      return;
    }
    normalizations.get().input().forward(t, inputProducts.at(t), inputProducts.at(t));
    normalizations.get().state().forward(t, stateProducts.at(t), normalized.at(t));
    vectors.activateSum(
        ActivationFunction.TANH, candidate(inputProducts, t), candidate(normalized, t), tanh);
    vectors.activateSum(
        ActivationFunction.SIGMOID, others(inputProducts, t), others(normalized, t), sigmoids);
  }

  private void multiplyInput(int t) {
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source.at(t));
    arguments.put(Argument.WEIGHTS, inputWeights);
    arguments.put(Argument.DESTINATION, inputProducts.at(t));
    if (normalizations.isEmpty()) {
      Tensor bias = bench.values(operation.bias());
      arguments.put(Argument.BIAS, bench.view(bias, Layout.rowByRow(GATES * width)));
    }
    bench.add(inputProduct, arguments);
  }

  private void multiply(Primitive product, Tensor of, Tensor weights, Tensor result) {
    bench.add(
        product,
        Map.of(
            Argument.SOURCE, of,
            Argument.WEIGHTS, weights,
            Argument.DESTINATION, result));
  }

  /** The cell as tanh is given it. */
  private Tensor shownCell(int t) {
    if (normalizations.isEmpty()) {
      return vector(cells, t + 1);
    }
    normalizations.get().cell().forward(t, cells.at(t + 1), squashed.at(t));
    return vector(squashed, t);
  }

  private Tensor vector(StepTensors of, int number) {
    return of.part(number, 0, width);
  }

  private Tensor gate(int t, int gate) {
    return gates.part(t, gate * width, width);
  }

  private Tensor candidate(StepTensors of, int t) {
    return of.part(t, 0, width);
  }

  private Tensor others(StepTensors of, int t) {
    return of.part(t, width, (GATES - 1) * width);
  }

  private Tensor result() {
    long features = operation.outputs();
    if (!operation.lastOnly()) {
      Tensor all = outputs.range(1, steps, features);
      return bench.view(all, swapped(all.layout()));
    }
    Layout last = Layout.blocked(1, features, 1, sequences);
    Tensor blocked = bench.tensor(swapped(last), outputs.at(steps).floats());
    Tensor rows = bench.arranged(blocked, Layout.rowByRow(sequences, features, 1, 1));
    return bench.view(rows, Layout.rowByRow(sequences, features));
  }

  @Override
  public List<StepMoments> moments() {
    if (operation.normalization().stream().anyMatch(Operation.StepNormalization::isFrozen)) {
      return List.of();
    }
    return normalizations.stream()
        .flatMap(each -> Stream.of(each.input(), each.state(), each.cell()))
        .map(StepNormalizationKernels::moments)
        .toList();
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    Backward backward = new Backward(gradient);
    backward.add();
    return sourceNeeded ? backward.bySource() : gradient;
  }

  /** The way back, from the last step to the first. */
  private final class Backward {
    /** By h: of all steps, or of the last. */
    private final StepTensors byOutputs = room(operation.lastOnly() ? 1 : steps, width);

    private final StepTensors byState = room(1, width);
    private final StepTensors byCell = room(1, width);
    private final StepTensors byNextCell = room(1, width);
    private final StepTensors byGates = room(1, GATES * width);
    private final Optional<NormalizationGradients> normalizationGradients =
        normalizations.map(NormalizationGradients::new);

    // Where a step's gradients by xW and hRW take the place of what is not needed any longer.
    private final StepTensors byInputProducts = gates;
    private final StepTensors byStateProducts = normalizations.isPresent() ? stateProducts : gates;

    private final Primitive stateGradient;
    private final Tensor weights;

    Backward(Tensor gradient) {
      bench.reorder(
          bySteps(gradient),
          byOutputs.range(0, operation.lastOnly() ? 1 : steps, operation.outputs()));
      Primitive forward = product(outputs.step(), gates.step());
      stateGradient =
          bench.own(RecurrentPrimitives.sourceGradient(outputs.step(), gates.step(), forward));
      weights =
          bench.arranged(
              LstmKernels.this.weights(operation.stateWeights(), width), stateGradient.weights());
    }

    /** [N,H,1,T], or [N,H] of the last step, as [T,H,1,N]. */
    private Tensor bySteps(Tensor gradient) {
      if (!operation.lastOnly()) {
        return bench.view(gradient, swapped(gradient.layout()));
      }
      Tensor rows = bench.arranged(gradient, Layout.rowByRow(sequences, operation.outputs()));
      return bench.view(rows, swapped(Layout.rowByRow(sequences, operation.outputs(), 1, 1)));
    }

    /** One that adds nothing, which backward primitives ask for. */
    private Primitive product(Layout from, Layout to) {
      return bench.own(RecurrentPrimitives.product(Mode.TRAINING, from, to, Optional.empty()));
    }

    void add() {
      for (int t = steps - 1; t >= 0; t--) {
        addStep(t);
      }
      normalizationGradients.ifPresent(NormalizationGradients::end);
      if (operation.learns()) {
        differentiateWeights(
            operation.stateWeights(), outputs, width, byStateProducts, Optional.empty());
        differentiateWeights(
            operation.inputWeights(),
            source,
            inputs,
            byInputProducts,
            Optional.of(operation.bias()).filter(bias -> normalizations.isEmpty()));
      }
    }

    private void addStep(int t) {
      Tensor toCell = vector(byCell, 0);
      Tensor ofOutput = byOutput(t);
      vectors.multiply(ofOutput, vector(squashed, t), byGate(OUTPUT));
      vectors.multiply(ofOutput, gate(t, OUTPUT), toCell);
      vectors.differentiate(ActivationFunction.TANH, vector(squashed, t), toCell, toCell);
      normalizationGradients.ifPresent(
          each -> each.cell().add(t, cells.at(t + 1), byCell.at(0), byCell.at(0)));
      if (t < steps - 1) {
        vectors.add(toCell, vector(byNextCell, 0), toCell);
      }
      vectors.multiply(toCell, gate(t, INPUT), byGate(CANDIDATE));
      vectors.multiply(toCell, gate(t, CANDIDATE), byGate(INPUT));
      vectors.multiply(toCell, vector(cells, t), byGate(FORGET));
      if (t > 0) {
        vectors.multiply(toCell, gate(t, FORGET), vector(byNextCell, 0));
      }
      addProducts(t);
      if (t > 0) {
        bench.add(
            stateGradient,
            Map.of(
                Argument.DESTINATION_GRADIENT, byStateProducts.at(t),
                Argument.WEIGHTS, weights,
                Argument.SOURCE_GRADIENT, byState.at(0)));
      }
    }

    private Tensor byOutput(int t) {
      if (t == steps - 1) {
        return vector(byOutputs, t);
      }
      Tensor fromNext = vector(byState, 0);
      if (!operation.lastOnly()) {
        vectors.add(fromNext, vector(byOutputs, t), fromNext);
      }
      return fromNext;
    }

    private Tensor byGate(int gate) {
      return byGates.part(0, gate * width, width);
    }

    /** From the gates to the two products that they are made of. */
    private void addProducts(int t) {
      StepTensors to = normalizations.isPresent() ? byGates : gates;
      vectors.differentiate(
          ActivationFunction.TANH, candidate(gates, t), candidate(byGates, 0), candidate(to, t));
      vectors.differentiate(
          ActivationFunction.SIGMOID, others(gates, t), others(byGates, 0), others(to, t));
      normalizationGradients.ifPresent(
          each -> {
            multiplyInput(t);
            each.input().add(t, inputProducts.at(t), byGates.at(0), gates.at(t));
            each.state().add(t, stateProducts.at(t), byGates.at(0), stateProducts.at(t));
          });
    }

    /** The sum over all steps. */
    private void differentiateWeights(
        Parameter parameter,
        StepTensors factors,
        long columns,
        StepTensors gradients,
        Optional<Parameter> bias) {
      Tensor from = factors.range(0, steps, columns);
      Tensor by = gradients.range(0, steps, GATES * width);
      Primitive primitive =
          bench.own(
              RecurrentPrimitives.weightGradient(
                  from.layout(),
                  by.layout(),
                  bias.map(any -> Layout.rowByRow(GATES * width)),
                  product(from.layout(), by.layout())));
      Tensor stored =
          bench.view(bench.gradients(parameter), Layout.blockedWeights(GATES * width, columns));
      boolean inPlace = stored.layout().equals(primitive.weightGradient());
      Tensor found = inPlace ? stored : bench.tensor(primitive.weightGradient());
      Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
      arguments.put(Argument.SOURCE, from);
      arguments.put(Argument.DESTINATION_GRADIENT, by);
      arguments.put(Argument.WEIGHT_GRADIENT, found);
      bias.ifPresent(
          of ->
              arguments.put(
                  Argument.BIAS_GRADIENT,
                  bench.view(bench.gradients(of), Layout.rowByRow(GATES * width))));
      bench.add(primitive, arguments);
      if (!inPlace) {
        bench.reorder(found, stored);
        bench.recycle(found);
      }
    }

    /** The gradient of what the layer is given, [N,I,1,T]. */
    Tensor bySource() {
      long features = operation.input().channels();
      Tensor by = byInputProducts.range(0, steps, GATES * width);
      Layout from = Layout.blocked(steps, inputs, 1, sequences);
      Primitive primitive =
          bench.own(
              RecurrentPrimitives.sourceGradient(from, by.layout(), product(from, by.layout())));
      Tensor found = bench.tensor(from);
      bench.add(
          primitive,
          Map.of(
              Argument.DESTINATION_GRADIENT, by,
              Argument.WEIGHTS,
                  bench.arranged(
                      LstmKernels.this.weights(operation.inputWeights(), inputs),
                      primitive.weights()),
              Argument.SOURCE_GRADIENT, found));
      return bench.view(found, swapped(Layout.blocked(steps, features, 1, sequences)));
    }
  }

  private record NormalizationGradients(
      StepNormalizationKernels.Gradients input,
      StepNormalizationKernels.Gradients state,
      StepNormalizationKernels.Gradients cell) {
    NormalizationGradients(Normalizations of) {
      this(of.input().new Gradients(), of.state().new Gradients(), of.cell().new Gradients());
    }

    void end() {
      input.end();
      state.end();
      cell.end();
    }
  }
}
