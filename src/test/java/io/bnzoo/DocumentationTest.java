package io.bnzoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentationTest {

  /** What is made and not written. */
  private static final Set<String> MADE = Set.of("target", "runs", ".git", ".ipynb_checkpoints");

  @TempDir private Path folder;

  private static List<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(Path.of(""))) {
      List<Path> documents = new ArrayList<>();
      for (Path entry : top.filter(path -> !MADE.contains(path.toString())).toList()) {
        try (Stream<Path> files = Files.walk(entry)) {
          files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
        }
      }
      return documents;
    }
  }

  static List<JavaSnippet> snippets() throws IOException {
    List<JavaSnippet> snippets = new ArrayList<>();
    for (Path document : documents()) {
      snippets.addAll(JavaSnippet.of(document, Files.readString(document)));
    }
    return snippets;
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void everyBlockOfJavaCompiles(JavaSnippet snippet) throws IOException {
    assertThat(snippet.errors(folder)).isEmpty();
  }

  @Test
  void noBlockOfJavaIsOverlooked() throws IOException {
    long fences = 0;
    for (Path document : documents()) {
      fences += Files.readString(document).lines().filter(line -> line.contains("```java")).count();
    }
    assertThat(fences).isPositive();
    assertThat(snippets()).hasSize((int) fences);
  }

  @Test
  void aBlockThatDoesNotCompileIsNamedByItsLine() throws IOException {
    String text =
        "# Title\n\n<!-- java, given: Path file -->\n```java\nPath a = file;\nint x = a;\n```\n";
    JavaSnippet snippet = JavaSnippet.of(Path.of("some.md"), text).get(0);
    assertThat(snippet.errors(folder))
        .singleElement()
        .asString()
        .startsWith("some.md:6: ")
        .contains("Path cannot be converted to int");
  }

  @Test
  void theReadmeHasTheProjectsCoordinates() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    String group = first(pom, "groupId");
    String artifact = first(pom, "artifactId");
    String version = first(pom, "version");
    assertThat(Readme.text())
        .contains(
            """
            <dependency>
              <groupId>%s</groupId>
              <artifactId>%s</artifactId>
              <version>%s</version>
            </dependency>
            """
                .formatted(group, artifact, version))
        .contains("\"" + group + ":" + artifact + ":" + version + "\"");
  }

  private static String first(String pom, String element) {
    int from = pom.indexOf("<" + element + ">") + element.length() + 2;
    return pom.substring(from, pom.indexOf('<', from));
  }

  @Test
  void theLicenceIsNamedAndThere() throws IOException {
    String file = "src/main/resources/META-INF/LICENSE";
    assertThat(Files.readString(Path.of(file))).contains("Apache License", "Version 2.0");
    assertThat(Readme.text()).contains("[Apache License 2.0](" + file + ")");
    assertThat(Files.readString(Path.of("pom.xml"))).contains("<name>Apache-2.0</name>");
  }
}
