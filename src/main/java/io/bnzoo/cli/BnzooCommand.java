package io.bnzoo.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What all commands have in common: first the options are checked, then the work is done. */
abstract class BnzooCommand implements Callable<Integer> {
  /** What a command says that was stopped before it was done. */
  static final String STOPPED = "stopped: the same command resumes from here";

  @CommandLine.Spec private CommandSpec spec;

  /** What a command does when nothing is wrong with its options. */
  interface Task {
    /**
     * Does it.
     *
     * @throws CommandFailure if it cannot be done
     */
    void run() throws IOException;
  }

  /**
   * Checks the options, before any work.
   *
   * @throws IllegalArgumentException saying which is wrong, which ends the command as wrong usage;
   *     where the message begins with a property's name, the option's is shown in its place
   */
  abstract Task prepare();

  @Override
  public final Integer call() throws IOException {
    Task task;
    try {
      task = prepare();
    } catch (IllegalArgumentException e) {
      throw UsageErrors.of(spec, e);
    }
    task.run();
    return exitCode();
  }

  /** What a command that has done its work ends with. */
  int exitCode() {
    return Bnzoo.SUCCESS;
  }

  /** The command itself, with its place on the command line. */
  final CommandSpec spec() {
    return spec;
  }

  /** Whether the command has been asked to stop. */
  final Interruption interruption() {
    return ((Bnzoo) spec.root().userObject()).interruption();
  }
}
