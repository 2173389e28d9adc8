package io.bnzoo.examples;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.Digits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.report.ComparisonTable;
import io.bnzoo.report.Narrator;
import io.bnzoo.report.Provenance;
import io.bnzoo.report.RunFolder;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;

/** Trains the deep CNN without and with batch normalization: under a minute on two cores. */
public final class CompareDeepCnn {
  private CompareDeepCnn() {}

  /** Takes no arguments; writes to a new folder below {@code runs}. */
  public static void main(String[] arguments) throws IOException {
    String computedBy = EngineChoice.AUTO.start();
    Digits digits =
        DigitLibrary.ofThisUser().withNotices(System.out::println).load(new DataChoice.Automatic());
    RunFolder folder = RunFolder.numbered(Path.of("runs"), "compare-deep-cnn");

    Comparison comparison = Comparison.ofDefaults(Zoo.find(DeepCnn.ID).orElseThrow());
    Comparison.Result result =
        comparison.run(
            digits, EngineChoice.AUTO, new Narrator(System.out::println, folder), () -> false);

    folder.write(result, Provenance.ofThisJvm(computedBy));
    ComparisonTable table = new ComparisonTable(result);
    System.out.println(table.asText());
    table.notes().forEach(System.out::println);
  }
}
