package io.bnzoo.bench;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Zoo;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What a {@link Worker}'s JVM runs: for each line {@code MODEL VARIANT STEPS} on standard input it
 * answers one line with the milliseconds a step took, and for {@code MODEL VARIANT floor} with
 * those of {@link ZooWorkload#floor}.
 */
final class WorkerMain {
  static final String ANSWER = "ms ";
  static final String FLOOR = "floor";

  private WorkerMain() {}

  public static void main(String[] arguments) throws IOException {
    Setup setup = Setup.valueOf(arguments[0]);
    NativeBackend.enableOneDnn(); // But where the setup's options keep it from that.
    Map<String, ZooWorkload> workloads = new HashMap<>();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    // A pipe to the measuring JVM, and so not the terminal that System.out stands for elsewhere.
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      String[] request = line.split(" ", -1);
      Zoo.Entry entry = Zoo.find(request[0]).orElseThrow();
      ZooWorkload workload =
          workloads.computeIfAbsent(
              request[0] + " " + request[1],
              key -> new ZooWorkload(entry, Variants.find(request[1]).orElseThrow(), engines(setup)));
      double milliseconds =
          request[2].equals(FLOOR)
              ? workload.floor()
              : workload.millisecondsPerStep(Integer.parseInt(request[2]));
      answers.println(ANSWER + milliseconds);
    }
  }

  private static EngineFactory engines(Setup setup) {
    return switch (setup) {
      case STOCK -> (network, images, threads) -> new Dl4jEngine(network, images);
      case DL4J -> EngineChoice.DL4J;
      case ONEDNN -> EngineChoice.ONEDNN;
    };
  }
}
