package io.bnzoo.bench;

import java.util.List;

/** A way to set Deeplearning4j up. */
public enum Setup {
  /**
   * As it comes: the plain binary, no oneDNN, the JVM's own choices. The empty extension asks for
   * the plain binary; JavaCPP would take the one with oneDNN that is beside it here.
   */
  STOCK("stock", List.of("-Dorg.bytedeco.javacpp.platform.extension=")),
  /**
   * As {@code mvn exec:exec} sets it up. Each step makes thousands of small Java objects, of arrays
   * that live outside the heap; a large young generation collected by all cores has the least work.
   */
  ONEDNN("oneDNN", List.of("-XX:+UseParallelGC", "-Xmn512m"));

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // Only ever List.of.
  private final List<String> jvmOptions;

  Setup(String label, List<String> jvmOptions) {
    this.label = label;
    this.jvmOptions = jvmOptions;
  }

  public String label() {
    return label;
  }

  List<String> jvmOptions() {
    return jvmOptions;
  }
}
