package io.bnzoo.examples;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.run.ComparisonRun;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;

/** Trains the deep CNN without and with batch normalization: under a minute on two cores. */
public final class CompareDeepCnn {
  private CompareDeepCnn() {}

  /** Takes no arguments; what is finished below {@code runs} already is not trained again. */
  public static void main(String[] arguments) throws IOException {
    Comparison comparison = Comparison.ofDefaults(Zoo.find(DeepCnn.ID).orElseThrow());
    ComparisonRun.of(comparison, Path.of("runs", "compare-deep-cnn"), System.out::println);
  }
}
