package io.bnzoo.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Training, validation and test images of one shape, and where they come from.
 *
 * @param train what a network is trained on
 * @param validation what it is measured on while it is trained; not empty
 * @param test what it is measured on in the end; not empty
 * @param classNames one a class; none at all where the classes have only numbers
 * @param origin what the images are, as results quote it
 */
public record ImageDataset(
    LabeledImages train,
    LabeledImages validation,
    LabeledImages test,
    List<String> classNames,
    Origin origin)
    implements TrainingData {

  /** How many of the training file's first images are for validation. */
  public static final int VALIDATION_SIZE = 5_000;

  /**
   * Checks that the three sets go together.
   *
   * @throws IllegalArgumentException if one is empty, their shapes or numbers of classes differ, or
   *     there are names for more or fewer classes
   */
  public ImageDataset {
    classNames = List.copyOf(classNames);
    for (LabeledImages part : List.of(train, validation, test)) {
      if (part.size() == 0) {
        throw new IllegalArgumentException(
            "each of the training, validation and test sets needs at least 1 image");
      }
      if (!part.shape().equals(train.shape()) || part.classes() != train.classes()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "all images must be of one shape and of the same classes, got %s of %d and %s of"
                    + " %d",
                train.shape(),
                train.classes(),
                part.shape(),
                part.classes()));
      }
    }
    if (!classNames.isEmpty() && classNames.size() != train.classes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%d classes have %d names", train.classes(), classNames.size()));
    }
  }

  /** Images whose classes have no names, such as digits. */
  public ImageDataset(
      LabeledImages train, LabeledImages validation, LabeledImages test, Origin origin) {
    this(train, validation, test, List.of(), origin);
  }

  /** MNIST where it is found or can be fetched, else generated digits. */
  public static ImageDataset digits() throws IOException {
    return DigitLibrary.standard().load(new DataChoice.Automatic());
  }

  /**
   * The images of a folder, whatever they are; see the site's page on the command line for what it
   * may hold.
   *
   * @throws DataException if it holds none, or a file is damaged, naming it
   */
  public static ImageDataset load(Path folder) throws IOException {
    return DigitLibrary.standard().load(new DataChoice.Folder(folder));
  }

  /**
   * The same, PNG and JPEG files being scaled.
   *
   * @param size that all images get
   * @throws DataException likewise
   */
  public static ImageDataset load(Path folder, ImageSize size) throws IOException {
    return DigitLibrary.standard().load(new DataChoice.Folder(folder, Optional.of(size)));
  }

  @Override
  public ImageShape shape() {
    return train.shape();
  }

  @Override
  public int classes() {
    return train.classes();
  }

  /**
   * The training images, shuffled anew for each epoch; see {@link BatchStream}.
   *
   * @throws IllegalArgumentException if there are less than a batch
   */
  @Override
  public BatchSource batches(int batchSize, long seed) {
    return new BatchStream(train, batchSize, seed);
  }

  /** Always: the seed decides. */
  @Override
  public boolean isRepeatable() {
    return true;
  }

  /** What there is, in one line. */
  public String summary() {
    return origin.kind() == Kind.OTHER
        ? String.format(
            Locale.ROOT,
            "%s: %,d training, %,d validation and %,d test images of %s, %,d classes",
            origin.description(),
            train.size(),
            validation.size(),
            test.size(),
            shape().description(),
            classes())
        : origin.description();
  }

  /** What a class is called: its name if it has one, else its number. */
  public String className(int label) {
    return classNames.isEmpty() ? Integer.toString(label) : classNames.get(label);
  }

  /** What a data set is. */
  public enum Kind {
    /** MNIST's own files, by their checksums. */
    MNIST,
    /** Digits that this library has drawn. */
    GENERATED,
    /** Any other images. */
    OTHER;

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
      return switch (this) {
        case MNIST -> "MNIST";
        case GENERATED -> "generated digits";
        case OTHER -> "other images";
      };
    }
  }

  /**
   * A data set's provenance.
   *
   * @param kind real or generated digits, or other images
   * @param description one line for people
   * @param sha256 of the data: for digits over the four IDX files' own SHA-256 checksums, else over
   *     shapes, labels and pixels
   */
  public record Origin(Kind kind, String description, String sha256) {}

  /**
   * Splits as TensorFlow's tutorial reader does: the first 5,000 images of the training file are
   * for validation, all others for training.
   */
  static ImageDataset split(LabeledImages trainingFile, LabeledImages testFile, Origin origin) {
    return new ImageDataset(
        trainingFile.slice(VALIDATION_SIZE, trainingFile.size()),
        trainingFile.slice(0, VALIDATION_SIZE),
        testFile,
        origin);
  }
}
