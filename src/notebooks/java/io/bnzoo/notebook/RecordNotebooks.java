package io.bnzoo.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the notebooks in full, and writes what they showed into them. */
final class RecordNotebooks {
  private static final String WHOLE = "1";

  private RecordNotebooks() {}

  /**
   * Records each notebook that ran without a failure.
   *
   * @param arguments the folder of the kernel, and one for what Jupyter leaves behind; then the
   *     notebooks' names, or none for all
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path output = Path.of(arguments[1]);
    List<String> wanted = List.of(arguments).subList(2, arguments.length);
    Jupyter jupyter = new Jupyter(Path.of(arguments[0]), output);
    List<String> problems = new ArrayList<>();
    for (Path source : Notebooks.files()) {
      String name = source.getFileName().toString();
      if (wanted.isEmpty() || wanted.contains(name)) {
        System.out.println("running " + name);
        problems.addAll(record(source, jupyter.execute(source, WHOLE, "auto")));
      }
    }
    problems.forEach(System.err::println);
    System.exit(problems.isEmpty() ? 0 : 1);
  }

  /** What keeps the notebook from being recorded; it is then left as it was. */
  private static List<String> record(Path source, Path executed) throws IOException {
    NotebookFile recorded = NotebookFile.read(executed).recorded(WHOLE);
    List<String> problems = recorded.problems(Notebooks.PLACES);
    if (problems.isEmpty()) {
      recorded.write(source);
    }
    return problems;
  }
}
