package io.bnzoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bnzoo.report.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The tables of results in the documents, generated from recorded runs.
 *
 * <p>A table stands between {@code <!-- table: NAME -->} and {@code <!-- end of table -->}. {@code
 * mvn -q test-compile exec:exec@tables} writes all of them anew.
 */
public final class ResultTables {
  private static final Path DATA = Path.of("src", "site", "data");
  private static final Pattern TABLE =
      Pattern.compile("(<!-- table: ([a-z-]+) -->\n\n)(?:\\|.*\n)*\n?(<!-- end of table -->)");
  private static final String NONE = "-";

  private static final Path LESSON =
      Path.of("src/notebooks/resources/io/bnzoo/notebook/lesson.json");

  private final JsonNode lesson = read(LESSON);
  private final JsonNode stockLesson = read(DATA.resolve("lesson-dl4j.json"));
  private final JsonNode comparisons = read(DATA.resolve("comparisons.json"));
  private final JsonNode pretrained = read(PretrainedModels.FIGURES);

  ResultTables() throws IOException {}

  private static JsonNode read(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  /** Takes no arguments; writes the tables into the documents. */
  public static void main(String[] arguments) throws IOException {
    ResultTables tables = new ResultTables();
    for (Path document : Documents.all()) {
      String text = Files.readString(document);
      if (TABLE.matcher(text).find()) {
        Files.writeString(document, tables.filled(text));
      }
    }
  }

  /** The names of the tables in a text. */
  static List<String> names(String text) {
    return TABLE.matcher(text).results().map(table -> table.group(2)).toList();
  }

  /** A text with its tables generated. */
  String filled(String text) {
    return TABLE
        .matcher(text)
        .replaceAll(
            table ->
                Matcher.quoteReplacement(
                    table.group(1)
                        + TextTable.markdown(table(table.group(2)))
                        + "\n"
                        + table.group(3)));
  }

  private List<List<String>> table(String name) {
    return switch (name) {
      case "deep-cnn-means" -> means();
      case "deep-cnn", "by-hand" -> comparison(name);
      case "lesson" -> lesson();
      case "inference" -> inference();
      case "engines" -> engines();
      case "pretrained" -> pretrained();
      default -> throw new IllegalArgumentException("there is no table '" + name + "'");
    };
  }

  /** Each network without and with batch norm, mean over the seeds. */
  private List<List<String>> means() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("deep CNN, mean of three seeds", "validation", "test", "published test"));
    for (String network : List.of("plain", "batch-norm")) {
      rows.add(
          List.of(
              network,
              mean("deep-cnn", network, "validation"),
              mean("deep-cnn", network, "test"),
              published(network)));
    }
    return rows;
  }

  /** A row for each network, and means where there are several seeds. */
  private List<List<String>> comparison(String name) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "seed", "validation", "test", "one at a time", "published test"));
    for (JsonNode run : comparisons.path(name)) {
      String network = run.path("network").asText();
      rows.add(
          List.of(
              network,
              run.path("seed").asText(),
              share(run.path("validation")),
              share(run.path("test")),
              share(run.path("oneAtATime")),
              published(network)));
    }
    for (String network : severalSeeds(comparisons.path(name))) {
      rows.add(
          List.of(
              network,
              "mean",
              mean(name, network, "validation"),
              mean(name, network, "test"),
              mean(name, network, "oneAtATime"),
              published(network)));
    }
    return rows;
  }

  private static List<String> severalSeeds(JsonNode runs) {
    List<String> networks = stream(runs).map(run -> run.path("network").asText()).toList();
    return networks.stream()
        .distinct()
        .filter(network -> Collections.frequency(networks, network) > 1)
        .toList();
  }

  private String mean(String comparison, String network, String figure) {
    return TextTable.share(
        stream(comparisons.path(comparison))
            .filter(run -> run.path("network").asText().equals(network))
            .mapToDouble(run -> run.path(figure).asDouble())
            .average()
            .orElseThrow());
  }

  /** The source's accuracy of a variant of the deep CNN. */
  private String published(String network) {
    return Stream.of("deep-cnn", "by-hand")
        .flatMap(id -> stream(experiment(lesson, id).path("variants")))
        .filter(labelled(network))
        .map(variant -> share(variant.at("/published/0/test")))
        .findFirst()
        .orElse(NONE);
  }

  /** The lesson's pairs of networks beside the published ones. */
  private List<List<String>> lesson() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "experiment",
            "batches",
            "seeds",
            "plain, published",
            "plain, ours",
            "batch norm, published",
            "batch norm, ours"));
    cells()
        .forEach(
            cell ->
                rows.add(
                    List.of(
                        cell.path("id").asText() + ": " + cell.path("title").asText(),
                        String.format(Locale.ROOT, "%,d", cell.at("/plan/batches").asInt()),
                        Integer.toString(cell.at("/variants/0/trials").size()),
                        source(cell.at("/variants/0/published/0")),
                        ours(cell.at("/variants/0")),
                        source(cell.at("/variants/1/published/0")),
                        ours(cell.at("/variants/1")))));
    return rows;
  }

  private Stream<JsonNode> cells() {
    return stream(lesson.path("experiments"))
        .filter(experiment -> experiment.path("id").asText().startsWith("cell-"));
  }

  private static String source(JsonNode published) {
    String accuracy = share(published.path("test"));
    return published.has("always")
        ? accuracy + " (always " + published.path("always").asText() + ")"
        : accuracy;
  }

  /** Mean and deviation; the digits that are always predicted, if all networks do so. */
  private static String ours(JsonNode variant) {
    Pattern always = Pattern.compile("always \\d");
    List<String> digits =
        stream(variant.path("trials"))
            .map(trial -> always.matcher(trial.path("outcome").asText()))
            .filter(Matcher::find)
            .map(Matcher::group)
            .toList();
    return digits.size() == variant.path("trials").size()
        ? digits.stream()
            .distinct()
            .sorted()
            .collect(Collectors.joining(", ", spread(variant) + " (", ")"))
        : spread(variant);
  }

  private static String spread(JsonNode variant) {
    JsonNode deviation = variant.at("/test/standardDeviation");
    String mean = share(variant.at("/test/mean"));
    return deviation.isMissingNode() ? mean : mean + " ± " + share(deviation);
  }

  /** 200 images fed one at a time, by running and by batch statistics. */
  private List<List<String>> inference() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "running statistics", "batch statistics", "its one answer"));
    JsonNode variant = experiment(lesson, "single-sample").at("/variants/0");
    for (JsonNode trial : variant.path("trials")) {
      JsonNode predictions = trial.path("inferenceTrap");
      List<String> answers =
          stream(predictions.path("byBatchStatistics")).map(JsonNode::asText).distinct().toList();
      rows.add(
          List.of(
              "seed " + trial.path("seed").asText(),
              right(predictions, "byPopulationStatistics"),
              right(predictions, "byBatchStatistics"),
              String.join(", ", answers)));
    }
    rows.add(
        List.of(
            "published",
            figure(variant.path("published"), "singles"),
            figure(variant.path("published"), "singlesByBatchStatistics"),
            NONE));
    return rows;
  }

  private static String right(JsonNode predictions, String kind) {
    JsonNode shown = predictions.path("shown");
    JsonNode predicted = predictions.path(kind);
    long right =
        IntStream.range(0, shown.size())
            .filter(i -> shown.path(i).asInt() == predicted.path(i).asInt())
            .count();
    return TextTable.share((double) right / shown.size());
  }

  private static String figure(JsonNode published, String name) {
    return stream(published)
        .filter(run -> run.has(name))
        .map(run -> share(run.path(name)))
        .findFirst()
        .orElse(NONE);
  }

  /** The same experiments on both engines. */
  private List<List<String>> engines() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "experiment",
            "plain, dl4j",
            "plain, onednn",
            "batch norm, dl4j",
            "batch norm, onednn"));
    stream(lesson.path("experiments"))
        .map(experiment -> experiment.path("id").asText())
        .filter(id -> !id.equals("single-sample"))
        .forEach(
            id -> {
              List<String> labels =
                  stream(experiment(lesson, id).path("variants"))
                      .map(variant -> variant.path("label").asText())
                      .toList();
              if (labels.contains("plain")) {
                rows.add(
                    List.of(
                        id,
                        counted(stockLesson, id, "plain"),
                        counted(lesson, id, "plain"),
                        counted(stockLesson, id, "batch-norm"),
                        counted(lesson, id, "batch-norm")));
              } else {
                for (String label : labels) {
                  rows.add(
                      List.of(
                          id + ": " + label,
                          NONE,
                          NONE,
                          counted(stockLesson, id, label),
                          counted(lesson, id, label)));
                }
              }
            });
    return rows;
  }

  /** The models that are trained already, and how they were. */
  private List<List<String>> pretrained() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "Adam's rate at first", "batches", "of", "validation", "test"));
    for (JsonNode model : pretrained) {
      rows.add(
          List.of(
              model.path("network").asText(),
              model.path("firstLearningRate").asText(),
              String.format(Locale.ROOT, "%,d", model.path("batches").asInt()),
              model.path("batchSize").asText(),
              share(model.path("validation")),
              share(model.path("test"))));
    }
    return rows;
  }

  private static String counted(JsonNode report, String id, String label) {
    return stream(experiment(report, id).path("variants"))
        .filter(labelled(label))
        .map(variant -> spread(variant) + " (" + variant.path("trials").size() + ")")
        .findFirst()
        .orElse(NONE);
  }

  private static JsonNode experiment(JsonNode report, String id) {
    return stream(report.path("experiments"))
        .filter(experiment -> experiment.path("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static Predicate<JsonNode> labelled(String label) {
    return variant -> variant.path("label").asText().equals(label);
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static String share(JsonNode accuracy) {
    return accuracy.isNumber() ? TextTable.share(accuracy.asDouble()) : NONE;
  }
}
