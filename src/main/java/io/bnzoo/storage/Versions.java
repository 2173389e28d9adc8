package io.bnzoo.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions of this library and of Deeplearning4j, as the build wrote them down. */
public final class Versions {
  private static final Properties BUILD = new Properties();

  static {
    try (InputStream in = Versions.class.getResourceAsStream("/bnzoo.properties")) {
      BUILD.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Versions() {}

  /** This library's, as in its Maven coordinates. */
  public static String bnzoo() {
    return BUILD.getProperty("bnzoo");
  }

  /** Deeplearning4j's, which the library was built with. */
  public static String deeplearning4j() {
    return BUILD.getProperty("deeplearning4j");
  }
}
