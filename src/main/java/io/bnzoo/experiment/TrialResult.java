package io.bnzoo.experiment;

import io.bnzoo.train.Snapshot;
import io.bnzoo.train.TrainingResult;
import java.util.List;
import java.util.Optional;

/**
 * What came out of one trial.
 *
 * @param inferenceTrap where the experiment asks for it
 * @param snapshots of the network's inside over the training; none unless asked for
 */
public record TrialResult(
    TrainingResult training, Optional<InferenceTrap> inferenceTrap, List<Snapshot> snapshots) {
  public TrialResult {
    snapshots = List.copyOf(snapshots);
  }
}
