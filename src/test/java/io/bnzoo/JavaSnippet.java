package io.bnzoo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A block of Java in a Markdown file: statements, as they would stand in a method. A comment in the
 * line above it, {@code <!-- java, given: ImageDataset digits -->}, names the variables that the
 * text around it takes for granted; {@code <!-- java -->} says that there are none.
 *
 * @param given the parameters of the method
 */
record JavaSnippet(Path file, int line, String given, String code) {
  static final String CLASS = "Snippet";
  static final String METHOD = "run";

  private static final Pattern BLOCK =
      Pattern.compile("(?sm)(?:^<!-- java(?:, given: ([^>]*?))? -->\n)?^```java *\n(.*?)^```");

  /** Whose types are imported; of the classes among them those within. */
  private static final List<String> LIBRARIES =
      List.of(
          "java.nio.file",
          "java.util",
          "org.deeplearning4j.nn.api",
          "org.deeplearning4j.nn.conf",
          "org.deeplearning4j.nn.conf.inputs",
          "org.deeplearning4j.nn.conf.layers",
          "org.deeplearning4j.nn.conf.layers.recurrent",
          "org.deeplearning4j.nn.multilayer",
          "org.deeplearning4j.optimize.listeners",
          "org.deeplearning4j.util",
          "org.deeplearning4j.zoo",
          "org.nd4j.linalg.activations",
          "org.nd4j.linalg.api.ndarray",
          "org.nd4j.linalg.dataset.api.iterator",
          "org.nd4j.linalg.dataset.api.preprocessor",
          "org.nd4j.linalg.learning.config");

  /** All of them in one file. */
  static List<JavaSnippet> of(Path file, String text) {
    List<JavaSnippet> snippets = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      int line = 1 + (int) text.substring(0, block.start(2)).chars().filter(c -> c == '\n').count();
      String given = block.group(1) == null ? "" : block.group(1);
      snippets.add(new JavaSnippet(file, line, given, block.group(2)));
    }
    return snippets;
  }

  /**
   * Makes the class {@link #CLASS} whose method {@link #METHOD} has the block for its body. Its
   * lines are the Markdown file's, in stack traces too.
   *
   * @return what the compiler has against it; nothing if it is right
   */
  List<String> compile(Path output) throws IOException {
    Files.createDirectories(output);
    String head =
        String.format(
            "%sclass %s { static void %s(%s) throws Exception {", imports(), CLASS, METHOD, given);
    JavaFileObject source =
        new SimpleJavaFileObject(
            URI.create("string:///" + file.getFileName()), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return "\n".repeat(line - 1) + head + code + "}}\n";
          }
        };
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options = List.of("-proc:none", "-d", output.toString());
    compiler.getTask(null, null, found, options, null, List.of(source)).call();
    return found.getDiagnostics().stream()
        .filter(one -> one.getKind() == Diagnostic.Kind.ERROR)
        .map(
            one ->
                String.format(
                    Locale.ROOT,
                    "%s:%d: %s",
                    file,
                    one.getLineNumber(),
                    one.getMessage(Locale.ROOT)))
        .toList();
  }

  private static String imports() throws IOException {
    Path code = Path.of("src", "main", "java");
    try (Stream<Path> folders = Files.list(code.resolve(Path.of("io", "bnzoo")))) {
      Stream<String> ours =
          folders.map(folder -> code.relativize(folder).toString().replace('\\', '/'));
      return Stream.concat(ours.map(folder -> folder.replace('/', '.')), LIBRARIES.stream())
          .map(name -> "import " + name + ".*; ")
          .collect(Collectors.joining());
    }
  }

  @Override
  public String toString() {
    return file + ":" + line;
  }
}
