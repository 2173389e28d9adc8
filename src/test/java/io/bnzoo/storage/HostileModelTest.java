package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Files that are damaged, and files that somebody made to do harm.
 *
 * <p>{@code -Dbnzoo.mutations=2000} tries more of the former.
 */
class HostileModelTest {
  private static final int MUTATIONS = Integer.getInteger("bnzoo.mutations", 200);
  private static final long SEED = 1;
  private static final long MOST_NANOSECONDS = 5_000_000_000L;
  private static final long MOST_BYTES = 1 << 30;

  @TempDir private Path folder;
  private Path file;
  private MultiLayerNetwork network;
  private byte[] intact;

  @BeforeEach
  void saveANetwork() throws IOException {
    network =
        ThreeLayerMlp.builder()
            .normalization(Normalization.batchNorm())
            .updater(new Adam(0.01))
            .input(ImageShape.withChannels(1).height(4).width(4))
            .build()
            .init();
    network.fit(
        Nd4j.rand(DataType.FLOAT, 3, 16), Nd4j.eye(10).castTo(DataType.FLOAT).getRows(0, 1, 2));
    file = folder.resolve("model.zip");
    ModelFiles.save(network, file);
    intact = Files.readAllBytes(file);
    Canary.SONGS.set(0);
  }

  @Test
  void everyTruncationAroundAnEntrysBorderIsRefused() throws IOException {
    List<Integer> borders = new ArrayList<>(List.of(0, intact.length));
    for (int i = 0; i + 4 < intact.length; i++) {
      boolean header = intact[i] == 'P' && intact[i + 1] == 'K' && intact[i + 2] < 9;
      if (header) {
        borders.add(i);
      }
    }
    assertThat(borders).as("local headers, directory and end").hasSizeGreaterThan(8);
    for (int border : borders) {
      for (int length = Math.max(0, border - 40); length < border + 40; length++) {
        if (length < intact.length) {
          assertThat(assertRefusedOrEqual(Arrays.copyOf(intact, length), "cut to " + length))
              .as("cut to " + length)
              .isTrue();
        }
      }
    }
  }

