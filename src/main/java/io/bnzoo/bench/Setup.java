package io.bnzoo.bench;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.onednn.OneDnn;
import java.util.List;

/** A way to train. */
public enum Setup {
  /**
   * Deeplearning4j as it comes: the plain binary, no oneDNN, the JVM's own choices. The empty
   * extension asks for the plain binary; JavaCPP would take the one with oneDNN that is beside it
   * here.
   */
  STOCK(
      "stock",
      List.of(
          "-Dorg.bytedeco.javacpp.platform.extension=",
          "-D" + NativeBackend.UNTOUCHED_PROPERTY + "=true")),
  /**
   * Deeplearning4j as {@link io.bnzoo.backend.NativeBackend} sets it up. Each step makes thousands
   * of small Java objects, of arrays that live outside the heap; a large young generation collected
   * by all cores has the least work.
   */
  DL4J("dl4j", List.of("-XX:+UseParallelGC", "-Xmn512m")),
  /** {@link io.bnzoo.engine.OneDnnEngine}. */
  ONEDNN("onednn", List.of("-XX:+UseParallelGC", "-Xmn512m"));

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // Only ever List.of.
  private final List<String> jvmOptions;

  Setup(String label, List<String> jvmOptions) {
    this.label = label;
    this.jvmOptions = jvmOptions;
  }

  /** Those that this machine can run. */
  static List<Setup> available() {
    return OneDnn.obstacle().isPresent() ? List.of(STOCK, DL4J) : List.of(values());
  }

  public String label() {
    return label;
  }

  List<String> jvmOptions() {
    return jvmOptions;
  }
}
