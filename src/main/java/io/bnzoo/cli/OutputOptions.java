package io.bnzoo.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How a command tells its result. */
final class OutputOptions {
  @Option(names = "--quiet", description = "Print the result only.")
  private boolean quiet;

  @Option(names = "--json", description = "Print the result as JSON, and nothing else.")
  private boolean json;

  boolean json() {
    return json;
  }

  Terminal terminal(CommandSpec spec) {
    return Terminal.of(spec, quiet || json ? Terminal.Verbosity.QUIET : Terminal.Verbosity.FULL);
  }
}
