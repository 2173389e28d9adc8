package io.bnzoo.train;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.storage.Manifest;
import io.bnzoo.storage.StoredModel;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The images that a model was trained on, compared with those that it is evaluated on.
 *
 * @param sha256 their checksum, see {@link ImageDataset.Origin}
 * @param kind what they are; none if they are neither MNIST nor this library's generated digits
 * @param same whether the evaluation is on the same data set
 */
public record TrainingImages(String sha256, Optional<ImageDataset.Kind> kind, boolean same) {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /** What a model's file says; none where it says nothing. */
  public static Optional<TrainingImages> of(StoredModel stored, ImageDataset.Origin evaluated) {
    return checksum(stored)
        .map(
            sha256 ->
                new TrainingImages(
                    sha256, ImageDataset.Kind.of(sha256), sha256.equals(evaluated.sha256())));
  }

  /** What a model's file says, in a sentence; none where it says nothing. */
  public static Optional<String> label(StoredModel stored) {
    return checksum(stored)
        .map(sha256 -> new TrainingImages(sha256, ImageDataset.Kind.of(sha256), true).label());
  }

  private static Optional<String> checksum(StoredModel stored) {
    return stored
        .manifest()
        .flatMap(Manifest::origin)
        .map(origin -> origin.path("dataSha256").asText())
        .filter(sha256 -> SHA_256.matcher(sha256).matches());
  }

  /** In a sentence, such as "generated digits". */
  public String label() {
    return kind.map(ImageDataset.Kind::label)
        .orElseGet(() -> "other images (SHA-256 " + sha256.substring(0, 12) + "...)");
  }
}
