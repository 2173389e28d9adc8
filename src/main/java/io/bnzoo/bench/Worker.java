package io.bnzoo.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM with one {@link Setup} that measures what it is told to, and sleeps in between. */
final class Worker implements AutoCloseable {

  /** Later JDKs warn of native code and of sun.misc.Unsafe where these are not let by name. */
  private static final List<String> QUIET =
      List.of("--enable-native-access=ALL-UNNAMED", "-Dsun.misc.unsafe.memory.access=allow");

  private final Process process;
  private final PrintWriter requests;
  private final BufferedReader answers;

  private Worker(Process process) {
    this.process = process;
    this.requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts a JVM with this one's class path. */
  static Worker start(Setup setup) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QUIET);
    command.addAll(setup.jvmOptions());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(WorkerMain.class.getName(), setup.name()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.directory(new File("."));
    return new Worker(builder.start());
  }

  /**
   * Measures one block of steps.
   *
   * @return milliseconds a step
   * @throws IOException if the JVM has died or answers something else
   */
  double measure(String model, String variant, int steps) throws IOException {
    return ask(model, variant, Integer.toString(steps));
  }

  /** See {@link ZooWorkload#floor}. */
  double floor(String model, String variant) throws IOException {
    return ask(model, variant, WorkerMain.FLOOR);
  }

  private double ask(String model, String variant, String what) throws IOException {
    requests.println(model + " " + variant + " " + what);
    String answer = answers.readLine();
    if (answer == null || !answer.startsWith(WorkerMain.ANSWER)) {
      throw new IOException("the measuring JVM failed, its last line is: " + answer);
    }
    return Double.parseDouble(answer.substring(WorkerMain.ANSWER.length()));
  }

  /** Ends the JVM. */
  @Override
  public void close() {
    requests.close();
    process.destroy();
  }
}
