package io.bnzoo.report;

import io.bnzoo.storage.Versions;

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
    return new Provenance(
        Versions.bnzoo(),
        Versions.deeplearning4j(),
        backend,
        System.getProperty("java.runtime.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }
}
