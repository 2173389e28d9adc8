package io.bnzoo.train;

import java.util.List;
import java.util.Optional;

/**
 * What a model does on a set of images.
 *
 * @param images how many
 * @param pixels in which values the model was given them
 * @param accuracy the share recognized, in [0, 1]
 * @param loss the model's own mean loss
 * @param classes one row a digit
 * @param confusion row: the digit shown; column: the digit predicted; value: how many images
 * @param singleImages how many of the first images were also fed one at a time
 * @param singleAccuracy the share of those recognized
 * @param imagesPerSecond fed in batches
 */
public record EvaluationRecord(
    int images,
    Pixels pixels,
    double accuracy,
    double loss,
    List<ClassFigures> classes,
    List<List<Integer>> confusion,
    int singleImages,
    double singleAccuracy,
    double imagesPerSecond) {

  /**
   * One digit.
   *
   * @param digit 0 to 9
   * @param images how many show it
   * @param precision of those predicted to be it, the share that are; 0 if none was predicted
   * @param recall of those that are it, the share predicted; 0 if there is none
   */
  public record ClassFigures(int digit, int images, double precision, double recall) {}

  /**
   * The values that a model was given.
   *
   * @param black the value of a black pixel
   * @param white the value of a white pixel
   * @param normalizer what they then went through, the model's own; none where it has none
   */
  public record Pixels(int black, int white, Optional<String> normalizer) {}

  public EvaluationRecord {
    classes = List.copyOf(classes);
    confusion = confusion.stream().map(List::copyOf).toList();
  }
}