  @Test
  void everyMutationIsRefusedOrChangesNothing() throws IOException {
    Random random = new Random(SEED);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutant =
          switch (i % 5) {
            case 0 -> flipped(random);
            case 1 -> overwritten(random);
            case 2 -> swapped(random);
            case 3 -> edited(random);
            default -> inflated(random);
          };
      refused += assertRefusedOrEqual(mutant, "mutation " + i) ? 1 : 0;
    }
    assertThat(refused).as("how many were refused").isGreaterThan(MUTATIONS / 2);
  }

  /** Some bits anywhere. */
  private byte[] flipped(Random random) {
    byte[] bytes = intact.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  /** Some bytes in a row. */
  private byte[] overwritten(Random random) {
    byte[] bytes = intact.clone();
    int from = random.nextInt(bytes.length);
    for (int i = from; i < Math.min(bytes.length, from + 1 + random.nextInt(64)); i++) {
      bytes[i] = (byte) random.nextInt();
    }
    return bytes;
  }

  /** Two entries under each other's names; CRCs are right. */
  private byte[] swapped(Random random) throws IOException {
    Map<String, byte[]> entries = ModelZip.entries(intact);
    List<String> names = new ArrayList<>(entries.keySet());
    String one = names.remove(random.nextInt(names.size()));
    String other = names.get(random.nextInt(names.size()));
    byte[] bytes = entries.get(one);
    entries.put(one, entries.get(other));
    entries.put(other, bytes);
    return ModelZip.of(entries);
  }

  /** A character of the configuration; CRCs are right. */
  private byte[] edited(Random random) throws IOException {
    Map<String, byte[]> entries = ModelZip.entries(intact);
    byte[] json = entries.get("configuration.json").clone();
    json[random.nextInt(json.length)] =
        (byte) "0123456789\"{}[],:.-eE tn".charAt(random.nextInt(24));
    entries.put("configuration.json", json);
    return ModelZip.of(entries);
  }

  /** Of what nothing vouches for, only that it does no harm can be asked. */
  @Test
  void anEditedStockFileIsRefusedOrLoadedAndDoesNoHarm() throws IOException {
    Random random = new Random(SEED);
    for (int i = 0; i < MUTATIONS / 4; i++) {
      Map<String, byte[]> entries = ModelZip.entries(i % 2 == 0 ? edited(random) : swapped(random));
      entries.remove("bnzoo.json");
      Files.write(file, ModelZip.of(entries));
      String what = "edit " + i;
      bounded(
          what,
          () -> {
            try {
              assertThat(ModelFiles.load(file)).isNotNull();
            } catch (ModelFileException e) {
              assertThat(e.getMessage().lines()).as(what).hasSize(1);
            }
          });
    }
  }

  /** What an array says of itself; CRCs are right. */
  private byte[] inflated(Random random) throws IOException {
    Map<String, byte[]> entries = ModelZip.entries(intact);
    String name = random.nextBoolean() ? "coefficients.bin" : "updaterState.bin";
    byte[] array = entries.get(name).clone();
    int values = new String(array, ISO_8859_1).indexOf("FLOAT") + "FLOAT".length();
    array[random.nextInt(values)] ^= (byte) (1 << random.nextInt(8));
    entries.put(name, array);
    if (random.nextBoolean()) {
      entries.remove("bnzoo.json"); // As a stock file, which nothing vouches for.
    }
    return ModelZip.of(entries);
  }

  /** Whether it was refused. */
  private boolean assertRefusedOrEqual(byte[] bytes, String what) throws IOException {
    Files.write(file, bytes);
    boolean[] refused = {false};
    bounded(
        what,
        () -> {
          try {
            MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
            assertThat(loaded.getLayerWiseConfigurations().toJson())
                .as(what)
                .isEqualTo(network.getLayerWiseConfigurations().toJson());
            ArrayAssert.assertSameBits(loaded.params(), network.params());
            ArrayAssert.assertSameBits(
                loaded.getUpdater().getStateViewArray(), network.getUpdater().getStateViewArray());
          } catch (ModelFileException e) {
            assertThat(e.getMessage().lines()).as(what).hasSize(1);
            refused[0] = true;
          }
        });
    return refused[0];
  }

  /** Something that reads a file. */
  private interface Reading {
    void run() throws IOException;
  }

  private static void bounded(String what, Reading reading) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    reading.run();
    assertThat(System.nanoTime() - start).as("time of " + what).isLessThan(MOST_NANOSECONDS);
    assertThat(threads.getCurrentThreadAllocatedBytes() - allocated)
        .as("memory of " + what)
        .isLessThan(MOST_BYTES);
  }

  @Test
  void nothingOfAHostileFileIsEverMade() throws IOException {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(object)) {
      out.writeObject(new Canary.Serialized());
    }
    for (String name : List.of("preprocessor.bin", "normalizer.bin", "../../x", "model.zip")) {
      assertRefused(with(name, object.toByteArray()));
    }
    assertRefused(with("inner.zip", intact));
    String json = new String(ModelZip.entries(intact).get("configuration.json"), UTF_8);
    for (String[] change :
        new String[][] {
          {"org.nd4j.linalg.activations.impl.ActivationReLU", Canary.Activation.class.getName()},
          {"org.deeplearning4j.nn.conf.layers.DenseLayer", Canary.Layer.class.getName()},
          {"org.deeplearning4j.nn.conf.layers.DenseLayer", "java.net.URL"},
          {"org.deeplearning4j.nn.conf.layers.DenseLayer", "org.deeplearning4j.nn.conf.layers.."},
        }) {
      assertThat(json).contains(change[0]);
      assertRefused(with("configuration.json", json.replace(change[0], change[1]).getBytes(UTF_8)));
    }
    assertRefused(with("configuration.json", "[".repeat(500_000).getBytes(UTF_8)));
    assertRefused(with("configuration.json", "[{},".repeat(16_000_000).getBytes(UTF_8)));
    assertRefused(with("bnzoo.json", "[{},".repeat(1_000_000).getBytes(UTF_8)));
    assertRefused(with("updaterState.bin", new byte[100_000_000]));
    for (String wide : List.of("-16", "4294967296", "1000000000")) {
      assertRefused(
          with(
              "configuration.json",
              json.replace("\"nin\" : 16", "\"nin\" : " + wide).getBytes(UTF_8)));
    }
    assertThat(Canary.SONGS).hasValue(0);
  }

  private void assertRefused(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    bounded(
        "a hostile file",
        () ->
            assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> ModelFiles.load(file)));
  }

  /** A stock file with one entry added or replaced. */
  private byte[] with(String name, byte[] bytes) throws IOException {
    Map<String, byte[]> entries = ModelZip.entries(intact);
    entries.remove("bnzoo.json");
    entries.put(name, bytes);
    return ModelZip.of(entries);
  }
}
