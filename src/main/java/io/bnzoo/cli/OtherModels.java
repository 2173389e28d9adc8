package io.bnzoo.cli;

import io.bnzoo.bench.MeasuredModel;
import io.bnzoo.data.ImageSize;
import io.bnzoo.zoo.StockModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Deeplearning4j's own models and saved ones, by what is given on the command line. */
final class OtherModels {
  private static final String FILE_ENDING = ".zip";

  private OtherModels() {}

  /**
   * The model of a name.
   *
   * @throws IllegalArgumentException if there is none, or if it cannot be built for such images
   */
  static MeasuredModel find(String name, Optional<ImageSize> imageSize, int batchSize) {
    requireKnown(name, Stream.empty());
    return new MeasuredModel(name, imageSize, batchSize);
  }

  /**
   * Checks that a name is a model's.
   *
   * @param others that are known, too
   * @throws IllegalArgumentException if it is none, saying which there are
   */
  static void requireKnown(String name, Stream<String> others) {
    List<String> known = Stream.concat(others, labels()).toList();
    if (!isFile(name) && StockModel.find(name).isEmpty() && !known.contains(name)) {
      throw new IllegalArgumentException(
          UsageErrors.unknown("model", name, known.stream()) + ", and .zip files of saved ones");
    }
  }

  /** The names of Deeplearning4j's own. */
  static Stream<String> labels() {
    return Stream.of(StockModel.values()).map(StockModel::label);
  }

  private static boolean isFile(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(FILE_ENDING);
  }

  /** A file without its folders, anything else as it is. */
  static String shown(String name) {
    return isFile(name) ? String.valueOf(Path.of(name).getFileName()) : name;
  }
}
