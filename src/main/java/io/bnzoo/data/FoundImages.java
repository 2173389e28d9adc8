package io.bnzoo.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What a folder holds, before it is split.
 *
 * @param training all images to train on
 * @param validation those set aside for validation, if the folder has such
 * @param test those set aside for the test, if the folder has such
 * @param classNames one a class, or none at all
 * @param format of the files, a few words
 */
record FoundImages(
    LabeledImages training,
    Optional<LabeledImages> validation,
    Optional<LabeledImages> test,
    List<String> classNames,
    String format) {

  private static final int TEST_SHARE = 6;
  private static final int MOST_TEST_IMAGES = 10_000;
  private static final int VALIDATION_SHARE = 10;
  private static final int MOST_VALIDATION_IMAGES = ImageDataset.VALIDATION_SIZE;

  /** Fewer could not be split in three. */
  private static final int FEWEST = 12;

  FoundImages {
    classNames = List.copyOf(classNames);
  }

  /**
   * Splits off what the folder has not set aside: for the test a sixth and at most 10,000, then for
   * validation a tenth and at most 5,000. The images' own checksums decide which, so that neither
   * the order nor the names of files matter, and hardly one of them changes its set where others
   * are added.
   *
   * @throws DataException if there are too few, or only one class
   */
  ImageDataset split(String place) throws DataException {
    if (training.size() < FEWEST || training.classes() < 2) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s has %d training images of %d classes; at least %d of 2 are needed",
              place,
              training.size(),
              training.classes(),
              FEWEST));
    }
    int tests = test.isPresent() ? 0 : Math.min(MOST_TEST_IMAGES, training.size() / TEST_SHARE);
    int validations =
        validation.isPresent()
            ? 0
            : Math.min(MOST_VALIDATION_IMAGES, (training.size() - tests) / VALIDATION_SHARE);
    int all = training.size();
    LabeledImages shuffled =
        tests + validations == 0 ? training : training.select(byChecksum(training));
    return new ImageDataset(
        shuffled.slice(tests + validations, all),
        validation.orElseGet(() -> shuffled.slice(tests, tests + validations)),
        test.orElseGet(() -> shuffled.slice(0, tests)),
        classNames,
        new ImageDataset.Origin(ImageDataset.Kind.OTHER, format + " in " + place, sha256()));
  }

  /** The positions of images, in the order of the images' checksums. */
  private static int[] byChecksum(LabeledImages images) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    long[] checksums = new long[images.size()];
    for (int i = 0; i < checksums.length; i++) {
      digest.update(ByteBuffer.allocate(4).putInt(images.label(i)).array());
      checksums[i] = ByteBuffer.wrap(digest.digest(images.pixels(i))).getLong();
    }
    return IntStream.range(0, checksums.length)
        .boxed()
        .sorted(Comparator.comparingLong(i -> checksums[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Of names, shapes, labels and pixels as they are used, whatever files they came from. */
  private String sha256() {
    MessageDigest digest = DigestUtils.getSha256Digest();
    DigestUtils.updateDigest(digest, String.join("\n", classNames) + "\n");
    update(digest, "train", training);
    validation.ifPresent(images -> update(digest, "validation", images));
    test.ifPresent(images -> update(digest, "test", images));
    return Hex.encodeHexString(digest.digest());
  }

  private static void update(MessageDigest digest, String set, LabeledImages images) {
    ImageShape shape = images.shape();
    DigestUtils.updateDigest(
        digest,
        String.format(
            Locale.ROOT,
            "%s: %d of %d classes, %d x %d x %d\n",
            set,
            images.size(),
            images.classes(),
            shape.channels(),
            shape.height(),
            shape.width()));
    ByteBuffer labels = ByteBuffer.allocate(4 * images.size());
    for (int i = 0; i < images.size(); i++) {
      labels.putInt(images.label(i));
    }
    digest.update(labels.array());
    digest.update(images.pixels());
  }
}
