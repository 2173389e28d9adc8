package io.bnzoo.data;

import java.util.Optional;

/**
 * Training, validation and test images, and where they come from.
 *
 * @param origin what the digits are, as results quote it
 */
public record Digits(
    LabeledImages train, LabeledImages validation, LabeledImages test, Origin origin) {

  /** How many of the training file's first images are for validation. */
  public static final int VALIDATION_SIZE = 5_000;

  /** How many images of the training file are left to train on. */
  public static final int TRAINING_SIZE =
      DigitFiles.MnistFile.TRAIN_IMAGES.count() - VALIDATION_SIZE;

  /** What a data set is. */
  public enum Kind {
    MNIST,
    GENERATED;

    /** The kind whose {@link Origin#sha256} is given; none if that is neither's. */
    public static Optional<Kind> of(String sha256) {
      if (sha256.equals(DigitFiles.combined(DigitFiles.mnistChecksums()))) {
        return Optional.of(MNIST);
      }
      return sha256.equals(DigitFiles.combined(GeneratedDigits.checksums()))
          ? Optional.of(GENERATED)
          : Optional.empty();
    }

    /** Its name in a sentence. */
    public String label() {
      return this == MNIST ? "MNIST" : "generated digits";
    }
  }

  /**
   * A data set's provenance.
   *
   * @param kind real or generated digits
   * @param description one line for people
   * @param sha256 over the four IDX files' own SHA-256 checksums, so that one figure names the data
   */
  public record Origin(Kind kind, String description, String sha256) {}

  /**
   * Splits as TensorFlow's tutorial reader does: the first 5,000 images of the training file are
   * for validation, all others for training.
   */
  static Digits split(LabeledImages trainingFile, LabeledImages testFile, Origin origin) {
    return new Digits(
        trainingFile.slice(VALIDATION_SIZE, trainingFile.size()),
        trainingFile.slice(0, VALIDATION_SIZE),
        testFile,
        origin);
  }
}
