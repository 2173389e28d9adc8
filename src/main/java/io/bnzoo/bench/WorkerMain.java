package io.bnzoo.bench;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageSize;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.experiment.Variants;
import io.bnzoo.files.Reason;
import io.bnzoo.zoo.Zoo;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a {@link Worker}'s JVM runs: it answers each line on standard input with one line.
 *
 * <p>{@code zoo MODEL VARIANT STEPS} asks for the milliseconds a step took, {@code zoo MODEL
 * VARIANT floor} for those of {@link ZooWorkload#floor}; {@code model NAME SIZE BATCH TASK
 * REPETITIONS} for the milliseconds of each repetition, {@code model NAME SIZE BATCH TASK obstacle}
 * for what keeps the setup from it.
 */
final class WorkerMain {
  static final String ZOO = "zoo";
  static final String MODEL = "model";
  static final String FLOOR = "floor";
  static final String OBSTACLE = "obstacle";
  static final String ANSWER = "is ";
  static final String FAILURE = "failed ";

  private final Setup setup;
  private final Map<String, ZooWorkload> zoo = new HashMap<>();

  /** One at a time: many are large. */
  private Optional<Map.Entry<MeasuredModel, ModelWorkload>> model = Optional.empty();

  private WorkerMain(Setup setup) {
    this.setup = setup;
  }

  public static void main(String[] arguments) throws IOException {
    WorkerMain worker = new WorkerMain(Setup.valueOf(arguments[0]));
    NativeBackend.enableOneDnn(); // But where the setup's options keep it from that.
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    // A pipe to the measuring JVM, and so not the terminal that System.out stands for elsewhere.
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(worker.answer(Stream.of(line.split(" ", -1)).map(Worker::decoded).toList()));
    }
  }

  private String answer(List<String> request) {
    try {
      String answer = request.get(0).equals(ZOO) ? ofZoo(request) : ofModel(request);
      return ANSWER + Worker.encoded(answer);
    } catch (IOException e) {
      return FAILURE + Worker.encoded(Reason.of(e));
    } catch (RuntimeException e) { // Deeplearning4j's layers fail in many ways.
      return FAILURE + Worker.encoded(request.get(1) + " cannot be measured: " + Reason.of(e));
    }
  }

  private String ofZoo(List<String> request) {
    ZooWorkload workload =
        zoo.computeIfAbsent(
            request.get(1) + " " + request.get(2),
            key ->
                new ZooWorkload(
                    Zoo.find(request.get(1)).orElseThrow(),
                    Variants.find(request.get(2)).orElseThrow(),
                    engines()));
    return Double.toString(
        request.get(3).equals(FLOOR)
            ? workload.floor()
            : workload.millisecondsPerStep(Integer.parseInt(request.get(3))));
  }

  private EngineFactory engines() {
    return switch (setup) {
      case STOCK -> (network, images, threads) -> new Dl4jEngine(network, images);
      case DL4J -> EngineChoice.DL4J;
      case ONEDNN -> EngineChoice.ONEDNN;
    };
  }

  private String ofModel(List<String> request) throws IOException {
    Optional<ImageSize> size =
        Optional.of(request.get(2)).filter(text -> !text.isEmpty()).map(ImageSize::parse);
    ModelWorkload workload =
        open(new MeasuredModel(request.get(1), size, Integer.parseInt(request.get(3))));
    ModelWorkload.Task task = ModelWorkload.Task.valueOf(request.get(4));
    return request.get(5).equals(OBSTACLE)
        ? workload.obstacle(task).orElse("")
        : Arrays.stream(workload.milliseconds(task, Integer.parseInt(request.get(5))))
            .mapToObj(Double::toString)
            .collect(Collectors.joining(" "));
  }

  private ModelWorkload open(MeasuredModel asked) throws IOException {
    if (model.filter(open -> open.getKey().equals(asked)).isEmpty()) {
      model.ifPresent(open -> open.getValue().close());
      model = Optional.empty();
      model = Optional.of(Map.entry(asked, new ModelWorkload(asked, setup)));
    }
    return model.orElseThrow().getValue();
  }
}
