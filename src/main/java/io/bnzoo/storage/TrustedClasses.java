package io.bnzoo.storage;

import io.bnzoo.files.ShownName;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The classes that a model's configuration may name. Any other name is refused before a class is
 * loaded, since loading one runs its static initializer.
 *
 * <p>Whether a class is trusted is decided by its name alone: by the package it is in, not counting
 * packages below that.
 */
public final class TrustedClasses {
  private static final String IDENTIFIER =
      "[\\p{javaJavaIdentifierStart}&&[^\\p{Cntrl}]][\\p{javaJavaIdentifierPart}&&[^\\p{Cntrl}]]*";

  private static final Pattern PACKAGE = Pattern.compile(IDENTIFIER + "(?:\\." + IDENTIFIER + ")*");

  /**
   * Deeplearning4j's layers, vertices, preprocessors, activations, losses, updaters and what these
   * consist of, and this library's layers.
   */
  public static final TrustedClasses STANDARD =
      new TrustedClasses(
          Set.of(
              "org.deeplearning4j.nn.conf.constraint",
              "org.deeplearning4j.nn.conf.distribution",
              "org.deeplearning4j.nn.conf.dropout",
              "org.deeplearning4j.nn.conf.graph",
              "org.deeplearning4j.nn.conf.graph.rnn",
              "org.deeplearning4j.nn.conf.inputs",
              "org.deeplearning4j.nn.conf.layers",
              "org.deeplearning4j.nn.conf.layers.convolutional",
              "org.deeplearning4j.nn.conf.layers.misc",
              "org.deeplearning4j.nn.conf.layers.objdetect",
              "org.deeplearning4j.nn.conf.layers.recurrent",
              "org.deeplearning4j.nn.conf.layers.util",
              "org.deeplearning4j.nn.conf.layers.variational",
              "org.deeplearning4j.nn.conf.layers.wrapper",
              "org.deeplearning4j.nn.conf.ocnn",
              "org.deeplearning4j.nn.conf.preprocessor",
              "org.deeplearning4j.nn.conf.stepfunctions",
              "org.deeplearning4j.nn.conf.weightnoise",
              "org.deeplearning4j.nn.weights",
              "org.deeplearning4j.nn.weights.embeddings",
              "org.deeplearning4j.preprocessors",
              MissingClasses.KERAS_PREPROCESSORS,
              "org.nd4j.linalg.activations.impl",
              "org.nd4j.linalg.learning.config",
              "org.nd4j.linalg.learning.regularization",
              "org.nd4j.linalg.lossfunctions.impl",
              "org.nd4j.linalg.schedule",
              "io.bnzoo.layer"));

  /** Of packages that hold other things, too. */
  private static final Set<String> ALONE =
      Set.of(
          "org.deeplearning4j.nn.layers.util.IdentityLayer",
          "org.deeplearning4j.nn.layers.ocnn.OCNNOutputLayer$OCNNLossFunction");

  private final Set<String> packages;
  private ConfigurationReader reader;

  private TrustedClasses(Set<String> packages) {
    this.packages = Set.copyOf(packages);
  }

  /**
   * The same classes, and those of a package of one's own. Whoever can put a name into a file can
   * have any class of the package made, with any values: a package of layers, not one of programs.
   *
   * @throws IllegalArgumentException if that is not the name of a package
   */
  public TrustedClasses withPackage(String name) {
    if (!PACKAGE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          String.format(
              "\"%s\" is not the name of a package, such as com.example.layers",
              ShownName.of(name)));
    }
    Set<String> more = new TreeSet<>(packages);
    more.add(name);
    return new TrustedClasses(more);
  }

  /** Whether a configuration may name a class; arrays and type arguments are never trusted. */
  boolean contains(String className) {
    int end = className.lastIndexOf('.'); // A nested class comes after a $.
    return PACKAGE.matcher(className).matches()
        && end > 0
        && (packages.contains(className.substring(0, end)) || ALONE.contains(className));
  }

  /** Reads configurations; it is kept, since its first one takes a tenth of a second. */
  synchronized ConfigurationReader reader() {
    if (reader == null) {
      reader = new ConfigurationReader(this);
    }
    return reader;
  }
}
