package io.bnzoo.zoo;

import io.bnzoo.layer.OrthogonalInit;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Where a network's weights start. Biases start at 0, an LSTM's forget bias at 1, gamma where the
 * normalization says and beta at 0 in any case.
 */
public sealed interface InitialWeights {

  /**
   * Uniform in [-s, s] with {@code s = sqrt(6 / (fanIn + fanOut))}, TensorFlow's default.
   *
   * <p>The fans of a convolution are its channels times the kernel's area, whatever its stride, as
   * in TensorFlow; Deeplearning4j's XAVIER_UNIFORM divides fanOut by the stride's area.
   *
   * <p>Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
   * neural networks", 2010.
   */
  record GlorotUniform() implements InitialWeights {}

  /** Normal with mean 0 and the given standard deviation, above 0. */
  record Normal(double stddev) implements InitialWeights {
    /** Checks the number. */
    public Normal {
      Check.aboveZero("stddev", stddev);
    }
  }

  /** As {@link Normal}, with what falls beyond two standard deviations drawn again. */
  record TruncatedNormal(double stddev) implements InitialWeights {
    /** Checks the number. */
    public TruncatedNormal {
      Check.aboveZero("stddev", stddev);
    }
  }

  /**
   * Convolutions as {@link TruncatedNormal}, everything else as {@link GlorotUniform}: where the
   * sources' low-level network starts.
   */
  record TruncatedNormalConvolutions(double stddev) implements InitialWeights {
    /** Checks the number. */
    public TruncatedNormalConvolutions {
      Check.aboveZero("stddev", stddev);
    }
  }

  /**
   * Orthogonal, and the identity for the candidate's recurrent weights of an LSTM; not for
   * convolutions. See {@link OrthogonalInit}.
   */
  record Orthogonal() implements InitialWeights {}

  /**
   * Weights that the caller brings, by parameter name such as {@code conv01.W} or {@code fc1.W}.
   *
   * <p>Values are in row-major order of Deeplearning4j's shapes: [out, in, height, width] for a
   * convolution, [in, out] for a dense layer. What is not named starts as {@link GlorotUniform}.
   */
  final class Given implements InitialWeights {
    private final Map<String, float[]> values = new LinkedHashMap<>();

    private Given(Map<String, float[]> values) {
      Check.given("weights", values);
      values.forEach(
          (name, array) -> {
            Check.given("the name of a parameter", name);
            Check.given("the weights of " + name, array);
            this.values.put(name, array.clone());
          });
    }

    /** The names of the parameters that are given. */
    public Set<String> names() {
      return Set.copyOf(values.keySet());
    }

    /**
     * A copy of one parameter's values, row-major.
     *
     * @throws IllegalArgumentException if no parameter of that name is given
     */
    public float[] valuesOf(String name) {
      Check.argument(values.containsKey(name), "no weights are given for %s", name);
      return values.get(name).clone();
    }

    /** A checksum of all names and values, in hexadecimal digits. */
    public String sha256() {
      MessageDigest digest = DigestUtils.getSha256Digest();
      new TreeMap<>(values)
          .forEach(
              (name, array) -> {
                digest.update((name + " " + array.length + "\n").getBytes(StandardCharsets.UTF_8));
                ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * array.length);
                bytes.asFloatBuffer().put(array);
                digest.update(bytes.array());
              });
      return Hex.encodeHexString(digest.digest());
    }

    @Override
    public String toString() {
      return "Given" + values.keySet();
    }
  }

  /** See {@link GlorotUniform}. */
  static InitialWeights glorotUniform() {
    return new GlorotUniform();
  }

  /** See {@link Normal}. */
  static InitialWeights normal(double stddev) {
    return new Normal(stddev);
  }

  /** See {@link TruncatedNormal}. */
  static InitialWeights truncatedNormal(double stddev) {
    return new TruncatedNormal(stddev);
  }

  /** See {@link TruncatedNormalConvolutions}. */
  static InitialWeights truncatedNormalConvolutions(double stddev) {
    return new TruncatedNormalConvolutions(stddev);
  }

  /** See {@link Orthogonal}. */
  static InitialWeights orthogonal() {
    return new Orthogonal();
  }

  /** Copies the arrays; see {@link Given} for names and layout. */
  static InitialWeights given(Map<String, float[]> values) {
    return new Given(values);
  }
}
