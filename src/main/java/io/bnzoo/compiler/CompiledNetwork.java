package io.bnzoo.compiler;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.NativeScope;
import io.bnzoo.onednn.TensorPool;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A network of Deeplearning4j's, trained and evaluated by oneDNN's kernels.
 *
 * <p>It has its own copy of parameters and optimizer state, which {@link #load} and {@link #store}
 * copy in and out. Kernels are made when a batch size is first seen, and for the number of threads
 * that the calling thread has at that time; an update needs the number of its forward.
 *
 * <p>oneDNN's ReLU maps NaN to 0. Where {@link Headroom} cannot rule a NaN out, a batch is
 * therefore computed once more by kernels that look for it, and the logits of an image that has one
 * at any depth are NaN, as Deeplearning4j's are.
 */
public final class CompiledNetwork implements AutoCloseable {
  /** More sizes than are alternated between; the least recently used is evicted. */
  private static final int MOST_PROGRAMS = 8;

  private static final List<Quantity> MOMENTS =
      List.of(Quantity.FIRST_MOMENT, Quantity.SECOND_MOMENT, Quantity.THIRD_MOMENT);

  private enum Care {
    FAST,
    FINDS_NAN
  }

  private record Key(int batch, Mode mode, Care care, int threads) {
    Key(int batch, Mode mode, Care care) {
      this(batch, mode, care, NativeBackend.threadsHere());
    }
  }

  private record Compiled(KernelProgram program, Norms norms, NanRows nanRows) {}

  private final NetworkGraph graph;

  /** How many the whole network has, those that nothing depends on among them. */
  private final long parameters;

  /**
   * The rule of one of the store's groups.
   *
   * @param group its number
   */
  private record GroupUpdate(int group, UpdateRule rule) {}

  private final ParameterStore store;
  private final Squares squares;
  private final Headroom headroom;
  private final TensorPool updatePool = new TensorPool();
  private final GradientClipping clipping;

  /** Those that do not run kernels. */
  private final List<GroupUpdate> updates = new ArrayList<>();

  private final List<GroupUpdate> updatesByKernels = new ArrayList<>();
  private final Map<Key, Compiled> programs = new LinkedHashMap<>(16, 0.75f, true);

  /** How many training steps came before the present one. */
  private int iteration;

  /** What ran forward last and has not run backward yet. */
  private Optional<Key> training = Optional.empty();

  /** Compiles a network and copies its parameters and optimizer state. */
  public CompiledNetwork(NetworkGraph graph, Model network) {
    this.graph = graph;
    this.parameters = network.numParams();
    try (NativeScope made = new NativeScope()) {
      this.store = new ParameterStore(KernelProgram.layouts(graph), network.numParams());
      this.clipping = new GradientClipping(store, updatePool);
      for (int i = 0; i < store.groups().size(); i++) {
        UpdateRule rule = UpdateRule.of(store.groups().get(i), store, updatePool);
        (rule.hasKernels() ? updatesByKernels : updates).add(new GroupUpdate(i, rule));
      }
      updatePool.seal();
    }
    this.squares = new Squares(store);
    this.headroom = new Headroom(graph, store, squares);
    load(network);
  }

  /** Copies parameters and optimizer state from Deeplearning4j's network. */
  public void load(Model network) {
    if (network.numParams() != parameters) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%d parameters are needed, got %d", parameters, network.numParams()));
    }
    UpdaterState state = new UpdaterState(network);
    store.load(Quantity.VALUES, state::readParameters);
    LongVectors.each(store.groups().size(), store.length(), squares::measure);
    headroom.parametersChanged();
    for (int i = 0; i < state.moments(); i++) {
      int moment = i;
      store.load(MOMENTS.get(i), flat -> state.read(moment, flat));
    }
  }

  /** Copies parameters and optimizer state into Deeplearning4j's network. */
  public void store(Model network) {
    UpdaterState state = new UpdaterState(network);
    store.store(Quantity.VALUES, state::readParameters, state::writeParameters);
    for (int i = 0; i < state.moments(); i++) {
      int moment = i;
      store.store(
          MOMENTS.get(i), flat -> state.read(moment, flat), flat -> state.write(moment, flat));
    }
  }

  /**
   * The outputs for a batch, without a gradient.
   *
   * @param inputs for each input [count,values], channel after channel, row by row: floats, or
   *     bytes from 0 black to 255 white, which are divided by 255
   * @return for each output [count,values], likewise; those of output layers before their
   *     activation
   * @throws IllegalArgumentException if there is no example or the number of values is another
   */
  public List<float[]> outputs(List<? extends Buffer> inputs, int count, Mode mode) {
    check(inputs, count);
    Compiled fast = compiled(new Key(count, mode, Care.FAST));
    double[] norms = fast.program().write(inputs);
    List<float[]> outputs = run(fast.program());
    if (!headroom.suffices(count, mode, norms, fast.norms())) {
      findNan(inputs, count, mode, outputs);
    }
    return outputs;
  }

  /** The same for a network with one input and one output. */
  public float[] logits(Buffer pixels, int count, Mode mode) {
    return outputs(List.of(pixels), count, mode).get(0);
  }

  /**
   * The outputs for a batch by its own statistics; {@link #update} comes next.
   *
   * @param inputs as in {@link #outputs}
   * @param iteration how many steps came before, which decides what dropout drops
   */
  public List<float[]> forward(List<? extends Buffer> inputs, int count, int iteration) {
    this.iteration = iteration;
    List<float[]> outputs = outputs(inputs, count, Mode.TRAINING);
    training = Optional.of(new Key(count, Mode.TRAINING, Care.FAST));
    return outputs;
  }

  /**
   * What a batch's statistics of each time step are, to be read before anything else runs.
   *
   * @param iteration as in {@link #forward}
   */
  List<StepMoments> moments(List<? extends Buffer> inputs, int count, int iteration) {
    forward(inputs, count, iteration);
    Key key = training.orElseThrow();
    training = Optional.empty();
    return compiled(key).program().moments();
  }

  private void check(List<? extends Buffer> inputs, int count) {
    List<MapSize> sizes = graph.inputs();
    if (inputs.size() != sizes.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the network has %d inputs, got %d", sizes.size(), inputs.size()));
    }
    for (int i = 0; i < sizes.size(); i++) {
      long needed = count * sizes.get(i).values();
      if (count < 1 || inputs.get(i).remaining() != needed) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%d images need %d pixels, at least one image, got %d pixels",
                count,
                needed,
                inputs.get(i).remaining()));
      }
    }
  }

  /** Runs on what has been written. */
  private static List<float[]> run(KernelProgram program) {
    program.forward();
    List<float[]> outputs = new ArrayList<>();
    for (Floats output : program.outputs()) {
      float[] values = new float[output.length()];
      output.read(values);
      outputs.add(values);
    }
    return outputs;
  }

  private void findNan(List<? extends Buffer> inputs, int count, Mode mode, List<float[]> outputs) {
    if (IntStream.range(0, outputs.size()).allMatch(headroom::spoils)) {
      outputs.forEach(output -> Arrays.fill(output, Float.NaN));
      return;
    }
    Mode forward = mode == Mode.TRAINING ? Mode.INFERENCE_BY_BATCH : mode;
    Compiled careful = compiled(new Key(count, forward, Care.FINDS_NAN));
    careful.nanRows().clear();
    careful.program().write(inputs);
    run(careful.program());
    for (int i = 0; i < outputs.size(); i++) {
      if (headroom.spoils(i)) {
        Arrays.fill(outputs.get(i), Float.NaN);
      } else {
        careful.nanRows().mark(i, outputs.get(i));
      }
    }
  }

  /** Whether all parameters are finite, and not so large that their squares overflow. */
  public boolean isFinite() {
    return headroom.isFinite();
  }

  /**
   * What regularization adds to the loss.
   *
   * @param iteration how many steps came before
   * @param epoch how many epochs came before
   */
  public double regularization(int iteration, int epoch) {
    List<ParameterStore.Group> groups = store.groups();
    double[] penalties = new double[groups.size()];
    LongVectors.each(
        penalties.length,
        store.length(),
        i -> {
          if (groups.get(i).update() instanceof Parameter.Learned learned) {
            for (Regularization each : learned.regularizations()) {
              Floats values = store.part(Quantity.VALUES, groups.get(i));
              penalties[i] +=
                  RegularizedRule.score(each, values, squares.ofGroup(i), iteration, epoch);
            }
          }
        });
    double sum = 0;
    for (double penalty : penalties) {
      sum += penalty;
    }
    return sum;
  }

  /**
   * The backward pass of the last {@link #forward}, and the optimizer's step.
   *
   * @param gradients of the loss by each output, [count,values] as {@link #outputs} has them
   * @param epoch how many epochs came before
   * @throws IllegalStateException if there was no forward since the last update
   * @throws IllegalArgumentException if there is another number of gradients
   */
  public void update(List<float[]> gradients, int epoch) {
    differentiate(gradients);
    update(epoch);
  }

  /**
   * The backward pass alone, after which {@link #gradients} has what {@link #update(int)} goes by.
   *
   * @param gradients as in {@link #update(List, int)}
   * @throws IllegalStateException likewise
   * @throws IllegalArgumentException likewise
   */
  public void differentiate(List<float[]> gradients) {
    backward(gradients);
  }

  /**
   * The same, and how far the gradient reaches back in time.
   *
   * @return of each recurrent layer, in order, the L2 norm of the gradient by each step's output
   */
  public List<double[]> differentiateThroughTime(List<float[]> gradients) {
    return backward(gradients).gradientsThroughTime().stream().map(double[]::clone).toList();
  }

  private KernelProgram backward(List<float[]> gradients) {
    Key key =
        training.orElseThrow(
            () -> new IllegalStateException("an update needs a forward before it"));
    KernelProgram program = compiled(key).program();
    List<Floats> wanted = program.outputGradients();
    for (int i = 0; i < wanted.size(); i++) {
      int got = i < gradients.size() ? gradients.get(i).length : 0;
      if (got != wanted.get(i).length()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "output %d has %d values for %d examples and needs as many gradients, got %d",
                i,
                wanted.get(i).length(),
                key.batch(),
                got));
      }
      wanted.get(i).write(gradients.get(i));
    }
    training = Optional.empty();
    program.backward();
    return program;
  }

  /**
   * The optimizer's step, which leaves anything in the gradients' place.
   *
   * @param epoch how many epochs came before
   */
  public void update(int epoch) {
    clipping.apply();
    for (GroupUpdate update : updatesByKernels) {
      apply(update, epoch);
    }
    LongVectors.each(updates.size(), store.length(), i -> apply(updates.get(i), epoch));
    headroom.parametersChanged();
  }

  private void apply(GroupUpdate update, int epoch) {
    update.rule().apply(iteration, epoch);
    squares.measure(update.group());
  }

  /**
   * The gradients of the last {@link #update}, in Deeplearning4j's order; a running statistic has
   * the batch's in its place.
   */
  public float[] gradients() {
    return store.store(Quantity.GRADIENTS);
  }

  private Compiled compiled(Key key) {
    Compiled known = programs.get(key);
    if (known != null) {
      return known;
    }
    if (programs.size() == MOST_PROGRAMS) {
      Key oldest = programs.keySet().iterator().next();
      programs.remove(oldest).program().close();
      training = training.filter(kept -> !kept.equals(oldest));
    }
    Compiled compiled = compile(key);
    programs.put(key, compiled);
    return compiled;
  }

  private Compiled compile(Key key) {
    NetworkGraph unfused = graph.unfused();
    Norms norms = new Norms(graph);
    NanRows nanRows = new NanRows(unfused, key.batch());
    try (NativeScope made = new NativeScope()) {
      KernelProgram program =
          switch (key.care()) {
            case FAST -> program(graph, key, norms);
            case FINDS_NAN -> program(unfused, key, nanRows);
          };
      return new Compiled(program, norms, nanRows);
    }
  }

  private KernelProgram program(NetworkGraph computed, Key key, Inspection inspection) {
    return new KernelProgram(computed, store, key.batch(), key.mode(), inspection, () -> iteration);
  }

  @Override
  public void close() {
    programs.values().forEach(compiled -> compiled.program().close());
    programs.clear();
    updatePool.close();
    store.close();
  }
}
