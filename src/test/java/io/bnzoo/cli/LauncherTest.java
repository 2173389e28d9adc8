package io.bnzoo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a JVM of its own, from a jar that has nothing but the launcher in it. */
class LauncherTest {
  private static final String CLASS = Launcher.class.getName().replace('.', '/') + ".class";

  @TempDir private Path folder;

  private Path jar;
  private String output;

  @BeforeEach
  void makeJar() throws IOException {
    jar = folder.resolve("a folder").resolve("bnzoo.jar");
    Files.createDirectories(jar.resolveSibling("lib"));
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, Launcher.class.getName());
    attributes.put(Attributes.Name.CLASS_PATH, "lib/a.jar lib/b.jar lib/c.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        InputStream in = Launcher.class.getClassLoader().getResourceAsStream(CLASS)) {
      out.putNextEntry(new ZipEntry(CLASS));
      in.transferTo(out);
    }
  }

  private int run() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "models")
            .redirectErrorStream(true)
            .start();
    output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor();
  }

  @Test
  void aJarWithoutItsLibrariesSaysSoInOneLine() throws Exception {
    assertThat(run()).isEqualTo(Bnzoo.FAILURE);
    assertThat(output)
        .isEqualToNormalizingNewlines(
            "bnzoo: lib/a.jar and 2 more libraries are missing beside "
                + jar
                + "; copy the folder lib there, too, or make both with mvn package\n");
  }

  @Test
  void aSingleMissingLibraryIsNamed() throws Exception {
    Files.createFile(jar.resolveSibling("lib").resolve("a.jar"));
    Files.createFile(jar.resolveSibling("lib").resolve("c.jar"));
    assertThat(run()).isEqualTo(Bnzoo.FAILURE);
    assertThat(output)
        .startsWith("bnzoo: lib/b.jar is missing beside " + jar + ";")
        .hasLineCount(1);
  }
}
