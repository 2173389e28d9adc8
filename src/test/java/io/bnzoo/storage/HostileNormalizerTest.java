package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bnzoo.data.ImageShape;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Normalizers that are damaged, made to do harm, or none that pixels could go through. */
class HostileNormalizerTest {
  private static final long SEED = 1;

  @TempDir private Path folder;

  /** Bytes of an entry, as somebody writes them. */
  private interface Bytes {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Bytes content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    content.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] entry(String type, Bytes content) throws IOException {
    return bytes(
        out -> {
          out.writeUTF("NORMALIZER");
          out.writeInt(1);
          out.writeUTF(type);
          content.write(out);
        });
  }

  private static byte[] standardize(INDArray means, INDArray deviations) throws IOException {
    return entry(
        "STANDARDIZE",
        out -> {
          out.writeBoolean(false);
          Nd4j.write(means, out);
          Nd4j.write(deviations, out);
        });
  }

  private static byte[] minMax(double from, double to, INDArray minima, INDArray maxima)
      throws IOException {
    return entry(
        "MIN_MAX",
        out -> {
          out.writeBoolean(false);
          out.writeDouble(from);
          out.writeDouble(to);
          Nd4j.write(minima, out);
          Nd4j.write(maxima, out);
        });
  }

  private static byte[] image(double from, double to, double white) throws IOException {
    return entry(
        "IMAGE_MIN_MAX",
        out -> {
          out.writeDouble(from);
          out.writeDouble(to);
          out.writeDouble(white);
        });
  }

  private static INDArray row(double value, int length) {
    return Nd4j.valueArrayOf(new long[] {1, length}, value, DataType.FLOAT);
  }

  static Stream<Arguments> entries() throws IOException {
    INDArray ones = row(1, 784);
    return Stream.of(
        Arguments.of(
            "a class of its own",
            entry("CUSTOM", out -> out.writeUTF(Canary.NormalizerStrategy.class.getName())),
            "is of type CUSTOM; what can be applied is"),
        Arguments.of(
            "several inputs",
            entry("MULTI_STANDARDIZE", out -> {}),
            "is of type MULTI_STANDARDIZE"),
        Arguments.of("a type of none", entry("\u001b[31m", out -> {}), "is of type ?[31m;"),
        Arguments.of("nothing", new byte[0], "it is cut off"),
        Arguments.of("text", bytes(out -> out.writeUTF("PK")), "it does not begin as one"),
        Arguments.of(
            "another version",
            bytes(
                out -> {
                  out.writeUTF("NORMALIZER");
                  out.writeInt(2);
                }),
            "its version is 2"),
        Arguments.of("more after it", entry("STANDARDIZE", more()), "it goes on after its values"),
        Arguments.of(
            "two lengths", standardize(ones, row(1, 28)), "784 statistics of one kind and 28"),
        Arguments.of(
            "a matrix",
            standardize(Nd4j.ones(DataType.FLOAT, 28, 28), ones),
            "of an array, it is no row of values"),
        Arguments.of(
            "whole numbers",
            standardize(Nd4j.ones(DataType.INT64, 1, 784), ones),
            "of an array, its values are no real numbers"),
        Arguments.of(
            "NaN", standardize(row(Double.NaN, 784), ones), "its statistics are not all finite"),
        Arguments.of(
            "infinity",
            minMax(0, 1, ones, row(Double.POSITIVE_INFINITY, 784)),
            "its statistics are not all finite"),
        Arguments.of(
            "huge means",
            standardize(row(3e38, 784), ones),
            "was fitted on other values than pixels from 0 to 1 or from 0 to 255"),
        Arguments.of(
            "pixels from -1 to 1",
            minMax(0, 1, row(-1, 784), ones),
            "its statistics go from -1 to 1"),
        Arguments.of(
            "no deviation", standardize(ones, row(0, 784)), "a standard deviation is 0; take"),
        Arguments.of(
            "a negative deviation", standardize(ones, row(-1, 784)), "a standard deviation is -1"),
        Arguments.of(
            "minima above maxima",
            minMax(0, 1, ones, row(0, 784)),
            "a maximum is not above its minimum"),
        Arguments.of(
            "a range upside down",
            minMax(1, 0, row(0, 784), ones),
            "it scales from 1 to 0; take another copy"),
        Arguments.of("a range of NaN", image(Double.NaN, 1, 255), "it scales from NaN to 1"),
        Arguments.of("a huge range", image(-1e300, 1e300, 255), "it scales from -1E+300 to 1E+300"),
        Arguments.of(
            "16 bits", image(0, 1, 65535), "expects pixels from 0 to 65535; those of images"),
        Arguments.of("a white of 0", image(0, 1, 0), "expects pixels from 0 to 0"),
        Arguments.of("a white of NaN", image(0, 1, Double.NaN), "expects pixels from 0 to NaN"),
        Arguments.of(
            "labels",
            entry("STANDARDIZE", out -> out.writeBoolean(true)),
            "normalizes the labels, too"),
        Arguments.of("Java objects", serialized(), "holds serialized Java objects"));
  }

