package io.bnzoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The Markdown files of this project. */
public final class Documents {

  /** Folders that are generated. */
  private static final Set<String> GENERATED =
      Set.of("target", "runs", ".git", ".ipynb_checkpoints");

  private Documents() {}

  public static List<Path> all() throws IOException {
    try (Stream<Path> top = Files.list(Path.of(""))) {
      List<Path> documents = new ArrayList<>();
      for (Path entry : top.filter(path -> !GENERATED.contains(path.toString())).toList()) {
        documents.addAll(in(entry));
      }
      return documents;
    }
  }

  /** Those in a folder and below it. */
  static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }
}
