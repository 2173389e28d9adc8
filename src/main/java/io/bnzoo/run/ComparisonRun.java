package io.bnzoo.run;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.report.ComparisonTable;
import io.bnzoo.report.Narrator;
import io.bnzoo.report.Provenance;
import io.bnzoo.train.CheckpointPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A whole comparison in one call: MNIST found, networks trained, results written and shown. */
public final class ComparisonRun {
  private ComparisonRun() {}

  /**
   * Trains what the folder does not have yet, on MNIST or, where there is none, generated digits.
   *
   * @param folder gets the models, the learning curves and the results; made if it is not there
   * @param lines receives how it goes, then the table
   * @throws OtherRunException if the folder holds the run of another comparison
   */
  public static Comparison.Result of(Comparison comparison, Path folder, Consumer<String> lines)
      throws IOException {
    ImageDataset digits =
        DigitLibrary.standard().withNotices(lines).load(new DataChoice.Automatic());
    return of(comparison, digits, folder, lines);
  }

  /**
   * The same on given images, whose shape and classes the networks take.
   *
   * @throws OtherRunException if the folder holds the run of another comparison, or on other images
   */
  public static Comparison.Result of(
      Comparison comparison, ImageDataset digits, Path folder, Consumer<String> lines)
      throws IOException {
    String computedBy = EngineChoice.AUTO.start();
    Comparison fitted = comparison.forImages(digits);
    RunRequest request = RunRequest.of(List.of(), fitted, digits, computedBy);
    try (RunFolder run = RunFolder.open(folder, request, CheckpointPlan.STANDARD, lines)) {
      Comparison.Result result =
          fitted.run(digits, EngineChoice.AUTO, run, new Narrator(lines), () -> false);
      run.write(result, Provenance.ofThisJvm(computedBy));
      ComparisonTable table = new ComparisonTable(result);
      lines.accept(table.asText());
      table.notes().forEach(lines);
      return result;
    }
  }
}
