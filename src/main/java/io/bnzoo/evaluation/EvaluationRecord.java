package io.bnzoo.evaluation;

import java.util.List;

/**
 * What a model does on a set of images.
 *
 * @param images how many
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

  public EvaluationRecord {
    classes = List.copyOf(classes);
    confusion = confusion.stream().map(List::copyOf).toList();
  }
}
