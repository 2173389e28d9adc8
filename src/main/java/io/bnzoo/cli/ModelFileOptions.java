package io.bnzoo.cli;

import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.TrustedClasses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which saved model a command works on, and what it may name. */
final class ModelFileOptions {
  @Parameters(paramLabel = "MODEL.zip", description = "The saved model.")
  private Path file;

  @Option(
      names = "--trust",
      paramLabel = "PACKAGE",
      description = {
        "A package of your own, such as com.example.layers, whose classes the file may name; several"
            + " if repeated. They must be on the class path:",
        "  java -cp bnzoo.jar:layers.jar io.bnzoo.cli.Bnzoo COMMAND MODEL.zip --trust PACKAGE"
      })
  private List<String> trusted = List.of();

  Path file() {
    return file;
  }

  /**
   * What the file may name.
   *
   * @throws IllegalArgumentException if what was given is no package
   */
  TrustedClasses trusted() {
    TrustedClasses classes = TrustedClasses.STANDARD;
    try {
      for (String name : trusted) {
        classes = classes.withPackage(name);
      }
      return classes;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--trust: " + e.getMessage(), e);
    }
  }

  /** Reads the file, and tells what vouches for it. */
  StoredModel open(Terminal terminal) throws IOException {
    StoredModel stored = ModelFiles.open(file, trusted());
    terminal.tell(provenance(stored));
    if (stored.hasUnvouchedNormalizer()) {
      terminal.tell("model: its normalizer was added later; nothing vouches for it");
    }
    return stored;
  }

  private static String provenance(StoredModel stored) {
    return stored
        .manifest()
        .map(
            manifest ->
                "model: every entry as its bnzoo.json has it"
                    + manifest
                        .origin()
                        .filter(origin -> origin.has("batches"))
                        .map(origin -> ", after " + origin.path("batches").asInt() + " batches")
                        .orElse("")
                    + (manifest.changes().isEmpty()
                        ? ""
                        : "; then " + String.join(", then ", manifest.changes())))
        .orElse("model: nothing vouches for it; it has no bnzoo.json");
  }
}
