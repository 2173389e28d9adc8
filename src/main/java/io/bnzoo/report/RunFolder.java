package io.bnzoo.report;

import io.bnzoo.experiment.Comparison;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that a run leaves behind; nothing that stood there before is ever written over. */
public final class RunFolder {
  private final Path path;

  private RunFolder(Path path) {
    this.path = path;
  }

  /**
   * A new folder with exactly this name.
   *
   * @throws FileAlreadyExistsException if there is such a folder
   */
  public static RunFolder named(Path parent, String name) throws IOException {
    Files.createDirectories(parent);
    return new RunFolder(Files.createDirectory(parent.resolve(name)));
  }

  /** A new folder with this name, or with the first free number behind it. */
  public static RunFolder numbered(Path parent, String name) throws IOException {
    Path folder = parent.resolve(name);
    for (int number = 2; Files.exists(folder); number++) {
      folder = parent.resolve(name + "-" + number);
    }
    return named(parent, folder.getFileName().toString());
  }

  public Path path() {
    return path;
  }

  /** Where a variant's model goes. */
  public Path modelFile(Comparison.VariantResult variant) {
    return path.resolve(variant.label() + "-seed-" + variant.spec().seed() + ".zip");
  }

  /** Writes {@code result.json}, {@code result.md}, {@code accuracy.png} and {@code loss.png}. */
  public void write(Comparison.Result result, Provenance provenance) throws IOException {
    Files.writeString(
        path.resolve("result.json"), Json.write(ResultDocument.of(result, provenance)));
    Files.writeString(
        path.resolve("result.md"),
        new ComparisonTable(result).asMarkdown(path.getFileName().toString(), provenance));
    CurveChart chart = new CurveChart(result);
    chart.writeAccuracy(path.resolve("accuracy.png"));
    chart.writeLoss(path.resolve("loss.png"));
  }
}
