package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Tensor;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The values of an LSTM's steps, padded to whole blocks of features. In training all steps are kept
 * for the way back. States are counted by how many steps came before.
 */
final class LstmValues {
  static final int GATES = 4;

  // In Deeplearning4j's order: the candidate, which tanh squashes, and three gates of the sigmoid.
  static final int CANDIDATE = 0;
  static final int FORGET = 1;
  static final int OUTPUT = 2;
  static final int INPUT = 3;

  /** H, padded. */
  final long width;

  /** I, padded. */
  final long inputs;

  final int steps;

  /** N. */
  final long sequences;

  /** x. */
  final StepTensors source;

  /** x W, of the present step. */
  final StepTensors inputProducts;

  /** h RW; without normalization added to {@link #inputProducts}. */
  final StepTensors stateProducts;

  /** What the present step's state contributes when it is normalized. */
  final StepTensors normalized;

  /** The candidate and the three gates. */
  final StepTensors gates;

  /** c. */
  final StepTensors cells;

  /** What the output gate is given: tanh of the cell. */
  final StepTensors squashed;

  /** h. */
  final StepTensors outputs;

  private final Operation.LstmOp operation;
  private final Workbench bench;

  private final boolean ownsSource;

  /** Where the steps of the source are brought from; empty if they are there already. */
  private final Optional<Tensor> given;

  /**
   * Makes room.
   *
   * @param from [T,I,1,N] in any layout
   */
  LstmValues(Operation.LstmOp operation, Tensor from, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
    width = Layout.padded(operation.outputs());
    inputs = Layout.padded(operation.input().channels());
    steps = operation.steps();
    sequences = from.layout().size(3);
    boolean keeps = bench.mode() == Mode.TRAINING;
    boolean normalizes = operation.normalization().isPresent();
    int kept = keeps ? steps : 1;
    Layout blocked = Layout.blocked(steps, operation.input().channels(), 1, sequences);
    boolean arranged = from.layout().equals(blocked);
    ownsSource = !arranged;
    source = arranged ? new StepTensors(bench, from, inputs) : room(kept, inputs);
    given = arranged || keeps ? Optional.empty() : Optional.of(from);
    inputProducts = room(1, GATES * width);
    stateProducts = normalizes ? room(kept, GATES * width) : inputProducts;
    normalized = normalizes ? room(1, GATES * width) : inputProducts;
    gates = room(kept, GATES * width);
    cells = room(keeps ? steps + 1 : 2, width);
    squashed = room(kept, width);
    outputs = room(keeps || !operation.lastOnly() ? steps + 1 : 2, width);
    if (keeps && !arranged) {
      bench.reorder(from, source.range(0, steps, operation.input().channels()));
    }
  }

  /** So many steps' values. */
  StepTensors room(int kept, long features) {
    return new StepTensors(bench, kept, features, sequences);
  }

  /** Adds what brings a step of the source into place, if it is not there. */
  void bringSource(int t) {
    given.ifPresent(
        from ->
            bench.reorder(
                bench.tensor(from.layout().range(0, t, 1), from.floats()),
                source.range(0, 1, operation.input().channels())));
  }

  /** All features of a state, as a vector. */
  Tensor vector(StepTensors of, int number) {
    return of.part(number, 0, width);
  }

  /** One of the gates. */
  Tensor gate(int t, int gate) {
    return gate(gates, t, gate);
  }

  /** One of four gates. */
  Tensor gate(StepTensors of, int t, int gate) {
    return of.part(t, gate * width, width);
  }

  /** The three gates behind the candidate. */
  Tensor sigmoids(StepTensors of, int t) {
    return of.part(t, width, (GATES - 1) * width);
  }

  /** Weights with padded gates as one matrix, [4H,columns]. */
  Tensor matrix(Tensor stored, long columns) {
    return bench.view(stored, Layout.blockedWeights(GATES * width, columns));
  }

  /** Nothing but the outputs is needed by later kernels. */
  void recycle() {
    Stream.of(inputProducts, stateProducts, normalized, gates, cells, squashed)
        .distinct()
        .forEach(StepTensors::recycle);
    if (ownsSource) {
      source.recycle();
    }
  }
}
