package io.bnzoo.experiment;

import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.ModelBuilder;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.TrainingPlan;

/**
 * One network of an experiment to be trained.
 *
 * @param seed of its initial weights and of the order of its batches
 */
public record Trial(Experiment experiment, Normalization variant, long seed, Scale scale) {

  /** A name that no other trial of the same scale has. */
  public String name() {
    return experiment.id() + "-" + variant.label() + "-seed-" + seed;
  }

  /** Its network, not yet initialized. */
  BatchNormModel model() {
    ModelBuilder<?, ?> builder = experiment.entry().builder().get();
    if (builder instanceof ImageLstm.Builder lstm) {
      experiment.reading().ifPresent(lstm::reading);
    }
    return builder
        .normalization(variant)
        .activation(experiment.activation())
        .learningRate(experiment.learningRate())
        .initialWeights(experiment.initialWeights())
        .seed(seed)
        .build();
  }

  public NetworkSpec spec() {
    return model().spec();
  }

  public TrainingPlan plan() {
    return scale.apply(experiment.plan()).withDataSeed(seed);
  }

  /** What it takes oneDNN's engine on one core, roughly, in seconds. */
  public double expectedSeconds() {
    return 60 * experiment.minutes() * scale.share() / experiment.variants().size();
  }
}
