package io.bnzoo.layer;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import io.bnzoo.layer.BatchNormLstmParameters.Normalized;
import io.bnzoo.layer.BatchNormLstmPass.State;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A {@link BatchNormLstm} in a network.
 *
 * <p>The running statistics move as Deeplearning4j's batch normalization has them move: what a
 * training step subtracts from them stands in their place of the gradient. Clipping and division by
 * the batch size pass them over.
 */
final class BatchNormLstmRuntime extends BaseRecurrentLayer<BatchNormLstm> {
  private static final String OUTPUT = "output";
  private static final String CELL = "cell";
  private static final String TIME = "time";

  private INDArray trainedGradients;

  // What the last activate ran, which is what a gradient is taken of.
  private BatchNormLstmPass pass;
  private State start;

  /** Of the batches since {@link #startSums}; empty where nobody wants them. */
  private final Map<Normalized, StatisticSums> sums = new EnumMap<>(Normalized.class);

  /** How many batches these are. */
  private long summed;

  BatchNormLstmRuntime(NeuralNetConfiguration conf, DataType type) {
    super(conf, type);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    return forward(training, Map.of(), workspaces).outputs();
  }

  @Override
  public INDArray activate(INDArray input, boolean training, LayerWorkspaceMgr workspaces) {
    setInput(input, workspaces);
    return activate(training, workspaces);
  }

  @Override
  public INDArray rnnTimeStep(INDArray input, LayerWorkspaceMgr workspaces) {
    setInput(input, workspaces);
    Forward forward = forward(false, stateMap, workspaces);
    store(forward.end(), stateMap);
    return forward.outputs();
  }

  @Override
  public INDArray rnnActivateUsingStoredState(
      INDArray input, boolean training, boolean store, LayerWorkspaceMgr workspaces) {
    setInput(input, workspaces);
    Forward forward = forward(training, tBpttStateMap, workspaces);
    if (store) {
      store(forward.end(), tBpttStateMap);
    }
    return forward.outputs();
  }

  /** The outputs in the layer's format, and the state that they end with. */
  private record Forward(INDArray outputs, State end) {}

  private Forward forward(
      boolean training, Map<String, INDArray> before, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    validateInput();
    applyDropOutIfNecessary(training, workspaces);
    INDArray sequences = sequences();
    start = start(training, before, sequences.size(0));
    return run(training, training, sequences, workspaces);
  }

  private Forward run(
      boolean training, boolean kept, INDArray sequences, LayerWorkspaceMgr workspaces) {
    pass = new BatchNormLstmPass(layerConf(), params, training, kept, workspaces);
    long[] shape = {sequences.size(0), layerConf().getNOut(), sequences.size(2)};
    INDArray outputs =
        workspaces.create(ArrayType.ACTIVATIONS, dataType, shape, 'f'); // Step by step.
    State working = new State(start.output().dup(), start.cell().dup(), start.time());
    State end = pass.forward(sequences, maskArray, working, outputs);
    if (training && !sums.isEmpty()) {
      pass.addTo(sums);
      summed++;
    }
    return new Forward(permuteIfNWC(outputs), end);
  }

  private INDArray sequences() {
    return permuteIfNWC(input).castTo(dataType);
  }

  private void validateInput() {
    long[] shape = input.shape();
    int features = layerConf().getRnnDataFormat() == RNNFormat.NWC ? 2 : 1;
    if (shape.length != 3 || shape[features] != layerConf().getNIn()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s needs %s with %d features, got an array of shape %s",
              layerId(),
              features == 1 ? "[N,features,T]" : "[N,T,features]",
              layerConf().getNIn(),
              Arrays.toString(shape)));
    }
  }

  private State start(boolean training, Map<String, INDArray> before, long sequences) {
    INDArray zeros = Nd4j.zeros(dataType, sequences, layerConf().getNOut());
    if (before.isEmpty()) {
      boolean noise = training && layerConf().initialStateNoise() > 0;
      return new State(noise ? noise(sequences) : zeros, zeros, 0);
    }
    INDArray output = before.get(OUTPUT);
    if (output.size(0) != sequences) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s has the state of %d sequences and got %d; call rnnClearPreviousState()"
                  + " before other sequences",
              layerId(),
              output.size(0),
              sequences));
    }
    return new State(output, before.get(CELL), before.get(TIME).getLong(0));
  }

  /** Other noise for each step, and for each batch that is summed up between two steps. */
  private INDArray noise(long sequences) {
    long outputs = layerConf().getNOut();
    double[] values =
        InitialStateNoise.values(
            layerConf().initialStateNoise(),
            conf.getSeed(),
            index,
            sums.isEmpty() ? iterationCount : -1 - summed,
            (int) (sequences * outputs));
    return Nd4j.createFromArray(values).castTo(dataType).reshape('c', sequences, outputs);
  }

  private static void store(State state, Map<String, INDArray> states) {
    states.put(OUTPUT, state.output().detach());
    states.put(CELL, state.cell().detach());
    states.put(TIME, Nd4j.scalar(state.time()).detach());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray outputGradient, LayerWorkspaceMgr workspaces) {
    return tbpttBackpropGradient(outputGradient, Integer.MAX_VALUE, workspaces);
  }

  @Override
  public Pair<Gradient, INDArray> tbpttBackpropGradient(
      INDArray outputGradient, int furthest, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    INDArray sequences = sequences();
    if (!pass.isKept()) {
      run(false, true, sequences, workspaces); // Inference gives the same again.
    }
    INDArray ofInput =
        workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, sequences.shape(), 'f');
    pass.backward(
        permuteIfNWC(outputGradient).castTo(dataType),
        furthest,
        gradientViews,
        ofInput,
        workspaces);
    gradient = new DefaultGradient();
    gradientViews.forEach(
        (name, view) -> {
          if (!BatchNormLstmParameters.isStatistic(name)) {
            gradient.setGradientFor(name, view);
          }
        });
    return new Pair<>(gradient, permuteIfNWC(backpropDropOutIfPresent(ofInput)));
  }

  /** From now on forward passes in training add up their statistics. */
  void startSums() {
    summed = 0;
    for (Normalized each : Normalized.values()) {
      sums.put(each, new StatisticSums());
    }
  }

  /** Makes the sums the running statistics. */
  void writeSums() {
    sums.forEach((what, sum) -> sum.write(params.get(what.mean()), params.get(what.variance())));
  }

  void endSums() {
    sums.clear();
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    super.setBackpropGradientsViewArray(view);
    long trained = BatchNormLstmParameters.trainedLength(layerConf());
    trainedGradients = view.reshape(view.length()).get(interval(0, trained));
  }

  /** Of the trained parameters only, which come first. */
  @Override
  public INDArray getGradientsViewArray() {
    return trainedGradients;
  }

  @Override
  public boolean updaterDivideByMinibatch(String parameter) {
    return !BatchNormLstmParameters.isStatistic(parameter);
  }

  /** The mask is needed here, unlike in Deeplearning4j's LSTM, and goes on to the layers behind. */
  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int sequences) {
    setMaskArray(mask);
    return new Pair<>(mask, MaskState.Passthrough);
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  /** A layer of its own with copies of the parameters. */
  @Override
  public Layer clone() {
    return layerConf()
        .instantiate(conf.clone(), List.of(), index, paramsFlattened.dup(), false, dataType);
  }

  @Override
  public void clear() {
    super.clear();
    pass = null;
    start = null;
  }
}
