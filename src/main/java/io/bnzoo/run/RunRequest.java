package io.bnzoo.run;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.storage.Versions;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.util.List;

/**
 * What a run was asked for, written down before it begins.
 *
 * @param format of this document; it changes whenever a name in it does
 * @param command the arguments that asked for it
 * @param settings what decides its figures
 */
public record RunRequest(int format, List<String> command, Settings settings) {
  private static final int FORMAT = 1;

  public RunRequest {
    command = List.copyOf(command);
  }

  public RunRequest(List<String> command, Settings settings) {
    this(FORMAT, command, settings);
  }

  /**
   * What is asked for by some arguments.
   *
   * @param computedBy see {@link Settings}
   */
  public static RunRequest of(
      List<String> command, Comparison comparison, ImageDataset digits, String computedBy) {
    return new RunRequest(
        command,
        new Settings(
            comparison.specifications(),
            comparison.plan(),
            digits.origin().sha256(),
            computedBy,
            comparison.threads()));
  }

  /**
   * All that decides a run's figures to the last bit.
   *
   * @param networks to be trained, in order
   * @param plan common to all, the data seed aside
   * @param data SHA-256 of the digits
   * @param computedBy the engine and the processor's instructions
   * @param threads that compute
   * @param bnzoo the version of this library
   * @param deeplearning4j the version of Deeplearning4j
   */
  public record Settings(
      List<NetworkSpec> networks,
      TrainingPlan plan,
      String data,
      String computedBy,
      int threads,
      String bnzoo,
      String deeplearning4j) {
    public Settings {
      networks = List.copyOf(networks);
    }

    /** Those of a run by this version. */
    Settings(
        List<NetworkSpec> networks,
        TrainingPlan plan,
        String data,
        String computedBy,
        int threads) {
      this(networks, plan, data, computedBy, threads, Versions.bnzoo(), Versions.deeplearning4j());
    }
  }
}
