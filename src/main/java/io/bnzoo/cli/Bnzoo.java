package io.bnzoo.cli;

import io.bnzoo.storage.Versions;
import java.io.ObjectInputFilter;
import java.nio.file.Path;
import picocli.CommandLine;

/** The command {@code bnzoo}. */
@CommandLine.Command(
    name = "bnzoo",
    scope = CommandLine.ScopeType.INHERIT, // The next three hold for all commands.
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = Bnzoo.Version.class,
    subcommands = {
      CompareCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      DiagnoseCommand.class,
      RecalibrateCommand.class,
      FoldCommand.class,
      ConvertCommand.class,
      ExportCommand.class,
      DataCommand.class,
      ModelsCommand.class,
      LessonCommand.class,
      BenchCommand.class,
      MemoryCommand.class
    },
    description = "Shows what batch normalization does to a network.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  bnzoo compare deep-cnn            without and with batch norm",
      "  bnzoo train mlp --variant plain   one network",
      "  bnzoo evaluate MODEL.zip          a saved model on the test images",
      "  bnzoo data                        where the digits are, verified",
      "",
      "Exit codes: 0 success, 1 failure, 2 wrong usage, 3 diagnose found something wrong,",
      "  130 stopped by Ctrl-C."
    })
public final class Bnzoo implements Runnable {

  static final int SUCCESS = 0;
  static final int FAILURE = 1;
  static final int USAGE = 2;

  /** Of a diagnosis that found something. */
  static final int FOUND = 3;

  private final Interruption interruption;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Bnzoo(Interruption interruption) {
    this.interruption = interruption;
  }

  /** Whether the command has been asked to stop. */
  Interruption interruption() {
    return interruption;
  }

  /** Parses the command line, runs the command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    Interruption interruption = Interruption.onCtrlC();
    // The learning curves are drawn into memory; a display that does not answer is no obstacle.
    System.setProperty("java.awt.headless", "true");
    refuseJavaObjects();
    System.exit(commandLine(interruption).execute(arguments));
  }

  /** No command reads Java objects, so whatever tries to do so was not meant to. */
  static void refuseJavaObjects() {
    if (ObjectInputFilter.Config.getSerialFilter() == null) {
      ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter("!*"));
    }
  }

  /** A command line that prints to the standard streams until its caller sets others. */
  static CommandLine commandLine(Interruption interruption) {
    CommandLine commandLine = new CommandLine(new Bnzoo(interruption));
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    // No argument is worth reading a file for, least of all one that was read from a file.
    commandLine.setExpandAtFiles(false);
    commandLine.registerConverter(Path.class, new PathConverter());
    commandLine.registerConverter(Integer.class, Bnzoo::wholeNumber);
    commandLine.registerConverter(int.class, Bnzoo::wholeNumber);
    commandLine.registerConverter(Double.class, Bnzoo::number);
    commandLine.registerConverter(double.class, Bnzoo::number);
    commandLine.setParameterExceptionHandler(new UsageErrors());
    commandLine.setExecutionStrategy(Bnzoo::run);
    commandLine.setExecutionExceptionHandler(
        (e, command, parsed) -> Failures.report(e, command.getErr()));
    return commandLine;
  }

  private static Integer wholeNumber(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new CommandLine.TypeConversionException(
          "'" + text + "' is no whole number up to " + Integer.MAX_VALUE);
    }
  }

  private static Double number(String text) {
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw new CommandLine.TypeConversionException("'" + text + "' is no number such as 0.01");
    }
  }

  /** Also says in one line what picocli leaves to the JVM: that the memory is used up, say. */
  private static int run(CommandLine.ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (VirtualMachineError | LinkageError e) {
      return Failures.report(e, parsed.commandSpec().commandLine().getErr());
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The versions that {@code --version} prints. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "bnzoo " + Versions.bnzoo(),
        "Deeplearning4j " + Versions.deeplearning4j(),
        "Java " + System.getProperty("java.runtime.version")
      };
    }
  }
}
