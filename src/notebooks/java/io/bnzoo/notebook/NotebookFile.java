package io.bnzoo.notebook;

import org.apache.commons.codec.digest.DigestUtils;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * A Jupyter notebook, and whether what it shows is what its code showed when it was run.
 *
 * <p>A recorded notebook carries, as {@code metadata.bnzoo}, a checksum for each code cell and one for
 * its outputs. A cell's checksum takes in that of the code cell before it: what a cell shows depends on
 * all the code above it.
 */
final class NotebookFile {
  static final String REMEDY = "run mvn -q -Pnotebooks process-classes exec:exec@record";
  static final int SIZE_LIMIT = 2_000_000;
  private static final String KERNEL = "bnzoo";
  private static final String IDENTIFIER = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final String COLORS = "\u001B\\[[0-9;]*m";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final long size;
  private final ObjectNode root;
  private final List<JsonNode> cells;

  private NotebookFile(String name, byte[] bytes) throws IOException {
    this.name = name;
    this.size = bytes.length;
    this.root = (ObjectNode) JSON.readTree(bytes);
    this.cells =
        StreamSupport.stream(root.path("cells").spliterator(), false)
            .filter(cell -> cell.path("cell_type").asText().equals("code"))
            .toList();
  }

  static NotebookFile read(Path file) throws IOException {
    return new NotebookFile(file.getFileName().toString(), Files.readAllBytes(file));
  }

  /** For each code cell, the checksum of its source and of all the code before it. */
  List<String> chain() {
    List<String> checksums = new ArrayList<>();
    String before = "";
    for (JsonNode cell : cells) {
      before = checksum(before + "\n" + joined(cell.path("source")));
      checksums.add(before);
    }
    return checksums;
  }

