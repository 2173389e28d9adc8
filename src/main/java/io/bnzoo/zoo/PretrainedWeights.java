package io.bnzoo.zoo;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.util.ModelSerializer;
import org.deeplearning4j.zoo.PretrainedType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weights of the zoo's models that were trained on MNIST: saved models in a jar of their own, whose
 * checksums are in this one. Since they are known byte by byte, they need none of the validation
 * that files from elsewhere get.
 *
 * @param file the model's, a resource beside this class
 */
record PretrainedWeights(String file) {
  private static final Properties SHA256 = new Properties();

  static {
    try (InputStream in = PretrainedWeights.class.getResourceAsStream("pretrained.properties")) {
      SHA256.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Those of a specification; its seed, initial weights, updater and axis order make no difference.
   *
   * @throws UnsupportedOperationException if there are none, saying why and for which there are
   */
  static PretrainedWeights of(NetworkSpec spec, PretrainedType type) {
    Optional<String> obstacle = obstacle(spec, type);
    if (obstacle.isPresent()) {
      throw new UnsupportedOperationException(
          String.format(
              "there are no pretrained weights of this %s: %s; there are some of deep-cnn and mlp"
                  + " for MNIST, with Normalization.none() and batchNorm(), of each builder's own"
                  + " architecture, activation, input and classes",
              spec.model(), obstacle.get()));
    }
    return new PretrainedWeights(spec.model() + "-" + spec.normalization().label() + ".zip");
  }

  private static Optional<String> obstacle(NetworkSpec spec, PretrainedType type) {
    if (type != PretrainedType.MNIST) {
      return Optional.of("they would be for " + type);
    }
    if (SHA256.stringPropertyNames().stream().noneMatch(file -> file.startsWith(spec.model()))) {
      return Optional.of("none were trained");
    }
    NetworkSpec standard = Zoo.find(spec.model()).orElseThrow().builder().get().build().spec();
    if (!List.of(Normalization.none(), Normalization.batchNorm()).contains(spec.normalization())) {
      return Optional.of("its normalization is " + spec.normalization());
    }
    if (!spec.architecture().equals(standard.architecture())) {
      return Optional.of("its architecture is " + spec.architecture());
    }
    if (spec.activation() != standard.activation()) {
      return Optional.of("its activation is " + spec.activation());
    }
    if (!spec.input().equals(standard.input())) {
      return Optional.of("its input is " + spec.input().description());
    }
    return spec.classes() == standard.classes()
        ? Optional.empty()
        : Optional.of("its classes are " + spec.classes());
  }

  /** Where the file is; empty if its jar is not on the class path. */
  Optional<URL> url() {
    return Optional.ofNullable(PretrainedWeights.class.getResource(file));
  }

  /**
   * The parameters, a row of floats.
   *
   * @throws UnsupportedOperationException if the jar with the file is missing, saying which
   * @throws IOException if the file is another than this library was built with
   */
  INDArray read() throws IOException {
    URL url =
        url()
            .orElseThrow(
                () ->
                    new UnsupportedOperationException(
                        file
                            + " is in a jar of its own: add the dependency"
                            + " io.bnzoo:batchnorm-zoo once more, in the same version and with"
                            + " <classifier>pretrained</classifier>"));
    try (InputStream in = url.openStream()) {
      return parameters(in.readAllBytes());
    }
  }

  /** Of the bytes nothing is read before they are known to be the right ones. */
  INDArray parameters(byte[] model) throws IOException {
    if (!DigestUtils.sha256Hex(model).equals(SHA256.getProperty(file))) {
      throw new IOException(
          file
              + " is not the one that belongs to this version of the library: give both"
              + " io.bnzoo:batchnorm-zoo dependencies the same version");
    }
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(model))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals(ModelSerializer.COEFFICIENTS_BIN)) {
          return Nd4j.read(new DataInputStream(zip));
        }
      }
    }
    throw new IOException(file + " has no entry " + ModelSerializer.COEFFICIENTS_BIN);
  }
}
