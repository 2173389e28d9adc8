package io.bnzoo;

import static java.util.regex.Pattern.DOTALL;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the compiler's own check of Javadoc says. */
class JavadocTest {
  private static final String NO_COMMENT = "no comment";

  private static final Pattern RECORD =
      Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public record (\\w+)\\(([^)]*)\\)", DOTALL);
  private static final Pattern COMPONENT = Pattern.compile("(\\w+)\\s*(?:,|$)");
  private static final String TYPE_ARGUMENTS = "<[^()]*?>+";

  @TempDir private Path classes;

  static List<String> rooms() {
    return List.of(
        "onnx",
        "toolbox",
        "train",
        "engine",
        "compiler",
        "zoo",
        "layer",
        "storage",
        "limits",
        "samediff",
        "onednn",
        "data",
        "files",
        "backend");
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void everyMemberForOthersIsExplained(String room) throws IOException {
    assertThat(unexplained(sources(room))).isEmpty();
  }

  /** Which the compiler's check passes over. */
  @ParameterizedTest
  @MethodSource("rooms")
  void everyComponentOfAPublicRecordIsExplained(String room) throws IOException {
    for (Path source : sources(room)) {
      assertThat(unexplainedComponents(Files.readString(source))).as(source.toString()).isEmpty();
    }
  }

  @Test
  void aComponentThatIsNotExplainedIsFound() {
    String source =
        """
        /**
         * Both.
         *
         * @param one of them
         */
        public record Both(Map<String, List<String>> one, int two) {}
        """;
    assertThat(unexplainedComponents(source)).containsExactly("Both.two");
  }

  private static List<String> unexplainedComponents(String source) {
    return RECORD
        .matcher(source)
        .results()
        .flatMap(
            record ->
                COMPONENT
                    .matcher(record.group(3).replaceAll(TYPE_ARGUMENTS, ""))
                    .results()
                    .map(component -> component.group(1))
                    .filter(name -> !record.group(1).contains("@param " + name + " "))
                    .map(name -> record.group(2) + "." + name))
        .toList();
  }

  private static List<Path> sources(String room) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/java/io/bnzoo").resolve(room))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private List<String> unexplained(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(found, null, null)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-Xdoclint:missing/protected",
              "-Xmaxwarns",
              "1000",
              "-d",
              "" + classes);
      boolean compiled =
          compiler
              .getTask(
                  null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiled).as("compiled").isTrue();
    }
    return found.getDiagnostics().stream()
        .filter(one -> one.getMessage(Locale.ROOT).contains(NO_COMMENT))
        .map(JavadocTest::place)
        .toList();
  }

  private static String place(Diagnostic<? extends JavaFileObject> diagnostic) {
    return diagnostic.getSource().getName() + ":" + diagnostic.getLineNumber();
  }
}
