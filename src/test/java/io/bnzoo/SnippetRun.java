package io.bnzoo;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageFolders;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Runs blocks of Java one after another in a process of its own, whose working directory has what
 * the documents take for granted: saved models, a folder of photos, and digits, all of them small.
 */
final class SnippetRun {
  private static final Path OUTCOMES = Path.of("outcomes.txt");
  private static final Path DIGITS = Path.of("digits");
  private static final String RAN = "ran";

  private SnippetRun() {}

  /**
   * What is wrong with each block that does not compile or does not run to its end, behind its
   * place. A block that stands in two documents is run once.
   */
  static List<String> failures(List<JavaSnippet> snippets, Path folder)
      throws IOException, InterruptedException {
    List<String> failures = new ArrayList<>();
    Map<String, JavaSnippet> compiled = new LinkedHashMap<>();
    for (JavaSnippet snippet : snippets) {
      List<String> errors = snippet.compile(classes(folder, compiled.size()));
      failures.addAll(errors);
      if (errors.isEmpty()) {
        compiled.putIfAbsent(snippet.given() + snippet.code(), snippet);
      }
    }
    List<JavaSnippet> blocks = List.copyOf(compiled.values());
    List<String> outcomes = run(blocks, folder);
    outcomes.stream().filter(outcome -> !outcome.equals(RAN)).forEach(failures::add);
    if (outcomes.size() < blocks.size()) {
      failures.add(blocks.get(outcomes.size()) + ": the process ended, or had to be");
    }
    return failures;
  }

  private static Path classes(Path folder, int block) {
    return folder.resolve("classes-" + block);
  }

  /** One outcome for each block, and fewer if the process ended before. */
  private static List<String> run(List<JavaSnippet> blocks, Path folder)
      throws IOException, InterruptedException {
    Path work = Files.createDirectory(folder.resolve("work"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:ActiveProcessorCount=1", // Two would wait for each other where others compute.
                "-cp",
                System.getProperty("java.class.path"),
                SnippetRun.class.getName()));
    for (int block = 0; block < blocks.size(); block++) {
      command.add(classes(folder, block).toString());
      command.add(blocks.get(block).toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
    builder.environment().put("BNZOO_DATA", work.resolve(DIGITS).toString());
    Path output = folder.resolve("output.txt");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
    }
    Path outcomes = work.resolve(OUTCOMES);
    if (!Files.exists(outcomes)) {
      throw new IOException("no block was run: " + Files.readString(output));
    }
    return Files.readAllLines(outcomes);
  }

  /** Takes a folder of classes and a place in a document for each block. */
  public static void main(String[] arguments) throws Exception {
    ImageFolders.idx(DIGITS, 600, 150, 28, 28, 10);
    ImageFolders.classes(Path.of("photos"), 50, "cats", "dogs");
    ModelFiles.save(DeepCnn.builder().build().init(), Path.of("deep-cnn.zip"));
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), Path.of("mine.zip"));
    Files.createFile(OUTCOMES);
    for (int i = 0; i < arguments.length; i += 2) {
      String outcome = outcome(Path.of(arguments[i]), arguments[i + 1]);
      Files.writeString(OUTCOMES, outcome.replace('\n', ' ') + "\n", StandardOpenOption.APPEND);
    }
  }

  private static String outcome(Path classes, String place) throws Exception {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      Method run = method(loader.loadClass(JavaSnippet.CLASS));
      List<Object> given = new ArrayList<>();
      for (Class<?> type : run.getParameterTypes()) {
        given.add(given(type));
      }
      run.invoke(null, given.toArray());
      return RAN;
    } catch (InvocationTargetException e) {
      return at(place, e.getCause()) + ": " + e.getCause();
    } catch (IllegalArgumentException e) {
      return place + ": " + e.getMessage();
    }
  }

  private static Method method(Class<?> snippet) {
    Method run =
        Arrays.stream(snippet.getDeclaredMethods())
            .filter(method -> method.getName().equals(JavaSnippet.METHOD))
            .findFirst()
            .orElseThrow();
    run.setAccessible(true);
    return run;
  }

  /** The line of the block that an exception came through. */
  private static String at(String place, Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace())
        .filter(frame -> frame.getClassName().equals(JavaSnippet.CLASS))
        .map(frame -> place.replaceFirst("\\d+$", Integer.toString(frame.getLineNumber())))
        .findFirst()
        .orElse(place);
  }

  private static Object given(Class<?> type) throws IOException {
    if (type == ImageDataset.class) {
      return ImageDataset.digits();
    } else if (type == TrainingPlan.class) {
      return ThreeLayerMlp.PLAN.withBatches(200);
    } else if (type == ThreeLayerMlp.class) {
      return ThreeLayerMlp.builder().build();
    } else if (type == MultiLayerNetwork.class) {
      return ThreeLayerMlp.builder().build().init();
    } else if (type == DataSetIterator.class) {
      LabeledImages images = ImageDataset.digits().train().first(200);
      return new ListDataSetIterator<>(
          new DataSet(images.images(), images.oneHotLabels()).asList(), 50);
    } else if (type == Path.class) {
      Path file = Path.of("given.zip");
      Normalization batchNorm = Normalization.batchNorm();
      ModelFiles.save(ThreeLayerMlp.builder().normalization(batchNorm).build().init(), file);
      return file;
    } else if (type == File.class) {
      return Files.copy(Path.of("mine.zip"), Path.of("bytes.zip")).toFile();
    }
    throw new IllegalArgumentException("a block is given a " + type + ", which is to be made here");
  }
}
