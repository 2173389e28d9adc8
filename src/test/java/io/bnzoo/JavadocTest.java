package io.bnzoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the compiler's own check of Javadoc says. */
class JavadocTest {
  private static final String NO_COMMENT = "no comment";

  @TempDir private Path classes;

  @ParameterizedTest
  @ValueSource(strings = {"zoo", "layer"})
  void everyPublicMemberIsExplained(String room) throws IOException {
    assertThat(unexplained(sources(Path.of("src/main/java/io/bnzoo").resolve(room)))).isEmpty();
  }

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private List<String> unexplained(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(found, null, null)) {
      List<String> options =
          List.of(
              "-proc:none", "-Xdoclint:missing/public", "-Xmaxwarns", "1000", "-d", "" + classes);
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
