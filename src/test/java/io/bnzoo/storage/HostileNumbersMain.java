package io.bnzoo.storage;

import io.bnzoo.limits.PredictionLimits;
import io.bnzoo.limits.StockNetwork;
import io.bnzoo.storage.HostileNumbers.Mutant;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;

/**
 * Loads one hostile file after the other, predicts with those that are not refused, and says of
 * each what came of it, so that whoever started this process knows at which it ended.
 */
final class HostileNumbersMain {
  static final String BEFORE = "trying ";
  static final String REFUSED = "refused: ";
  static final String PREDICTED = "predicted values: ";
  static final String FAILED = "failed: ";

  private static final long MOST_MILLISECONDS = 5_000;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final Timer timer = new Timer(true);
  private final Map<String, Map<String, byte[]>> written = new HashMap<>();
  private final Path file;

  private HostileNumbersMain(Path file) {
    this.file = file;
  }

  public static void main(String[] arguments) throws IOException {
    HostileNumbersMain main = new HostileNumbersMain(Path.of(arguments[0]));
    HostileNumbers numbers = new HostileNumbers();
    List<StockNetwork> networks = StockNetwork.all();
    for (HostileConfiguration hostile : HostileConfiguration.all(networks)) {
      main.attempt(hostile.network(), new Mutant(hostile.name(), hostile.json()));
    }
    for (StockNetwork network : networks) {
      for (Mutant mutant : numbers.of(network.name(), network.json())) {
        main.attempt(network, mutant);
      }
    }
    System.exit(0);
  }

  static boolean isOutcome(String line) {
    return line.startsWith(REFUSED) || line.startsWith(PREDICTED) || line.startsWith(FAILED);
  }

  /** Of the file that the network makes; the configuration is replaced then. */
  private Map<String, byte[]> entries(StockNetwork network) throws IOException {
    if (written.containsKey(network.name())) {
      return written.get(network.name());
    }
    ModelSerializer.writeModel(network.model(), file.toFile(), false);
    try (var zip = new ZipFile(file.toFile())) {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      for (var entry : Collections.list(zip.entries())) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
      written.put(network.name(), entries);
      return entries;
    }
  }

  private void attempt(StockNetwork network, Mutant mutant) throws IOException {
    Map<String, byte[]> entries = entries(network);
    entries.put(ModelSerializer.CONFIGURATION_JSON, mutant.json().getBytes(StandardCharsets.UTF_8));
    write(entries);
    out.println(BEFORE + mutant.name());
    TimerTask end =
        new TimerTask() {
          @Override
          public void run() {
            Runtime.getRuntime().halt(3);
          }
        };
    timer.schedule(end, MOST_MILLISECONDS);
    out.println(outcome(network));
    end.cancel();
  }

  private void write(Map<String, byte[]> entries) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
  }

  private String outcome(StockNetwork network) {
    try {
      Model model = ModelFiles.load(file);
      Optional<String> refusal = refusal(model, network);
      return refusal.isPresent()
          ? refused(refusal.get())
          : PREDICTED + network.predict(model).length();
    } catch (ModelFileException e) {
      return refused(e.getMessage());
    } catch (IOException | RuntimeException | Error e) {
      return FAILED + e.toString().lines().findFirst().orElse("");
    }
  }

  /** By what is asked before a prediction, when the input is known. */
  private static Optional<String> refusal(Model model, StockNetwork network) {
    try {
      return PredictionLimits.valuesPerExample(model, network.type()) > 0
          ? Optional.empty()
          : Optional.of("no values");
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static String refused(String message) {
    return message.lines().count() == 1 ? REFUSED + message : FAILED + "a refusal of several lines";
  }
}
