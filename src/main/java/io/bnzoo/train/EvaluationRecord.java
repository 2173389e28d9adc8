package io.bnzoo.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What a model does on a set of images.
 *
 * @param images how many
 * @param pixels in which values the model was given them
 * @param accuracy the share recognized, in [0, 1]
 * @param loss the model's own mean loss; NaN where it has none
 * @param notFinite for how many images the model gave a value that is not finite, so that what it
 *     takes them for is a guess
 * @param classes one row a class
 * @param confusion row: the class shown; column: the class predicted; value: how many images
 * @param singleImages how many of the first images were also fed one at a time
 * @param singleAccuracy the share of those recognized
 * @param imagesPerSecond fed in batches
 */
public record EvaluationRecord(
    int images,
    Pixels pixels,
    double accuracy,
    double loss,
    int notFinite,
    List<ClassFigures> classes,
    List<List<Integer>> confusion,
    int singleImages,
    double singleAccuracy,
    double imagesPerSecond) {

  /**
   * One class.
   *
   * @param label its number
   * @param images how many show it
   * @param precision of those predicted to be it, the share that are; 0 if none was predicted
   * @param recall of those that are it, the share predicted; 0 if there is none
   */
  public record ClassFigures(
      @JsonProperty("digit") int label, int images, double precision, double recall) {}

  /**
   * The values that a model was given.
   *
   * @param black the value of a black pixel
   * @param white the value of a white pixel
   * @param normalizer what they then went through, the model's own; none where it has none
   */
  public record Pixels(int black, int white, Optional<String> normalizer) {}

  /** The mean of the classes' precisions, each counting the same. */
  @JsonProperty
  public double macroPrecision() {
    return mean(ClassFigures::precision);
  }

  /** The mean of the classes' recalls, each counting the same. */
  @JsonProperty
  public double macroRecall() {
    return mean(ClassFigures::recall);
  }

  /** The mean of the classes' harmonic means of precision and recall; 0 where both are 0. */
  @JsonProperty
  public double macroF1() {
    return mean(
        figures ->
            figures.precision() + figures.recall() == 0
                ? 0
                : 2
                    * figures.precision()
                    * figures.recall()
                    / (figures.precision() + figures.recall()));
  }

  /** Classes without images say nothing. */
  private double mean(ToDoubleFunction<ClassFigures> figure) {
    return classes.stream()
        .filter(figures -> figures.images() > 0)
        .mapToDouble(figure)
        .average()
        .orElse(0);
  }

  /** The other class that most images of a class are taken for; none if none is. */
  public OptionalInt mostlyTakenFor(int label) {
    List<Integer> row = confusion.get(label);
    return IntStream.range(0, row.size())
        .filter(other -> other != label && row.get(other) > 0)
        .reduce((one, other) -> row.get(other) > row.get(one) ? other : one);
  }

  /** Copies the lists. */
  public EvaluationRecord {
    classes = List.copyOf(classes);
    confusion = confusion.stream().map(List::copyOf).toList();
  }
}
