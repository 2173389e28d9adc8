package io.bnzoo.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotebookFilesTest {
  /** As Jupyter leaves it after a run: three cells, of which the first two show something. */
  private static final String EXECUTED =
      """
      {"cells": [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": ["# Title"]},
        {"cell_type": "code", "execution_count": 1, "id": "a",
         "metadata": {"execution": {"iopub.status.busy": "2026-11-25T19:57:31Z"}},
         "outputs": [{"output_type": "stream", "name": "stdout", "text": ["one\\n", "two\\n"]}],
         "source": ["int x = 1;\\n", "System.out.println(x);"]},
        {"cell_type": "code", "execution_count": 2, "id": "b", "metadata": {},
         "outputs": [{"output_type": "execute_result", "execution_count": 2, "metadata": {},
                      "data": {"text/plain": ["0.9744"]}}],
         "source": ["accuracy"]},
        {"cell_type": "code", "execution_count": 3, "id": "c", "metadata": {}, "outputs": [],
         "source": ["int y = x;"]}],
       "metadata": {
         "kernelspec": {"display_name": "Java (bnzoo)", "language": "java", "name": "bnzoo"},
         "language_info": {"name": "java"}, "widgets": {"state": {}}},
       "nbformat": 4, "nbformat_minor": 5}
      """;

  @TempDir private Path folder;

  private NotebookFile notebook(String content) throws IOException {
    return NotebookFile.read(Files.writeString(folder.resolve("small.ipynb"), content));
  }

  private String recorded(String executed) throws IOException {
    Path file = folder.resolve("recorded.ipynb");
    notebook(executed).recorded("1").write(file);
    return Files.readString(file);
  }

  private List<String> problems(String content) throws IOException {
    return notebook(content).problems(List.of(Path.of("/home/someone")));
  }

  /** The problems of a recorded notebook in which some text has been replaced. */
  private List<String> problemsAfter(String old, String replacement) throws IOException {
    String recorded = recorded(EXECUTED);
    assertThat(recorded).contains(old);
    return problems(recorded.replace(old, replacement));
  }

  @Test
  void theNotebooksShowWhatTheirCodeShowed() throws IOException {
    List<Path> files = Notebooks.files();
    assumeFalse(files.isEmpty(), "skipped: there are no notebooks yet");
    List<String> problems = new ArrayList<>();
    for (Path file : files) {
      problems.addAll(NotebookFile.read(file).problems(Notebooks.PLACES));
    }
    assertThat(problems).isEmpty();
  }

  /** Numbers, and {@code 10 to 13}, after the word "cells" or "cell". */
  private static Set<Integer> cells(String row) {
    Set<Integer> cells = new TreeSet<>();
    String list = row.substring(row.indexOf("cells "), row.indexOf('|', row.indexOf("cells ")));
    Matcher range = Pattern.compile("(\\d+)(?: to (\\d+))?").matcher(list);
    while (range.find()) {
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      IntStream.rangeClosed(first, last).forEach(cells::add);
    }
    return cells;
  }

  @Test
  void theReadmeSaysWhichOfTheLessonsCellsAreInANotebook() throws IOException {
    Set<Integer> shown = new TreeSet<>();
    for (Path file : Notebooks.files()) {
      Matcher use = Pattern.compile("\\(\\\\\"cell-(\\d\\d)").matcher(Files.readString(file));
      while (use.find()) {
        shown.add(Integer.parseInt(use.group(1)));
      }
    }
    List<String> rows =
        Files.readAllLines(Path.of("notebooks-ported", "README.md")).stream()
            .filter(line -> line.contains("Lesson: ") && line.contains("lesson run cell-"))
            .toList();
    assertThat(rows).hasSize(2);
    Set<Integer> left = cells(rows.get(1));
    assertThat(cells(rows.get(0).replace(", which repeats 16", ""))).isEqualTo(shown);
    assertThat(rows.get(1)).contains("| in none |");
    assertThat(left).doesNotContainAnyElementsOf(shown);
    left.addAll(shown);
    assertThat(left).containsExactlyElementsOf(IntStream.rangeClosed(4, 21).boxed().toList());
  }

  @Test
  void aRecordedNotebookHasNoProblems() throws IOException {
    assertThat(problems(recorded(EXECUTED))).isEmpty();
  }

  @Test
  void recordingTwiceGivesTheSameFile() throws IOException {
    String once = recorded(EXECUTED);
    assertThat(recorded(once)).isEqualTo(once);
    assertThat(once).doesNotContain("widgets", "iopub").contains("\"id\": \"a\"").endsWith("}\n");
    assertThat(once).startsWith("{\n \"cells\": [\n  {\n   \"cell_type\": \"markdown\",\n");
  }

  @Test
  void theTextAroundTheCodeMayChange() throws IOException {
    assertThat(problemsAfter("# Title", "# Another")).isEmpty();
  }

  @Test
  void linesMayBeKeptAsOneText() throws IOException {
    assertThat(problemsAfter("\"one\\n\",\n      \"two\\n\"", "\"one\\ntwo\\n\"")).isEmpty();
  }

  @Test
  void codeThatWasNeverRecordedIsFound() throws IOException {
    assertThat(problems(EXECUTED))
        .containsExactly("small.ipynb was never recorded; " + NotebookFile.REMEDY);
  }

  @Test
  void editedCodeIsFoundAndNamed() throws IOException {
    assertThat(problemsAfter("\"accuracy\"", "\"accuracy * 2\""))
        .containsExactly(
            "small.ipynb: code cell 2 (\"accuracy * 2\") was edited after it was run; "
                + NotebookFile.REMEDY);
  }

  @Test
  void codeSumsTakeInTheCodeBefore() throws IOException {
    List<String> chain = notebook(EXECUTED).chain();
    List<String> other = notebook(EXECUTED.replace("int x = 1;", "int x = 2;")).chain();
    assertThat(chain).hasSize(3).doesNotContainAnyElementsOf(other);
  }

  @Test
  void editedOutputIsFoundAndNamed() throws IOException {
    assertThat(problemsAfter("0.9744", "0.9944"))
        .containsExactly(
            "the outputs of small.ipynb: code cell 2 (\"accuracy\") were edited after it was run; "
                + NotebookFile.REMEDY);
  }

  @Test
  void outputsThatWereClearedAreFound() throws IOException {
    assertThat(problemsAfter("\"execution_count\": 1", "\"execution_count\": null"))
        .containsExactly(
            "small.ipynb: code cell 1 (\"int x = 1;\") was never run; " + NotebookFile.REMEDY);
  }

  @Test
  void cellsRunInAnotherOrderAreFound() throws IOException {
    assertThat(problems(recorded(EXECUTED.replace("count\": 3", "count\": 7"))))
        .containsExactly(
            "small.ipynb: code cell 3 (\"int y = x;\") was run as number 7; "
                + NotebookFile.REMEDY);
  }

  @Test
  void codeThatWasTakenAwayIsFound() throws IOException {
    String recorded = recorded(EXECUTED);
    String last = recorded.substring(recorded.indexOf("\"accuracy\""));
    String cell = last.substring(last.indexOf(",\n  {"), last.indexOf("\n ],\n"));
    assertThat(problems(recorded.replace(cell, "")))
        .containsExactly(
            "small.ipynb has lost code cells since it was run; " + NotebookFile.REMEDY);
  }

  @Test
  void aShortRunIsNoRecord() throws IOException {
    Path file = folder.resolve("short.ipynb");
    notebook(EXECUTED).recorded("0.1").write(file);
    assertThat(problems(Files.readString(file)))
        .containsExactly(
            "small.ipynb was recorded at scale 0.1, not in full; " + NotebookFile.REMEDY);
  }

  @Test
  void errorsAreToldWithoutColors() throws IOException {
    String error =
        """
        {"output_type": "error", "ename": "EvalException", "evalue": "no",
         "traceback": ["\\u001b[1m\\u001b[31mjava.lang.IllegalStateException: no\\n\\u001b[0m"]}
        """;
    assertThat(
            problems(recorded(EXECUTED.replace("\"outputs\": []", "\"outputs\": [" + error + "]"))))
        .containsExactly(
            "small.ipynb: code cell 3 (\"int y = x;\") failed:\n"
                + "java.lang.IllegalStateException: no");
  }

  @Test
  void whatGoesToStderrIsFound() throws IOException {
    assertThat(problems(recorded(EXECUTED.replace("stdout", "stderr"))))
        .containsExactly("small.ipynb: code cell 1 (\"int x = 1;\") wrote to stderr:\none\ntwo\n");
  }

  @Test
  void foldersOfTheMachineAreFound() throws IOException {
    assertThat(problems(recorded(EXECUTED.replace("0.9744", "in /home/someone/x"))))
        .containsExactly(
            "small.ipynb: code cell 2 (\"accuracy\") shows a folder of this machine,"
                + " /home/someone");
  }

  @Test
  void whatDisplayReturnsIsFound() throws IOException {
    String identifier = "53b3946a-b5ef-4841-9ee8-b4bc138affb3";
    assertThat(problems(recorded(EXECUTED.replace("0.9744", identifier))))
        .containsExactly(
            "small.ipynb: code cell 2 (\"accuracy\") shows what display() returned;"
                + " end it with another statement");
  }

  @Test
  void anotherKernelIsFound() throws IOException {
    assertThat(problems(recorded(EXECUTED.replace("\"name\": \"bnzoo\"", "\"name\": \"ijava\""))))
        .containsExactly("small.ipynb is for the kernel \"ijava\", not bnzoo");
  }

  @Test
  void tooLargeAFileIsFound() throws IOException {
    String recorded = recorded(EXECUTED);
    String padded = recorded + " ".repeat(NotebookFile.SIZE_LIMIT - recorded.length());
    assertThat(problems(padded))
        .containsExactly("small.ipynb has 2000000 bytes; the limit is 2000000");
    assertThat(problems(padded.substring(0, padded.length() - 1))).isEmpty();
  }

  /** The last two bytes of a PNG file's last check sum, as the kernel forgets them. */
  @Test
  void picturesAreCompleted() throws IOException {
    String picture = "{\"image/png\": \"iVBORw0KGgoAAAAASUVORK5C\"}";
    String executed = EXECUTED.replace("{\"text/plain\": [\"0.9744\"]}", picture);
    assertThat(recorded(executed)).contains("\"iVBORw0KGgoAAAAASUVORK5CYII=\"");
  }
}
