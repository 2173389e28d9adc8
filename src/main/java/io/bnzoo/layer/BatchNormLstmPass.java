package io.bnzoo.layer;

import static io.bnzoo.layer.BatchNormLstmParameters.BETA_CELL;
import static io.bnzoo.layer.BatchNormLstmParameters.BIAS;
import static io.bnzoo.layer.BatchNormLstmParameters.RECURRENT_WEIGHTS;
import static io.bnzoo.layer.BatchNormLstmParameters.WEIGHTS;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import io.bnzoo.layer.BatchNormLstmParameters.Normalized;
import io.bnzoo.layer.StepNormalization.Presence;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The equations of {@link BatchNormLstm}: one way forward through all time steps, and, of a forward
 * pass in training or inference, the way back.
 */
final class BatchNormLstmPass {
  private final BatchNormLstm layer;
  private final Map<String, INDArray> parameters;
  private final boolean kept;
  private final LayerWorkspaceMgr workspaces;
  private final Map<Normalized, StepNormalization> normalizations = new EnumMap<>(Normalized.class);
  private final List<Step> steps = new ArrayList<>();

  /**
   * What the way back needs of a step.
   *
   * @param input [N,I]
   * @param outputBefore h of the step before, [N,H]
   * @param cellBefore c of the step before
   * @param gates tanh(g), sigmoid(f), sigmoid(o) and sigmoid(i), [N,4H]
   * @param squashed tanh of the normalized cell
   */
  private record Step(
      Presence presence,
      INDArray input,
      INDArray outputBefore,
      INDArray cellBefore,
      INDArray gates,
      INDArray squashed) {}

  /**
   * What goes from step to step.
   *
   * @param output h, [N,H]
   * @param cell c, [N,H]
   * @param time how many steps came before
   */
  record State(INDArray output, INDArray cell, long time) {}

  /**
   * A pass.
   *
   * @param training whether it normalizes by the batch's statistics
   * @param kept whether {@link #backward} will follow
   * @param workspaces those of the way forward
   */
  BatchNormLstmPass(
      BatchNormLstm layer,
      Map<String, INDArray> parameters,
      boolean training,
      boolean kept,
      LayerWorkspaceMgr workspaces) {
    this.layer = layer;
    this.parameters = parameters;
    this.kept = kept;
    this.workspaces = workspaces;
    for (Normalized each : Normalized.values()) {
      normalizations.put(each, new StepNormalization(each, parameters, layer.epsilon(), training));
    }
  }

  /**
   * Runs forward.
   *
   * @param input [N,I,T]
   * @param mask [N,T], or null where all sequences have all steps
   * @param before its arrays are written to
   * @param outputs [N,H,T], to be written
   * @return the state after the last step
   */
  State forward(INDArray input, INDArray mask, State before, INDArray outputs) {
    INDArray output = before.output();
    INDArray cell = before.cell();
    INDArray presences = mask == null ? null : keep(mask.castTo(input.dataType()));
    long length = input.size(2);
    for (long t = 0; t < length; t++) {
      try (MemoryWorkspace loop =
          workspaces.notifyScopeEntered(ArrayType.RNN_FF_LOOP_WORKING_MEM)) {
        Presence presence =
            presences == null
                ? Presence.all(input.size(0))
                : Presence.of(presences.getColumn(t, true));
        step(input.get(all(), all(), point(t)), output, cell, before.time() + t, presence);
        outputs.get(all(), all(), point(t)).assign(output);
      }
    }
    return new State(output, cell, before.time() + length);
  }

  /** One step, which replaces output and cell. */
  private void step(INDArray x, INDArray output, INDArray cell, long time, Presence presence) {
    INDArray a =
        normalized(Normalized.INPUT, x.mmul(parameters.get(WEIGHTS)), time, presence)
            .addi(
                normalized(
                    Normalized.STATE,
                    output.mmul(parameters.get(RECURRENT_WEIGHTS)),
                    time,
                    presence))
            .addiRowVector(parameters.get(BIAS));
    INDArray g = Transforms.tanh(part(a, 0), false);
    INDArray f = Transforms.sigmoid(part(a, 1), false);
    INDArray o = Transforms.sigmoid(part(a, 2), false);
    INDArray i = Transforms.sigmoid(part(a, 3), false);

    INDArray cellBefore = keep(cell);
    INDArray outputBefore = keep(output);
    cell.muli(f).addi(i.mul(g));
    presence.only(cell);
    INDArray seen =
        normalized(Normalized.CELL, cell, time, presence).addiRowVector(parameters.get(BETA_CELL));
    INDArray squashed = Transforms.tanh(seen, false);
    output.assign(o.mul(squashed));
    presence.only(output);
    if (kept) {
      steps.add(new Step(presence, keep(x), outputBefore, cellBefore, keep(a), keep(squashed)));
    }
  }

  private INDArray normalized(Normalized what, INDArray z, long time, Presence presence) {
    StepNormalization normalization = normalizations.get(what);
    return kept
        ? normalization.forward(z, time, presence, this::keep)
        : normalization.forward(z, time, presence);
  }

