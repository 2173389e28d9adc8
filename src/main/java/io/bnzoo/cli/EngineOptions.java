package io.bnzoo.cli;

import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineFactory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code --engine}. */
final class EngineOptions {

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      converter = EngineConverter.class,
      defaultValue = "auto",
      description = {
        "What computes: onednn (fast), dl4j (Deeplearning4j's own way) or auto, which takes onednn"
            + " where it can run the whole network. Default: ${DEFAULT-VALUE}."
      })
  private EngineChoice choice;

  /** What keeps networks from oneDNN, as far as it has been said. */
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /** Gets ND4J ready, tells what computes, and returns that line. */
  String start(Terminal terminal) {
    String description = choice.start();
    terminal.tell(description);
    return description;
  }

  /** Whether networks are run by the fast engine where nothing keeps them from it. */
  boolean isFast() {
    return choice.prefersOneDnn();
  }

  /** Opens engines, and warns once of each thing that keeps networks from oneDNN. */
  EngineFactory factory(Terminal terminal) {
    return choice.withFallbackListener(
        notice -> {
          if (told.add(notice)) {
            terminal.warn(notice);
          }
        });
  }

  /**
   * Warns that Deeplearning4j runs a network, whatever was chosen.
   *
   * @param reason what keeps it from oneDNN, as a clause
   * @throws CommandFailure if nothing but oneDNN was asked for
   */
  void without(String reason, Terminal terminal) {
    if (choice == EngineChoice.ONEDNN) {
      throw new CommandFailure(
          "oneDNN cannot run this network: " + reason + "; ask for --engine auto");
    }
    if (isFast()) {
      terminal.warn("Deeplearning4j's own engine runs, because " + reason);
    }
  }

  /** Reads a choice. */
  static final class EngineConverter implements CommandLine.ITypeConverter<EngineChoice> {
    @Override
    public EngineChoice convert(String value) {
      return Stream.of(EngineChoice.values())
          .filter(choice -> choice.label().equals(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new CommandLine.TypeConversionException(
                      "'" + value + "' is no engine: give auto, dl4j or onednn"));
    }
  }
}
