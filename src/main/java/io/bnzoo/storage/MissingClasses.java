package io.bnzoo.storage;

import java.util.Optional;

/** Says of trusted classes, without loading them, that they are not on the class path, and why. */
final class MissingClasses {
  static final String KERAS_PREPROCESSORS = "org.deeplearning4j.nn.modelimport.keras.preprocessors";

  private MissingClasses() {}

  /** What to do about a class that is not there; empty if it is. */
  static Optional<String> advice(String className) {
    if (isPresent(className)) {
      return Optional.empty();
    }
    if (!className.startsWith(KERAS_PREPROCESSORS + ".")) {
      return Optional.of("add the library that it comes from");
    }
    String newName =
        "org.deeplearning4j.preprocessors" + className.substring(KERAS_PREPROCESSORS.length());
    return Optional.of(
        isPresent(newName)
            ? "this Deeplearning4j calls it " + newName + ": put that name into the entry"
            : "add Deeplearning4j's artifact org.deeplearning4j:deeplearning4j-modelimport:"
                + Versions.deeplearning4j());
  }

  private static boolean isPresent(String className) {
    String resource = className.replace('.', '/') + ".class";
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return MissingClasses.class.getClassLoader().getResource(resource) != null
        || (ofThread != null && ofThread.getResource(resource) != null);
  }
}
