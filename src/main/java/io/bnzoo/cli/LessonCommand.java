package io.bnzoo.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bnzoo lesson}. */
@Command(
    name = "lesson",
    subcommands = {LessonListCommand.class, LessonRunCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    description = "Repeats the sources' experiments over several seeds.",
    footer = {
      "",
      "Examples:",
      "  bnzoo lesson list",
      "  bnzoo lesson run cell-05 --seeds 1..5",
      "  bnzoo lesson run all --scale 0.1"
    })
final class LessonCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
