package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Vector;
import io.bnzoo.onednn.NativeScope;
import io.bnzoo.onednn.TensorPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A network of Deeplearning4j's, trained and evaluated by oneDNN's kernels.
 *
 * <p>It has its own copy of parameters and optimizer state; {@link #load} and {@link #store} carry
 * them over. Kernels are made when a batch size is first seen. All calls have to be made with the
 * same number of threads.
 *
 * <p>oneDNN's ReLU makes 0 of NaN. Where {@link Headroom} cannot rule a NaN out, a batch is
 * therefore computed once more by kernels that look for it, and the logits of an image that has one
 * at any depth are NaN, as Deeplearning4j's are.
 */
public final class CompiledNetwork implements AutoCloseable {
  /** More sizes than anybody alternates between; the one that was used longest ago goes. */
  private static final int MOST_PROGRAMS = 8;

  private static final List<Vector> MOMENTS = List.of(Vector.FIRST_MOMENT, Vector.SECOND_MOMENT);

  private enum Care {
    FAST,
    FINDS_NAN
  }

  private record Key(int batch, Mode mode, Care care) {}

  private record Compiled(Program program, Norms norms, NanRows nanRows) {}

  private final Blueprint blueprint;
  private final ParameterStore store;
  private final Headroom headroom;
  private final TensorPool updatePool = new TensorPool();
  private final List<UpdateRule> updates = new ArrayList<>();
  private final Map<Key, Compiled> programs = new LinkedHashMap<>(16, 0.75f, true);

  /** What ran forward last and can run backward, none once it has. */
  private Optional<Key> training = Optional.empty();

  /** Compiles a network and takes its parameters and optimizer state over. */
  public CompiledNetwork(Blueprint blueprint, MultiLayerNetwork network) {
    this.blueprint = blueprint;
    try (NativeScope made = new NativeScope()) {
      this.store = new ParameterStore(Program.layouts(blueprint), network.numParams());
      for (ParameterStore.Group group : store.groups()) {
        updates.add(UpdateRule.of(group, store, updatePool));
      }
      updatePool.seal();
    }
    this.headroom = new Headroom(blueprint, store);
    load(network);
  }

  /** Takes parameters and optimizer state over from Deeplearning4j's network. */
  public void load(MultiLayerNetwork network) {
    store.load(Vector.VALUES, FlatVectors.values(network.params()));
    headroom.parametersChanged();
    FlatVectors state = FlatVectors.ofUpdater(network);
    for (int i = 0; i < state.moments().size(); i++) {
      store.load(MOMENTS.get(i), state.moments().get(i));
    }
  }

  /** Writes parameters and optimizer state into Deeplearning4j's network. */
  public void store(MultiLayerNetwork network) {
    FlatVectors.assign(network.params(), store.store(Vector.VALUES));
    List<float[]> moments =
        MOMENTS.subList(0, FlatVectors.momentsOf(network)).stream().map(store::store).toList();
    new FlatVectors(moments).writeBack(network);
  }

  /**
   * The logits of images, without a gradient.
   *
   * @param pixels [count,784], row by row, bytes from 0 black to 255 white
   * @return [count,classes], row by row
   * @throws IllegalArgumentException if there is no image or the number of pixels is another
   */
  public float[] logits(ByteBuffer pixels, int count, Mode mode) {
    checkPixels(pixels, count);
    Compiled fast = compiled(new Key(count, mode, Care.FAST));
    float[] logits = run(fast, pixels, count);
    if (!headroom.suffices(count, mode, fast.norms())) {
      findNan(pixels, count, mode, logits);
    }
    return logits;
  }

  /**
   * The logits of a batch by its own statistics; {@link #update} comes next.
   *
   * @param pixels as in {@link #logits}
   */
  public float[] forward(ByteBuffer pixels, int count) {
    float[] logits = logits(pixels, count, Mode.TRAINING);
    training = Optional.of(new Key(count, Mode.TRAINING, Care.FAST));
    return logits;
  }

  private void checkPixels(ByteBuffer pixels, int count) {
    long needed = count * blueprint.input().values();
    if (count < 1 || pixels.remaining() != needed) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d images need %d pixels, at least one image, got %d pixels",
              count,
              needed,
              pixels.remaining()));
    }
  }

  private float[] run(Compiled compiled, ByteBuffer pixels, int count) {
    Program program = compiled.program();
    program.pixels().write(pixels.duplicate());
    program.forward();
    float[] logits = new float[Math.toIntExact(count * blueprint.classes())];
    program.logits().read(logits);
    return logits;
  }

  private void findNan(ByteBuffer pixels, int count, Mode mode, float[] logits) {
    if (headroom.spoilsAll()) {
      Arrays.fill(logits, Float.NaN);
      return;
    }
    Mode forward = mode == Mode.TRAINING ? Mode.BY_BATCH : mode;
    Compiled careful = compiled(new Key(count, forward, Care.FINDS_NAN));
    careful.nanRows().clear();
    run(careful, pixels, count);
    careful.nanRows().mark(logits);
  }

  /** Whether all parameters are finite, and not so large that their squares overflow. */
  public boolean isFinite() {
    return headroom.isFinite();
  }

  /** What L2 regularization adds to the loss, {@code l2 / 2 * |weights|^2}. */
  public double regularization() {
    double sum = 0;
    for (ParameterStore.Group group : store.groups()) {
      if (group.change() instanceof Parameter.Trained trained && trained.l2() != 0) {
        sum += trained.l2() / 2 * store.part(Vector.VALUES, group).squaredNorm();
      }
    }
    return sum;
  }

  /**
   * The way back from the last {@link #forward}, and the optimizer's step.
   *
   * @param logitGradients of the loss, [count,classes], row by row
   * @param iteration how many steps came before
   * @param epoch how many epochs came before
   * @throws IllegalStateException if there was no forward since the last update
   * @throws IllegalArgumentException if there is another number of gradients
   */
  public void update(float[] logitGradients, int iteration, int epoch) {
    Key key =
        training.orElseThrow(
            () -> new IllegalStateException("an update needs a forward before it"));
    if (logitGradients.length != key.batch() * blueprint.classes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d images of %d classes need as many gradients, got %d",
              key.batch(),
              blueprint.classes(),
              logitGradients.length));
    }
    training = Optional.empty();
    Program program = compiled(key).program();
    program.logitGradients().write(logitGradients);
    program.backward();
    for (UpdateRule update : updates) {
      update.apply(iteration, epoch);
    }
    headroom.parametersChanged();
  }

  /**
   * The gradients of the last {@link #update}, in Deeplearning4j's order; a moving statistic has
   * the batch's in its place.
   */
  public float[] gradients() {
    return store.store(Vector.GRADIENTS);
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
    Blueprint spelledOut = blueprint.spelledOut();
    Norms norms = new Norms(blueprint.operations().size());
    NanRows nanRows = new NanRows(spelledOut.operations().size(), key.batch());
    try (NativeScope made = new NativeScope()) {
      Program program =
          switch (key.care()) {
            case FAST -> new Program(blueprint, store, key.batch(), key.mode(), norms);
            case FINDS_NAN -> new Program(spelledOut, store, key.batch(), key.mode(), nanRows);
          };
      return new Compiled(program, norms, nanRows);
    }
  }

  @Override
  public void close() {
    programs.values().forEach(compiled -> compiled.program().close());
    programs.clear();
    updatePool.close();
    store.close();
  }
}
