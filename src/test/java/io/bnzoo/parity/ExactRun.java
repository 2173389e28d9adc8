package io.bnzoo.parity;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Statistics;
import io.bnzoo.parity.Distances.Quantity;
import io.bnzoo.parity.ExactNetwork.Pass;
import io.bnzoo.parity.ExactTraining.Batch;
import io.bnzoo.parity.RecordedRun.State;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;

/** A recorded run in double precision, and how far from it an implementation is. */
final class ExactRun {

  /**
   * How many times further from 0 than its own rounding moves it a value may be that falls on the
   * other side of a ReLU. It is that many because most of the error comes from what goes before:
   * sums of 50,000 values in single precision, and normalizations that amplify it.
   */
  private static final double REACH = 10_000;

  private final RecordedRun run;
  private final ExactNetwork network;
  private final Map<String, double[]> initial;
  private final Batch firstBatch;
  private final Pass firstPass;
  private final Map<String, double[]> gradients;
  private final Map<String, Double> reach;
  private final double[] losses;
  private final Map<String, double[]> afterFirstStep;
  private final Map<String, double[]> afterFirstStepAsFused;
  private final Map<String, double[]> last;
  private final Map<String, double[]> lastAsFused;
  private final Batch inferenceImages;
  private final double secondLossFromRecord;
  private final double[] lastLogitsFromRecord;

  ExactRun(RecordedRun run, ImageDataset digits) throws IOException {
    this.run = run;
    this.network = run.exactNetwork();
    this.initial = run.arrays(State.INITIAL);
    this.firstBatch = batch(run.batch(digits, 0));
    this.firstPass = pass(initial, firstBatch, Statistics.BATCH);
    this.gradients =
        network.gradients(initial, firstPass, firstBatch.labels(), ExactNetwork.Gates.BY_SIGN);
    this.reach = reach();
    ExactTraining training = training();
    this.losses = new double[run.description().steps()];
    losses[0] = network.loss().of(firstPass.logits(), firstBatch.labels()).mean();
    training.step(gradients);
    training.moveStatistics(firstPass, firstBatch.size());
    this.afterFirstStep = training.parameters();
    this.afterFirstStepAsFused = training.parametersAsFused();
    for (int step = 1; step < losses.length; step++) {
      losses[step] = training.step(batch(run.batch(digits, step)));
    }
    this.last = training.parameters();
    this.lastAsFused = training.parametersAsFused();
    Batch second = batch(run.batch(digits, 1));
    Pass secondPass = pass(run.arrays(State.AFTER_FIRST_STEP), second, Statistics.BATCH);
    this.secondLossFromRecord = network.loss().of(secondPass.logits(), second.labels()).mean();
    this.inferenceImages = batch(run.inferenceImages(digits));
    this.lastLogitsFromRecord = logits(run.arrays(State.LAST));
  }

  private ExactTraining training() {
    RunDescription description = run.description();
    return new ExactTraining(network, description.updater(), description.decay(), initial);
  }

  private Pass pass(Map<String, double[]> parameters, Batch batch, Statistics by) {
    return network.forward(parameters, batch.images(), batch.size(), by);
  }

  /** By the running statistics, [images, classes]. */
  private double[] logits(Map<String, double[]> parameters) {
    double[] logits = pass(parameters, inferenceImages, Statistics.RUNNING).logits();
    int images = inferenceImages.size();
    int classes = logits.length / images;
    return IntStream.range(0, logits.length)
        .mapToDouble(i -> logits[i % classes * images + i / classes])
        .toArray();
  }

  private Map<String, Double> reach() {
    Pass rounded =
        network
            .roundedToFloats()
            .forward(initial, firstBatch.images(), firstBatch.size(), Statistics.BATCH);
    Map<String, Double> limits = new HashMap<>();
    for (int i = 0; i < firstPass.traces().size(); i++) {
      double[] z = firstPass.traces().get(i).z();
      double[] roundedZ = rounded.traces().get(i).z();
      double sum = 0;
      for (int j = 0; j < z.length; j++) {
        sum += (z[j] - roundedZ[j]) * (z[j] - roundedZ[j]);
      }
      String name = firstPass.traces().get(i).block().name();
      limits.put(name, REACH * Math.sqrt(sum / z.length));
    }
    return limits;
  }

  /** [images, 784] turned over. */
  static Batch batch(LabeledImages images) {
    double[] pixels =
        images.images().castTo(DataType.DOUBLE).transpose().dup('c').data().asDouble();
    return new Batch(pixels, IntStream.range(0, images.size()).map(images::label).toArray());
  }

  /** How far TensorFlow is. */
  Distances ofTensorFlow() throws IOException {
    boolean fused = run.description().batchNorm() == RunDescription.BatchNorm.FUSED;
    return distances(
        Observation.ofTensorFlow(run),
        fused ? afterFirstStepAsFused : afterFirstStep,
        fused ? lastAsFused : last);
  }

  /** How far an implementation of ours is, which always moves by the biased variance. */
  Distances of(Observation ours) {
    return distances(ours, afterFirstStep, last);
  }

  private Distances distances(
      Observation observed, Map<String, double[]> exactFirst, Map<String, double[]> exactLast) {
    Distances distances = new Distances();
    for (int step = 0; step < losses.length; step++) {
      Quantity quantity = step == 0 ? Quantity.FIRST_LOSS : Quantity.LATER_LOSSES;
      distances.add(quantity, observed.losses()[step], losses[step]);
    }
    distances.add(Quantity.SECOND_LOSS, observed.secondLossFromRecord(), secondLossFromRecord);
    Map<String, double[]> theirs = observed.gradients();
    Set<String> trained = gradients.keySet();
    distances.add(Quantity.OUTPUT_GRADIENTS, theirs, gradients, List.of("output.W", "output.b"));
    distances.add(Quantity.GRADIENTS, theirs, gradients, trained);
    distances.add(Quantity.GRADIENTS_GIVEN_GATES, theirs, gradientsGivenGatesOf(theirs), trained);
    ExactTraining update = training();
    update.step(theirs);
    Map<String, double[]> first = observed.afterFirstStep();
    distances.add(Quantity.FIRST_UPDATE, first, update.parameters(), trained);
    distances.add(Quantity.FIRST_MEANS, first, exactFirst, statistics("Mean"));
    distances.add(Quantity.FIRST_VARIANCES, first, exactFirst, statistics("Variance"));
    distances.add(Quantity.LAST_VARIANCES, observed.last(), exactLast, statistics("Variance"));
    distances.add(Quantity.LAST_LOGITS, observed.lastLogits(), logits(exactLast));
    distances.add(Quantity.LOGITS_OF_RECORD, observed.lastLogitsFromRecord(), lastLogitsFromRecord);
    return distances;
  }

  private Map<String, double[]> gradientsGivenGatesOf(Map<String, double[]> theirs) {
    GateSearch search = new GateSearch(network, firstBatch.size(), theirs, reach);
    return network.gradients(initial, firstPass, firstBatch.labels(), search);
  }

  /** The names of all running means or variances; none where there is no batch norm. */
  private List<String> statistics(String kind) {
    return initial.keySet().stream().filter(name -> name.endsWith(".population" + kind)).toList();
  }
}
