package io.bnzoo.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.bnzoo.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every notebook, run from top to bottom by Jupyter, and its page in a browser. */
@EnabledIfSystemProperty(
    named = "bnzoo.jupyter",
    matches = ".+",
    disabledReason = "run with -Pnotebooks")
class NotebooksIT {
  private static final Path OUTPUT = Path.of("target", "notebooks");
  private static final String SCALE = System.getProperty("notebooks.scale", "1");
  private static final String DATA = System.getProperty("notebooks.data", "auto");

  @TempDir private static Path folder;

  static List<Path> notebooks() throws IOException {
    return Notebooks.files();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("notebooks")
  void everyCellRunsAndThePageFitsItsWindow(Path source) throws IOException, InterruptedException {
    Jupyter jupyter = new Jupyter(Path.of(System.getProperty("bnzoo.jupyter")), OUTPUT);
    Path executed = execute(jupyter, source);
    NotebookFile.read(executed).failure().ifPresent(failure -> fail(failure));
    if (Boolean.getBoolean("notebooks.record")) {
      record(executed, source);
    }
    jupyter.convert(executed, Map.of(), List.of("--to", "html", "--template", "bnzoo"));
    Optional<Browser> browser = Browser.installed();
    if (browser.isPresent()) {
      String page = Files.readString(Path.of(executed.toString().replace(".ipynb", ".html")));
      for (int width : List.of(1200, 390)) {
        Browser.View view = browser.orElseThrow().show(page, width, folder);
        assertThat(view.width()).isEqualTo(width);
        assertThat(view.excess()).as("%s at %d pixels, too wide by", source, width).isZero();
      }
    }
  }

  /** Errors are let pass here: what the notebook says of them is easier to read. */
  private static Path execute(Jupyter jupyter, Path source)
      throws IOException, InterruptedException {
    Path executed = OUTPUT.resolve(source.getFileName());
    Files.deleteIfExists(executed);
    jupyter.convert(
        source,
        Map.of("BNZOO_NOTEBOOK_SCALE", SCALE, "BNZOO_NOTEBOOK_DATA", DATA),
        List.of(
            "--to=notebook",
            "--execute",
            "--allow-errors",
            "--ExecutePreprocessor.timeout=600",
            "--ExecutePreprocessor.startup_timeout=120",
            "--ExecutePreprocessor.kernel_name=bnzoo"));
    return executed;
  }

  private static void record(Path executed, Path source) throws IOException {
    NotebookFile recorded = NotebookFile.read(executed).recorded(SCALE);
    if (SCALE.equals("1")) {
      assertThat(recorded.problems(Notebooks.PLACES)).isEmpty();
    }
    recorded.write(source);
  }
}
