package io.bnzoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentationTest {

  private static final Path ROOMS = Path.of("src", "main", "java", "io", "bnzoo");
  private static final Path EXAMPLES = ROOMS.resolve("examples");
  private static final Path PAGES = Path.of("src", "site", "markdown");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(?:#([^)]*))?\\)");

  @TempDir private Path folder;

  static List<JavaSnippet> snippets() throws IOException {
    List<JavaSnippet> snippets = new ArrayList<>();
    for (Path document : Documents.all()) {
      snippets.addAll(JavaSnippet.of(document, Files.readString(document)));
    }
    return snippets;
  }

  @Test
  void everyBlockOfJavaCompilesAndRuns() throws Exception {
    assertThat(SnippetRun.failures(snippets(), folder)).isEmpty();
  }

  @Test
  void noBlockOfJavaIsOverlooked() throws IOException {
    long fences = 0;
    for (Path document : Documents.all()) {
      fences += Files.readString(document).lines().filter(line -> line.contains("```java")).count();
    }
    assertThat(fences).isPositive();
    assertThat(snippets()).hasSize((int) fences);
  }

  @Test
  void aBlockThatDoesNotCompileOrFailsIsNamedByItsLine() throws Exception {
    String text =
        """
        # Title

        <!-- java, given: Path file -->
        ```java
        Path a = file;
        int x = a;
        ```
        <!-- java, given: TrainingPlan plan -->
        ```java
        plan
            .withBatches(0);
        ```
        ```java
        Files.writeString(Path.of("made-by-a-block.txt"), "");
        ```
        <!-- java, given: Thread unknown -->
        ```java
        unknown.interrupt();
        ```
        ```java
        System.exit(0);
        ```
        """;
    assertThat(SnippetRun.failures(JavaSnippet.of(Path.of("docs/some.md"), text), folder))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("docs/some.md:6: ")
                    .contains("Path cannot be converted to int"),
            second ->
                assertThat(second)
                    .startsWith("docs/some.md:11: ")
                    .contains("IllegalArgumentException: batches must be at least 1, got 0"),
            third -> assertThat(third).startsWith("docs/some.md:18: ").contains("java.lang.Thread"),
            fourth -> assertThat(fourth).startsWith("docs/some.md:21: ").contains("process ended"));
    assertThat(Path.of("made-by-a-block.txt")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "README.md, TrainDeepCnn.java, '    ImageDataset digits', '\n  }\n}'",
    "src/site/markdown/library.md, TrainDeepCnn.java, '    ImageDataset digits', '\n  }\n}'",
    "src/main/javadoc/overview.html, TrainDeepCnn.java, '    ImageDataset digits', '\n  }\n}'",
    "src/site/markdown/library.md, EvaluatePretrained.java, '    DeepCnn model', '\n  }\n}'",
    "src/site/markdown/files.md, TrainOverNight.java, '    TrainedNetwork trained', "
        + "'\n  }\n}'",
    "src/site/markdown/by-hand.md, NormalizeByHand.java, "
        + "'    MultiLayerConfiguration configuration', '\n\n    MultiLayerNetwork'"
  })
  void examplesAreExcerptsOfProgramsToRun(Path document, String file, String start, String end)
      throws IOException {
    String source = Files.readString(EXAMPLES.resolve(file));
    int from = source.indexOf(start);
    String excerpt = source.substring(from, source.indexOf(end, from));
    assertThat(Files.readString(document)).contains(excerpt.stripIndent());
  }

  static List<Path> documents() throws IOException {
    return Documents.all();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyRelativeLinkLeadsToAFileAndAHeading(Path document) throws IOException {
    for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
      if (link.group(1).contains(":")) {
        continue;
      }
      Path target =
          link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1)).normalize();
      assertThat(target).as(link.group()).exists();
      if (link.group(2) != null) {
        assertThat(Files.readString(target).lines().map(DocumentationTest::anchor))
            .as(link.group())
            .contains(link.group(2));
      }
    }
  }

  /** That of a heading, as GitHub makes it. */
  private static String anchor(String line) {
    return line.startsWith("#")
        ? line.replaceFirst("#+ ", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9 -]", "")
            .replace(' ', '-')
        : "";
  }

  /** GitHub shows them in its own folder, and the site has no other files than these beside it. */
  @Test
  void pagesOfTheSiteLinkOnlyToEachOther() throws IOException {
    for (Path page : Documents.in(PAGES)) {
      assertThat(LINK.matcher(Files.readString(page)).results().map(link -> link.group(1)))
          .as(page.toString())
          .allMatch(target -> target.contains(":") || !target.contains(".."));
    }
  }

  @Test
  void everyPageIsInTheMenuOfTheSite() throws IOException {
    String menu = Files.readString(Path.of("src", "site", "site.xml"));
    for (Path page : Documents.in(PAGES)) {
      String name = page.getFileName().toString().replace(".md", ".html");
      assertThat(menu).contains("href=\"" + name + "\"");
    }
  }

  @Test
  void theReadmeIsShort() {
    assertThat(Readme.text().lines().count()).isLessThanOrEqualTo(160);
  }

  @Test
  void theReadmeHasEveryPackageFromTopToBottom() {
    assertThat(
            Pattern.compile("(?m)^\\| `([a-z]+)` \\|")
                .matcher(Readme.text())
                .results()
                .map(row -> row.group(1)))
        .containsExactlyElementsOf(ArchitectureTest.rooms());
  }

  @Test
  void theJavadocsOverviewHasEveryPackageOfTheLibrary() throws IOException {
    assertThat(
            Pattern.compile("<td>\\{@link io\\.bnzoo\\.([a-z]+) ")
                .matcher(Files.readString(Path.of("src", "main", "javadoc", "overview.html")))
                .results()
                .map(row -> row.group(1)))
        .containsExactlyInAnyOrderElementsOf(ArchitectureTest.library());
  }

  @Test
  void theClassesToOpenAreInTheRoomsNamedBesideThem() throws IOException {
    Pattern named = Pattern.compile("`([A-Za-z]+)`");
    List<String> rows =
        Files.readAllLines(PAGES.resolve("layout.md")).stream()
            .filter(line -> line.startsWith("| "))
            .skip(1)
            .toList();
    assertThat(rows).isNotEmpty();
    for (String row : rows) {
      List<String> names = named.matcher(row).results().map(name -> name.group(1)).toList();
      List<String> rooms = names.stream().filter(ArchitectureTest.rooms()::contains).toList();
      assertThat(names.stream().filter(name -> Character.isUpperCase(name.charAt(0))))
          .as(row)
          .isNotEmpty()
          .allMatch(
              name ->
                  rooms.stream()
                      .anyMatch(room -> Files.exists(ROOMS.resolve(room).resolve(name + ".java"))));
    }
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
