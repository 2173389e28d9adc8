package io.bnzoo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Chromium without a window and without a network, where it is installed. */
public final class Browser {
  /**
   * The page in a frame of a given width, since a browser's window has a least one; then the text
   * that it renders in the frame's place, and how much wider than the frame it is.
   */
  private static final String FRAME =
      """
      <!DOCTYPE html>
      <html>
      <body>
      <iframe style="width: WIDTHpx; height: 800px; border: 0" srcdoc="PAGE"></iframe>
      <script>
      window.onload = () => {
        const page = document.querySelector("iframe").contentDocument;
        const seen = document.createElement("pre");
        seen.textContent = page.body.innerText;
        seen.dataset.width = page.documentElement.clientWidth;
        seen.dataset.excess = page.documentElement.scrollWidth - page.documentElement.clientWidth;
        document.body.replaceChildren(seen);
      };
      </script>
      </body>
      </html>
      """;

  private static final Pattern SEEN =
      Pattern.compile("(?s)<pre data-width=\"(\\d+)\" data-excess=\"(-?\\d+)\">(.*)</pre>");

  private final Path program;

  private Browser(Path program) {
    this.program = program;
  }

  /** What a page looks like: its width, by how much it is wider, and its text as HTML. */
  public record View(int width, int excess, String text) {}

  public static Optional<Browser> installed() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst()
        .map(Browser::new);
  }

  /** Shows a page in a frame of so many pixels; the browser keeps its files in the folder. */
  public View show(String page, int width, Path folder) throws IOException, InterruptedException {
    String escaped = page.replace("&", "&amp;").replace("\"", "&quot;");
    Path frame =
        Files.writeString(
            folder.resolve("look.html"),
            FRAME.replace("WIDTH", Integer.toString(width)).replace("PAGE", escaped));
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--hide-scrollbars",
                "--user-data-dir=" + folder.resolve("browser"),
                "--dump-dom",
                frame.toUri().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    Matcher seen = SEEN.matcher(shown);
    if (!seen.find()) {
      throw new IOException("the browser did not render the page: " + shown);
    }
    return new View(
        Integer.parseInt(seen.group(1)), Integer.parseInt(seen.group(2)), seen.group(3));
  }
}
