package io.bnzoo.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What a command line that cannot be run gets: what is wrong, and where to read on. */
final class UsageErrors implements CommandLine.IParameterExceptionHandler {
  private static final int SUGGESTIONS = 3;

  @Override
  public int handleParseException(CommandLine.ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + Printable.line(message(e)));
    err.println("See " + name + " --help.");
    err.flush();
    return Bnzoo.USAGE;
  }

  static String message(CommandLine.ParameterException e) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      return unmatched(unmatched);
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static String unmatched(CommandLine.UnmatchedArgumentException e) {
    String argument = e.getUnmatched().get(0);
    boolean mayBeCommand =
        !e.getCommandLine().getSubcommands().isEmpty()
            && e.getCommandLine().getCommandSpec().positionalParameters().isEmpty();
    String what = "one argument too many: '" + argument + "'";
    if (e.isUnknownOption()) {
      what = "there is no option '" + argument + "'";
    } else if (mayBeCommand) {
      what = "there is no command '" + argument + "'";
    }
    List<String> suggestions = e.getSuggestions().stream().limit(SUGGESTIONS).toList();
    return suggestions.isEmpty()
        ? what
        : what + "; did you mean " + String.join(" or ", suggestions) + "?";
  }

  /**
   * A value that something made of a command's options does not take; where the message begins with
   * a property's name, the option's stands in its place.
   */
  static CommandLine.ParameterException of(CommandSpec spec, IllegalArgumentException e) {
    return new CommandLine.ParameterException(
        spec.commandLine(), withOptionName(spec, String.valueOf(e.getMessage())), e);
  }

  /** That there is nothing of a name, and what there is. */
  static String unknown(String kind, String name, Stream<String> known) {
    return String.format(
        "there is no %s '%s'; there is %s", kind, name, known.collect(Collectors.joining(", ")));
  }

  /**
   * Checks a number of threads.
   *
   * @throws IllegalArgumentException if this machine does not have as many cores
   */
  static int requireCores(String option, int threads) {
    int cores = Runtime.getRuntime().availableProcessors();
    if (threads < 1 || threads > cores) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must be in [1, %d], this machine's cores, got %d",
              option,
              cores,
              threads));
    }
    return threads;
  }

  /** "batchSize must be ..." as "--batch-size must be ...", if there is such an option. */
  private static String withOptionName(CommandSpec spec, String message) {
    int end = message.indexOf(' ');
    if (end < 0) {
      return message;
    }
    String option =
        "--" + message.substring(0, end).replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    return spec.optionsMap().containsKey(option) ? option + message.substring(end) : message;
  }
}
