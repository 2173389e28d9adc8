package io.bnzoo.compiler;

import static io.bnzoo.compiler.LstmValues.GATES;
import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.LayerReader.Flow;
import io.bnzoo.compiler.Operation.StepNormalization;
import io.bnzoo.compiler.Operation.StepStatistics;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.BatchNormLstmParameters;
import io.bnzoo.layer.BatchNormLstmParameters.Normalized;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.recurrent.LastTimeStepLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * Turns recurrent layers into operations.
 *
 * @param seed of the network, which noise is drawn by
 */
record RecurrentReader(LayerReader layers, long seed) {
  /** Has the layers read by this. */
  void register() {
    layers.put(LSTM.class, this::lstm);
    layers.put(BatchNormLstm.class, this::batchNormLstm);
  }

  private Flow lstm(Flow given, LSTM layer, ParameterViews parameters) {
    require(
        layer.getActivationFn().getClass() == ActivationTanH.class
            && layer.getGateActivationFn().getClass() == ActivationSigmoid.class,
        describe(layer) + " has other activations than tanh and, of its gates, sigmoid");
    return read(
        given,
        layer,
        parameters,
        LSTMParamInitializer.INPUT_WEIGHT_KEY,
        LSTMParamInitializer.RECURRENT_WEIGHT_KEY,
        LSTMParamInitializer.BIAS_KEY,
        Optional.empty());
  }

  private Flow batchNormLstm(Flow given, BatchNormLstm layer, ParameterViews parameters) {
    long steps = given.geometry().steps();
    StepNormalization normalization =
        new StepNormalization(
            statistics(Normalized.INPUT, GATES, layer, parameters, steps),
            statistics(Normalized.STATE, GATES, layer, parameters, steps),
            statistics(Normalized.CELL, 1, layer, parameters, steps),
            parameters.gates(BatchNormLstmParameters.BETA_CELL, 1),
            layer.epsilon(),
            layer.initialStateNoise(),
            seed,
            parameters.index());
    return read(
        given,
        layer,
        parameters,
        BatchNormLstmParameters.WEIGHTS,
        BatchNormLstmParameters.RECURRENT_WEIGHTS,
        BatchNormLstmParameters.BIAS,
        Optional.of(normalization));
  }

  private static StepStatistics statistics(
      Normalized of, int gates, BatchNormLstm layer, ParameterViews parameters, long steps) {
    long rows = Math.min(layer.steps(), steps);
    long others = layer.steps() - rows;
    Parameter.Update fixed = new Parameter.Fixed(false);
    Parameter.Update update = parameters.isFrozen() ? fixed : new Parameter.Averaged(layer.decay());
    return new StepStatistics(
        parameters.gates(of.gamma(), gates),
        parameters.rows(of.mean(), 0, rows, gates, update),
        parameters.rows(of.variance(), 0, rows, gates, update),
        others == 0
            ? List.of()
            : List.of(
                parameters.rows(of.mean(), rows, others, gates, fixed),
                parameters.rows(of.variance(), rows, others, gates, fixed)));
  }

  private Flow read(
      Flow given,
      BaseRecurrentLayer layer,
      ParameterViews parameters,
      String inputWeights,
      String stateWeights,
      String bias,
      Optional<StepNormalization> normalization) {
    require(given.geometry().isSequence(), describe(layer) + " is given no sequences");
    require(layer.getRnnDataFormat() != RNNFormat.NWC, describe(layer) + " takes sequences in NWC");
    LayerReader.requireInput(layer, layer.getNIn(), given.geometry().features());
    boolean lastOnly = givesLastOnly(layer, parameters);
    long outputs = layer.getNOut();
    Geometry result = Geometry.sequence(outputs, lastOnly ? 0 : given.geometry().steps());
    return layers.next(
        given,
        new Operation.LstmOp(
            parameters.gateWeights(inputWeights, GATES),
            parameters.gateWeights(stateWeights, GATES),
            parameters.gates(bias, GATES),
            normalization,
            given.geometry().size(),
            lastOnly),
        result);
  }

  /** Whether it is wrapped for its last step; other wrappers than those that freeze are refused. */
  private static boolean givesLastOnly(BaseRecurrentLayer layer, ParameterViews parameters) {
    boolean lastOnly = false;
    org.deeplearning4j.nn.api.Layer within = parameters.of();
    while (within instanceof BaseWrapperLayer wrapper) {
      boolean isLast = wrapper.getClass() == LastTimeStepLayer.class;
      require(
          isLast
              || wrapper.getClass() == FrozenLayer.class
              || wrapper.getClass() == FrozenLayerWithBackprop.class,
          describe(layer) + " is within a " + wrapper.getClass().getSimpleName());
      lastOnly |= isLast;
      within = wrapper.getUnderlying();
    }
    return lastOnly;
  }
}
