package io.bnzoo.program;

import io.bnzoo.onednn.Arena;
import io.bnzoo.onednn.Temporaries;
import io.bnzoo.program.ParameterStore.Vector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A network of Deeplearning4j's, trained and evaluated by oneDNN's kernels.
 *
 * <p>It has its own copy of parameters and optimizer state; {@link #load} and {@link #store} carry
 * them over. Kernels are made when a batch size is first seen. All calls have to be made with the
 * same number of threads.
 */
public final class CompiledNetwork implements AutoCloseable {
  /** More sizes than anybody alternates between; the one that was used longest ago goes. */
  private static final int MOST_PROGRAMS = 8;

  private static final List<Vector> MOMENTS = List.of(Vector.FIRST_MOMENT, Vector.SECOND_MOMENT);

  private record Key(int batch, Mode mode) {}

  private final Blueprint blueprint;
  private final ParameterStore store;
  private final Arena updateArena = new Arena();
  private final List<UpdateRule> updates = new ArrayList<>();
  private final Map<Key, Program> programs = new LinkedHashMap<>(16, 0.75f, true);
  private Program training;

  /** Compiles a network and takes its parameters and optimizer state over. */
  public CompiledNetwork(Blueprint blueprint, MultiLayerNetwork network) {
    this.blueprint = blueprint;
    try (Temporaries made = new Temporaries()) {
      this.store = new ParameterStore(Program.layouts(blueprint), network.numParams());
      for (ParameterStore.Group group : store.groups()) {
        updates.add(UpdateRule.of(group, store, updateArena));
      }
      updateArena.seal();
    }
    load(network);
  }

  /** Takes parameters and optimizer state over from Deeplearning4j's network. */
  public void load(MultiLayerNetwork network) {
    store.load(Vector.VALUES, FlatVectors.values(network.params()));
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
   */
  public float[] logits(ByteBuffer pixels, int count, Mode mode) {
    return forward(program(count, mode), pixels, count);
  }

  /** The logits of a batch by its own statistics; {@link #update} comes next. */
  public float[] forward(ByteBuffer pixels, int count) {
    training = program(count, Mode.TRAINING);
    return forward(training, pixels, count);
  }

  private float[] forward(Program program, ByteBuffer pixels, int count) {
    program.pixels().write(pixels);
    program.forward();
    float[] logits = new float[Math.toIntExact(count * blueprint.classes())];
    program.logits().read(logits);
    return logits;
  }

  /**
   * Whether all parameters are numbers. oneDNN's ReLU makes 0 of what is none, so that the loss
   * alone would not tell.
   */
  public boolean isFinite() {
    return store.isFinite();
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
   */
  public void update(float[] logitGradients, int iteration, int epoch) {
    training.logitGradients().write(logitGradients);
    training.backward();
    for (UpdateRule update : updates) {
      update.apply(iteration, epoch);
    }
  }

  /**
   * The gradients of the last {@link #update}, in Deeplearning4j's order; a moving statistic has
   * the batch's in its place.
   */
  public float[] gradients() {
    return store.store(Vector.GRADIENTS);
  }

  private Program program(int batch, Mode mode) {
    Key key = new Key(batch, mode);
    Program known = programs.get(key);
    if (known != null) {
      return known;
    }
    if (programs.size() == MOST_PROGRAMS) {
      Key oldest = programs.keySet().iterator().next();
      programs.remove(oldest).close();
    }
    try (Temporaries made = new Temporaries()) {
      Program program = new Program(blueprint, store, batch, mode);
      programs.put(key, program);
      return program;
    }
  }

  @Override
  public void close() {
    programs.values().forEach(Program::close);
    programs.clear();
    updateArena.close();
    store.close();
  }
}
