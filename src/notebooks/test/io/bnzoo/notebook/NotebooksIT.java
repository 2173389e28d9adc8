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
    Path executed = jupyter.execute(source, SCALE, DATA);
    NotebookFile.read(executed).failure().ifPresent(failure -> fail(failure));
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
}
