package io.bnzoo.cli;

import io.bnzoo.data.ProgressListener;
import io.bnzoo.storage.Json;
import java.io.Console;
import java.io.PrintWriter;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a command prints, in which form, and whether it may draw progress bars. */
final class Terminal {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--quiet", description = "Print the result only.")
  private boolean quiet;

  @Option(names = "--json", description = "Print the result as JSON, and nothing else.")
  private boolean json;

  /**
   * The result.
   *
   * @param document what is printed as JSON where that is asked for
   * @param text prints the same for people
   */
  void printResult(Object document, Runnable text) {
    if (json) {
      print(Json.text(document));
    } else {
      text.run();
    }
  }

  /** A part of the result, of one line or several. */
  void print(String lines) {
    print(out(), Printable.lines(lines));
  }

  /** A part of the result that may be broken into lines wherever it has spaces. */
  void printSentence(String sentence) {
    print(out(), Printable.sentence(sentence));
  }

  /** A sentence about the work, which a quiet command leaves out. */
  void tell(String sentence) {
    if (tells()) {
      printSentence(sentence);
    }
  }

  /** A line that is printed however quiet the command is, and keeps out of the result's way. */
  void warn(String line) {
    print(command.commandLine().getErr(), Printable.line(line));
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private static void print(PrintWriter writer, String lines) {
    writer.println(lines);
    writer.flush();
  }

  private boolean tells() {
    return !quiet && !json;
  }

  /**
   * A bar on a terminal, nothing elsewhere.
   *
   * @param unit of the steps, for people, such as batches; empty if they are none of anything
   */
  Bar bar(String task, long total, String unit) {
    return drawsBars() ? new DrawnBar(task, total, unit) : noBar();
  }

  /** Lines alone. */
  Bar noBar() {
    return new NoBar();
  }

  /** Draws one bar after the other for the tasks that are reported. */
  Progress progress() {
    return new Progress();
  }

  private boolean drawsBars() {
    return tells() && standardOutputIsATerminal();
  }

  /** As many as most terminals have, unless the environment says otherwise. */
  private static int columns() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9]\\d{1,2}") ? Integer.parseInt(columns) : 80;
  }

  /** Since Java 22 there is a console even where there is no terminal, and a method that tells. */
  @SuppressWarnings("SystemConsoleNull") // Both cases are handled.
  private static boolean standardOutputIsATerminal() {
    if (System.console() == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(System.console());
    } catch (ReflectiveOperationException before22) {
      return true;
    }
  }

  /** A progress bar. */
  interface Bar extends AutoCloseable {
    void at(long done);

    /** Shows this in the place of how many steps are done; empty to show those again. */
    void say(String text);

    /** Prints a sentence above the bar. */
    void print(String sentence);

    @Override
    void close();
  }

  private final class NoBar implements Bar {
    @Override
    public void at(long done) {}

    @Override
    public void say(String text) {}

    @Override
    public void print(String sentence) {
      tell(sentence);
    }

    @Override
    public void close() {}
  }

  private final class DrawnBar implements Bar {
    private static final int MILLISECONDS_BETWEEN_DRAWINGS = 250;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final BarText text;
    private final ProgressBar bar;

    DrawnBar(String task, long total, String unit) {
      text = new BarText(Printable.line(task), unit);
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(total)
              .setRenderer(text)
              .setUpdateIntervalMillis(MILLISECONDS_BETWEEN_DRAWINGS)
              .continuousUpdate()
              .clearDisplayOnFinish()
              // It stays on one line, which print() may take; the default moves the cursor about.
              // Its width is given, since to find it out JLine would take over the terminal, and
              // with it Ctrl-C, which would then end the JVM at once.
              .setConsumer(new ConsoleProgressBarConsumer(System.out, columns() - 1))
              .build();
    }

    @Override
    public void at(long done) {
      text.startsBefore(done);
      bar.stepTo(done);
    }

    @Override
    public void say(String words) {
      bar.setExtraMessage(words);
    }

    @Override
    public void print(String sentence) {
      // In one piece, lest the bar be drawn amidst it.
      out().print(CLEAR_LINE + Printable.sentence(sentence) + System.lineSeparator());
      out().flush();
      bar.refresh();
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** Follows tasks that come one after the other. */
  final class Progress implements ProgressListener, AutoCloseable {
    private String task = "";
    private Bar bar = new NoBar();

    @Override
    public synchronized void advanced(String name, long done, long total) {
      if (!name.equals(task)) {
        bar.close();
        task = name;
        bar = bar(name, total, "");
      }
      bar.at(done);
    }

    @Override
    public synchronized void close() {
      bar.close();
    }
  }
}
