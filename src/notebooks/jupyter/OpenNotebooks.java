import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs Jupyter, after a look whether it has the command that is asked for: where the package that
 * brings the command is missing, Jupyter prints sixty lines of help.
 */
final class OpenNotebooks {
  private static final String JUPYTER = "jupyter";

  /** EX_UNAVAILABLE. Maven is told to add nothing to it, where it would add forty lines. */
  private static final int MISSING = 69;

  private OpenNotebooks() {}

  /** Takes what follows {@code jupyter} on a command line. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length == 0 || !has(arguments[0])) {
      System.err.println(
          "Jupyter's command "
              + (arguments.length == 0 ? "notebook" : arguments[0])
              + " is not installed: apt-get install --no-install-recommends jupyter-notebook"
              + " jupyter-nbconvert, or pip install notebook nbconvert");
      System.exit(MISSING);
    }
    List<String> command = new ArrayList<>(List.of(JUPYTER));
    command.addAll(List.of(arguments));
    System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private static boolean has(String name) throws InterruptedException {
    try {
      return new ProcessBuilder(JUPYTER, name, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noJupyter) {
      return false;
    }
  }
}
