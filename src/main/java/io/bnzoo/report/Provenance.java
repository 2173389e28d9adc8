package io.bnzoo.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * The software and machine that a figure comes from.
 *
 * @param backend which ND4J binary did the arithmetic
 */
public record Provenance(
    String bnzoo,
    String deeplearning4j,
    String backend,
    String java,
    String operatingSystem,
    int processors) {

  /** This JVM's. */
  public static Provenance ofThisJvm(String backend) {
    Properties versions = versions();
    return new Provenance(
        versions.getProperty("bnzoo"),
        versions.getProperty("deeplearning4j"),
        backend,
        System.getProperty("java.runtime.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }

  /** The versions of this library and of Deeplearning4j, as the build wrote them down. */
  public static Properties versions() {
    Properties versions = new Properties();
    try (InputStream in = Provenance.class.getResourceAsStream("/bnzoo.properties")) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions;
  }
}
