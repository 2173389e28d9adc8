package io.bnzoo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class JavaObjectsTest {

  /** In a JVM of its own: the filter stays for the JVM's life. */
  @Test
  void theCommandsLetNoJavaObjectBeRead() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Reader.class.getName())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .containsSubsequence("read at first", "refused then");
    assertThat(process.waitFor()).isZero();
  }

  /** Reads an object before and after the commands have begun. */
  static final class Reader {
    private Reader() {}

    public static void main(String[] arguments) throws Exception {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(new ArrayList<>());
      }
      read(bytes.toByteArray());
      System.out.println("read at first");
      Bnzoo.refuseJavaObjects();
      try {
        read(bytes.toByteArray());
      } catch (InvalidClassException e) {
        System.out.println("refused then");
      }
    }

    @SuppressWarnings("BanSerializableRead") // What is read was written above.
    private static void read(byte[] bytes) throws Exception {
      try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
        in.readObject();
      }
    }
  }
}
