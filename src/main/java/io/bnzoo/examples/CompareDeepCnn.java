package io.bnzoo.examples;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.Digits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.report.ComparisonTable;
import io.bnzoo.report.Narrator;
import io.bnzoo.report.Provenance;
import io.bnzoo.run.RunFolder;
import io.bnzoo.run.RunRequest;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Trains the deep CNN without and with batch normalization: under a minute on two cores. */
public final class CompareDeepCnn {
  private CompareDeepCnn() {}

  /** Takes no arguments; what is finished below {@code runs} already is not trained again. */
  public static void main(String[] arguments) throws IOException {
    String computedBy = EngineChoice.AUTO.start();
    Digits digits =
        DigitLibrary.standard().withNotices(System.out::println).load(new DataChoice.Automatic());
    Comparison comparison = Comparison.ofDefaults(Zoo.find(DeepCnn.ID).orElseThrow());
    RunRequest request = RunRequest.of(List.of(), comparison, digits, computedBy);

    Consumer<String> lines = System.out::println;
    Comparison.Result result;
    try (RunFolder folder =
        RunFolder.open(
            Path.of("runs", "compare-deep-cnn"), request, CheckpointPlan.STANDARD, lines)) {
      Narrator narrator = new Narrator(lines);
      result = comparison.run(digits, EngineChoice.AUTO, folder, narrator, () -> false);
      folder.write(result, Provenance.ofThisJvm(computedBy));
    }
    ComparisonTable table = new ComparisonTable(result);
    System.out.println(table.asText());
    table.notes().forEach(System.out::println);
  }
}