  /** The part of [N,4H] for the candidate, the forget gate, the output gate or the input gate. */
  private INDArray part(INDArray gates, long number) {
    long outputs = layer.getNOut();
    return gates.get(all(), interval(number * outputs, (number + 1) * outputs));
  }

  private INDArray keep(INDArray array) {
    return kept ? workspaces.dup(ArrayType.ACTIVATIONS, array, 'c') : array;
  }

  /** Adds the batch's statistics of a pass in training that was kept. */
  void addTo(Map<Normalized, StatisticSums> sums) {
    normalizations.forEach((what, normalization) -> normalization.addTo(sums.get(what)));
  }

  /** Whether {@link #backward} can follow. */
  boolean isKept() {
    return kept;
  }

  /**
   * Runs back.
   *
   * @param gradient of the loss by the outputs, [N,H,T]
   * @param furthest through how many of the last steps it goes back
   * @param gradients by parameter, to be written; for a running statistic what a training step
   *     subtracts from it
   * @param ofInput by the input, [N,I,T], to be written
   * @param memory those of the way back
   */
  void backward(
      INDArray gradient,
      long furthest,
      Map<String, INDArray> gradients,
      INDArray ofInput,
      LayerWorkspaceMgr memory) {
    gradients.values().forEach(each -> each.assign(0));
    ofInput.assign(0);
    INDArray ofOutput = gradient.get(all(), all(), point(0)).ulike().assign(0);
    INDArray ofCell = ofOutput.ulike().assign(0);
    for (int t = steps.size() - 1; t >= Math.max(0, steps.size() - furthest); t--) {
      try (MemoryWorkspace loop = memory.notifyScopeEntered(ArrayType.RNN_BP_LOOP_WORKING_MEM)) {
        ofOutput.addi(gradient.get(all(), all(), point(t)));
        INDArray ofInputHere = stepBack(t, ofOutput, ofCell, gradients);
        ofInput.get(all(), all(), point(t)).assign(ofInputHere);
      }
    }
    normalizations.forEach(
        (what, normalization) ->
            normalization.statisticSteps(
                layer.decay(), gradients.get(what.mean()), gradients.get(what.variance())));
  }

  /**
   * One step back.
   *
   * @param ofOutput the gradient by the step's output, to be replaced by the one before's
   * @param ofCell likewise by the cell
   * @return the gradient by the step's input
   */
  private INDArray stepBack(
      int t, INDArray ofOutput, INDArray ofCell, Map<String, INDArray> gradients) {
    Step step = steps.get(t);
    Presence presence = step.presence;
    INDArray g = part(step.gates, 0);
    INDArray f = part(step.gates, 1);
    INDArray o = part(step.gates, 2);
    INDArray i = part(step.gates, 3);
    presence.only(ofOutput);
    presence.only(ofCell);

    INDArray ofSeen = ofOutput.mul(o).muli(slopeOfTanh(step.squashed));
    gradients.get(BETA_CELL).addi(ofSeen.sum(0));
    ofCell.addi(back(Normalized.CELL, t, ofSeen, presence, gradients));

    INDArray ofGates = step.gates.ulike();
    part(ofGates, 0).assign(ofCell.mul(i).muli(slopeOfTanh(g)));
    part(ofGates, 1).assign(ofCell.mul(step.cellBefore).muli(slopeOfSigmoid(f)));
    part(ofGates, 2).assign(ofOutput.mul(step.squashed).muli(slopeOfSigmoid(o)));
    part(ofGates, 3).assign(ofCell.mul(g).muli(slopeOfSigmoid(i)));
    gradients.get(BIAS).addi(ofGates.sum(0));
    ofCell.muli(f);

    INDArray ofFromInput = back(Normalized.INPUT, t, ofGates, presence, gradients);
    INDArray ofFromState = back(Normalized.STATE, t, ofGates, presence, gradients);
    addProduct(step.input, ofFromInput, gradients.get(WEIGHTS));
    addProduct(step.outputBefore, ofFromState, gradients.get(RECURRENT_WEIGHTS));
    ofOutput.assign(ofFromState.mmul(parameters.get(RECURRENT_WEIGHTS).transpose()));
    return ofFromInput.mmul(parameters.get(WEIGHTS).transpose());
  }

  private INDArray back(
      Normalized what,
      int t,
      INDArray gradient,
      Presence presence,
      Map<String, INDArray> gradients) {
    return normalizations.get(what).backward(t, gradient, presence, gradients.get(what.gamma()));
  }

  private static INDArray slopeOfTanh(INDArray result) {
    return result.mul(result).rsubi(1);
  }

  private static INDArray slopeOfSigmoid(INDArray result) {
    return result.rsub(1).muli(result);
  }

  /** Adds the product of the first, transposed, and the second. */
  private static void addProduct(INDArray first, INDArray second, INDArray sum) {
    Nd4j.gemm(first, second, sum, true, false, 1, 1);
  }
}