  /** What went wrong while the notebook ran, the first failure only: others follow from it. */
  Optional<String> failure() {
    for (int cell = 0; cell < cells.size(); cell++) {
      for (JsonNode output : cells.get(cell).path("outputs")) {
        if (output.path("output_type").asText().equals("error")) {
          return Optional.of(at(cell) + " failed:\n" + error(output));
        }
        if (output.path("name").asText().equals("stderr")) {
          return Optional.of(at(cell) + " wrote to stderr:\n" + joined(output.path("text")));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * All that keeps this file from being a recorded notebook, one line each, for people.
   *
   * @param places folders of this machine that must not show
   */
  List<String> problems(List<Path> places) {
    List<String> problems = new ArrayList<>();
    if (size >= SIZE_LIMIT) {
      problems.add(name + " has " + size + " bytes; the limit is " + SIZE_LIMIT);
    }
    String kernel = root.at("/metadata/kernelspec/name").asText();
    if (!kernel.equals(KERNEL)) {
      problems.add(name + " is for the kernel \"" + kernel + "\", not " + KERNEL);
    }
    failure().ifPresent(problems::add);
    changeSinceRun().ifPresent(problems::add);
    for (int cell = 0; cell < cells.size(); cell++) {
      addSights(cell, places, problems);
    }
    return problems;
  }

  private Optional<String> changeSinceRun() {
    JsonNode record = root.at("/metadata/bnzoo");
    if (record.isMissingNode()) {
      return Optional.of(name + " was never recorded; " + REMEDY);
    }
    String scale = record.path("scale").asText();
    if (!scale.equals("1")) {
      return Optional.of(name + " was recorded at scale " + scale + ", not in full; " + REMEDY);
    }
    List<String> chain = chain();
    for (int cell = 0; cell < cells.size(); cell++) {
      JsonNode recorded = record.path("cells").path(cell);
      JsonNode count = cells.get(cell).path("execution_count");
      if (!count.isInt() || recorded.isMissingNode()) {
        return Optional.of(at(cell) + " was never run; " + REMEDY);
      }
      if (!recorded.path("code").asText().equals(chain.get(cell))) {
        return Optional.of(at(cell) + " was edited after it was run; " + REMEDY);
      }
      if (count.asInt() != cell + 1) {
        return Optional.of(at(cell) + " was run as number " + count.asInt() + "; " + REMEDY);
      }
      if (!recorded.path("outputs").asText().equals(outputChecksum(cells.get(cell)))) {
        return Optional.of(
            "the outputs of " + at(cell) + " were edited after it was run; " + REMEDY);
      }
    }
    return record.path("cells").size() == cells.size()
        ? Optional.empty()
        : Optional.of(name + " has lost code cells since it was run; " + REMEDY);
  }

  private void addSights(int cell, List<Path> places, List<String> problems) {
    String seen = visible(cells.get(cell).path("outputs"));
    for (Path place : places) {
      if (place.getNameCount() > 0 && seen.contains(place.toString())) {
        problems.add(at(cell) + " shows a folder of this machine, " + place);
      }
    }
    for (JsonNode output : cells.get(cell).path("outputs")) {
      if (output.path("output_type").asText().equals("execute_result")
          && visible(output.path("data")).matches("(?s).*" + IDENTIFIER + ".*")) {
        problems.add(at(cell) + " shows what display() returned; end it with another statement");
      }
    }
  }

  /**
   * This notebook, just executed, as it is kept: without times and widgets, with its record.
   *
   * @param scale the share of the batches that was trained, as in the system property
   */
  NotebookFile recorded(String scale) throws IOException {
    ObjectNode copy = root.deepCopy();
    ObjectNode metadata = JSON.createObjectNode();
    for (String kept : List.of("kernelspec", "language_info")) {
      metadata.set(kept, root.path("metadata").path(kept));
    }
    copy.set("metadata", metadata);
    ArrayNode checksums = metadata.putObject("bnzoo").put("scale", scale).putArray("cells");
    List<String> chain = chain();
    for (JsonNode cell : copy.path("cells")) {
      if (cell.path("metadata") instanceof ObjectNode own) {
        own.remove("execution");
      }
      if (cell.path("cell_type").asText().equals("code")) {
        completePictures(cell);
        checksums.addObject().put("code", chain.get(checksums.size() - 1)).put("outputs", outputChecksum(cell));
      }
    }
    return new NotebookFile(name, bytes(copy));
  }

  /**
   * The kernel never closes its Base64 encoder, which keeps up to two bytes of each PNG file back:
   * the last of a checksum that is the same in all of them.
   */
  private static void completePictures(JsonNode cell) {
    for (JsonNode output : cell.path("outputs")) {
      if (output.path("data") instanceof ObjectNode data && data.has("image/png")) {
        byte[] file = Base64.getMimeDecoder().decode(joined(data.path("image/png")));
        String latin = new String(file, ISO_8859_1);
        String whole = latin.substring(0, latin.lastIndexOf("IEND")) + "IEND\u00AEB`\u0082";
        data.put("image/png", Base64.getEncoder().encodeToString(whole.getBytes(ISO_8859_1)));
      }
    }
  }

  void write(Path file) throws IOException {
    Files.write(file, bytes(root));
  }

  /** As Jupyter writes it: sorted keys, one space for each level, a line's end at the end. */
  private static byte[] bytes(JsonNode root) throws IOException {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    DefaultIndenter indenter = new DefaultIndenter(" ", "\n");
    printer.indentArraysWith(indenter);
    printer.indentObjectsWith(indenter);
    return (JSON.writer(printer).writeValueAsString(sorted(root)) + "\n").getBytes(UTF_8);
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      TreeMap<String, JsonNode> entries = new TreeMap<>();
      node.properties().forEach(entry -> entries.put(entry.getKey(), sorted(entry.getValue())));
      return JSON.createObjectNode().setAll(entries);
    }
    if (node.isArray()) {
      ArrayNode elements = JSON.createArrayNode();
      node.forEach(element -> elements.add(sorted(element)));
      return elements;
    }
    return node;
  }

  /** The same for every way of writing the same outputs down. */
  private static String outputChecksum(JsonNode cell) {
    return checksum(sorted(withJoinedLines(cell.path("outputs"))).toString());
  }

  private static JsonNode withJoinedLines(JsonNode node) {
    if (node.isObject()) {
      ObjectNode entries = JSON.createObjectNode();
      node.properties().forEach(e -> entries.set(e.getKey(), withJoinedLines(e.getValue())));
      return entries;
    }
    if (node.isArray() && !node.isEmpty() && node.path(0).isTextual()) {
      return JSON.getNodeFactory().textNode(joined(node));
    }
    if (node.isArray()) {
      ArrayNode elements = JSON.createArrayNode();
      node.forEach(element -> elements.add(withJoinedLines(element)));
      return elements;
    }
    return node;
  }

  /** All text in it, apart from pictures. */
  private static String visible(JsonNode node) {
    if (node.isTextual()) {
      return node.asText();
    }
    StringBuilder text = new StringBuilder();
    if (node.isObject()) {
      node.properties().stream()
          .filter(entry -> !entry.getKey().startsWith("image/"))
          .forEach(entry -> text.append(visible(entry.getValue())).append('\n'));
    } else {
      node.forEach(element -> text.append(visible(element)));
    }
    return text.toString();
  }

  /** A text that Jupyter keeps as one string or as a list of lines. */
  private static String joined(JsonNode text) {
    if (!text.isArray()) {
      return text.asText();
    }
    StringBuilder lines = new StringBuilder();
    text.forEach(line -> lines.append(line.asText()));
    return lines.toString();
  }

  private static String error(JsonNode output) {
    StringBuilder lines = new StringBuilder();
    output.path("traceback").forEach(line -> lines.append(line.asText()).append('\n'));
    String message = lines.toString().replaceAll(COLORS, "").replaceAll("\n\n+", "\n").strip();
    return message.isEmpty()
        ? output.path("ename").asText() + ": " + output.path("evalue").asText()
        : message;
  }

  private String at(int cell) {
    String start = joined(cells.get(cell).path("source")).strip().lines().findFirst().orElse("");
    String shown = start.length() > 50 ? start.substring(0, 47) + "..." : start;
    return name + ": code cell " + (cell + 1) + " (\"" + shown + "\")";
  }

  private static String checksum(String text) {
    return DigestUtils.sha256Hex(text.getBytes(UTF_8));
  }
}
