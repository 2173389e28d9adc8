package io.bnzoo.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** What is done with a JVM for each setup. */
  interface Measuring<T> {
    /** Adds rows as they are complete. */
    void measure(Map<Setup, Worker> workers, List<T> rows) throws IOException;
  }

  /**
   * Measures with a JVM for each setup that this machine can run.
   *
   * @param stop once it says true, what is complete is returned
   */
  static <T> List<T> inEachSetup(BooleanSupplier stop, Measuring<T> measuring) throws IOException {
    List<T> rows = new ArrayList<>();
    Map<Setup, Worker> workers = new EnumMap<>(Setup.class);
    try {
      for (Setup setup : Setup.available()) {
        workers.put(setup, start(setup));
      }
      measuring.measure(workers, rows);
    } catch (IOException e) {
      // Ctrl-C in a terminal reaches the workers, too, and ends them.
      if (!stop.getAsBoolean()) {
        throw e;
      }
    } finally {
      workers.values().forEach(Worker::close);
    }
    return rows;
  }

  /** Starts a JVM with this one's class path. */
  private static Worker start(Setup setup) throws IOException {
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
    return Double.parseDouble(ask(WorkerMain.ZOO, model, variant, Integer.toString(steps)));
  }

  /** See {@link ZooWorkload#floor}. */
  double floor(String model, String variant) throws IOException {
    return Double.parseDouble(ask(WorkerMain.ZOO, model, variant, WorkerMain.FLOOR));
  }

  /** See {@link ModelWorkload#milliseconds}. */
  double[] measure(MeasuredModel model, ModelWorkload.Task task, int repetitions)
      throws IOException {
    return Stream.of(ask(model, task, Integer.toString(repetitions)).split(" ", -1))
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  /** See {@link ModelWorkload#obstacle}. */
  Optional<String> obstacle(MeasuredModel model, ModelWorkload.Task task) throws IOException {
    return Optional.of(ask(model, task, WorkerMain.OBSTACLE)).filter(reason -> !reason.isEmpty());
  }

  private String ask(MeasuredModel model, ModelWorkload.Task task, String what) throws IOException {
    return ask(
        WorkerMain.MODEL,
        model.name(),
        model.imageSize().map(Object::toString).orElse(""),
        Integer.toString(model.batchSize()),
        task.name(),
        what);
  }

  /** The words are sent and answered in one line each, whatever characters they have. */
  private String ask(String... words) throws IOException {
    requests.println(Stream.of(words).map(Worker::encoded).collect(Collectors.joining(" ")));
    String answer = answers.readLine();
    if (answer != null && answer.startsWith(WorkerMain.FAILURE)) {
      throw new IOException(decoded(answer.substring(WorkerMain.FAILURE.length())));
    }
    if (answer == null || !answer.startsWith(WorkerMain.ANSWER)) {
      throw new IOException("the measuring JVM failed, its last line is: " + answer);
    }
    return decoded(answer.substring(WorkerMain.ANSWER.length()));
  }

  static String encoded(String word) {
    return URLEncoder.encode(word, StandardCharsets.UTF_8);
  }

  static String decoded(String word) {
    return URLDecoder.decode(word, StandardCharsets.UTF_8);
  }

  /** Ends the JVM. */
  @Override
  public void close() {
    requests.close();
    process.destroy();
  }
}