  private static Bytes more() {
    return out -> {
      out.writeBoolean(false);
      Nd4j.write(row(0.5, 784), out);
      Nd4j.write(row(0.5, 784), out);
      out.writeInt(0);
    };
  }

  private static byte[] serialized() throws IOException {
    return bytes(
        out -> {
          try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
            objects.writeObject(new Canary.Serialized());
          }
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void isRefusedInOneLineThatSaysWhy(String what, byte[] entry, String reason) throws IOException {
    Canary.SONGS.set(0);
    assertThatExceptionOfType(ModelFileException.class)
        .as(what)
        .isThrownBy(() -> ModelFiles.open(with("normalizer.bin", entry)))
        .withMessageContaining("model.zip is refused: its entry normalizer.bin ")
        .withMessageContaining(reason)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertThat(Canary.SONGS).hasValue(0);
  }

  @Test
  void aPreprocessorOfOldIsNeverDeserialized() throws IOException {
    Canary.SONGS.set(0);
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.open(with("preprocessor.bin", serialized())))
        .withMessageContaining("its entry preprocessor.bin holds serialized Java objects")
        .withMessageContaining("ModelSerializer.addNormalizerToModel");
    assertThat(Canary.SONGS).hasValue(0);
  }

  /** ND4J believes strides and lengths; one that got through to it would end this JVM. */
  @Test
  void whateverAnArrayClaimsIsRefusedOrIgnored() throws IOException {
    byte[] intact = standardize(row(0.2, 784), row(0.3, 784));
    int arrays = new String(intact, ISO_8859_1).indexOf("STANDARDIZE") + 11;
    Random random = new Random(SEED);
    for (int i = 0; i < 300; i++) {
      byte[] mutant = intact.clone();
      int header = arrays + random.nextInt(150);
      if (i % 3 == 0) {
        ByteBuffer.wrap(mutant).putLong(header, random.nextLong());
      } else {
        mutant[header] ^= (byte) (1 << random.nextInt(8));
      }
      readOrRefuse(mutant);
    }
    for (int length = 0; length < intact.length; length += 13) {
      byte[] cut = Arrays.copyOf(intact, length);
      assertThatExceptionOfType(IOException.class)
          .as("cut to %d", length)
          .isThrownBy(() -> NormalizerReader.read(cut));
    }
  }

  private static void readOrRefuse(byte[] mutant) {
    try {
      assertThat(NormalizerReader.read(mutant)).isNotNull();
    } catch (IOException e) {
      assertThat(e.getMessage().lines()).hasSize(1);
    }
  }

  /** A stock file with one entry added. */
  private Path with(String name, byte[] content) throws IOException {
    Path stock = folder.resolve("stock.zip");
    ModelSerializer.writeModel(
        ThreeLayerMlp.builder().input(ImageShape.withChannels(1).height(4).width(4)).build().init(),
        stock.toFile(),
        true);
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(stock));
    entries.put(name, content);
    return Files.write(folder.resolve("model.zip"), ModelZip.of(entries));
  }
}
