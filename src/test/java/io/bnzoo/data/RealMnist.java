package io.bnzoo.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** MNIST, for tests that need the real digits; without it they are skipped with a message. */
public final class RealMnist {
  private static final String VARIABLE = "BNZOO_DATA";

  private RealMnist() {}

  static Path folder() {
    String folder = System.getenv(VARIABLE);
    assumeTrue(
        folder != null && !folder.isBlank(),
        "skipped: set " + VARIABLE + " to a folder with MNIST's files to run this test");
    return Path.of(folder);
  }

  public static ImageDataset load() throws IOException {
    return DigitLibrary.standard().load(new DataChoice.Folder(folder()));
  }
}
