package io.bnzoo.bench;

import java.util.List;

/** A way to set Deeplearning4j up. */
public enum Setup {
  /** As it comes: the plain binary, no oneDNN, the JVM's own choices. */
  STOCK("stock", List.of()),
  /** As the commands here set it up. */
  ONEDNN("oneDNN", List.of());

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
