package io.bnzoo.examples;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.run.ComparisonRun;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;

/** Trains the MLP without and with batch normalization: a few seconds. */
public final class CompareMlp {
  private CompareMlp() {}

  /** Takes no arguments; what is finished below {@code runs} already is not trained again. */
  public static void main(String[] arguments) throws IOException {
    Comparison comparison = Comparison.ofDefaults(Zoo.find(ThreeLayerMlp.ID).orElseThrow());
    ComparisonRun.of(comparison, Path.of("runs", "compare-mlp"), System.out::println);
  }
}
