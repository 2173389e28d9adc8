package io.bnzoo.examples;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.run.ComparisonRun;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Trains the MLP with batch normalization in every place where it can stand. */
public final class ComparePlacements {
  private ComparePlacements() {}

  /** Takes no arguments; what is finished below {@code runs} already is not trained again. */
  public static void main(String[] arguments) throws IOException {
    Comparison comparison =
        new Comparison(
            Zoo.find(ThreeLayerMlp.ID).orElseThrow(),
            UnaryOperator.identity(),
            Normalization.batchNorm().inEveryPlacement(),
            List.of(1L),
            ThreeLayerMlp.PLAN);
    ComparisonRun.of(comparison, Path.of("runs", "compare-placements"), System.out::println);
  }
}
