package io.bnzoo.data;

import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
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

  /** Every training starts from the same split, whatever its own seed. */
  private static final long SPLIT_SEED = 1;

  private static final int TEST_SHARE = 6;
  private static final int MOST_TEST_IMAGES = 10_000;
  private static final int VALIDATION_SHARE = 10;
  private static final int MOST_VALIDATION_IMAGES = Digits.VALIDATION_SIZE;

  /** Fewer could not be split in three. */
  private static final int FEWEST = 12;

  FoundImages {
    classNames = List.copyOf(classNames);
  }

  /**
   * Splits off what the folder has not set aside, from a shuffle that is always the same: for the
   * test a sixth and at most 10,000, then for validation a tenth and at most 5,000.
   *
   * @throws DataException if there are too few, or only one class
   */
  Digits split(String place) throws DataException {
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
        tests + validations == 0 ? training : training.select(shuffledIndices(all));
    return new Digits(
        shuffled.slice(tests + validations, all),
        validation.orElseGet(() -> shuffled.slice(tests, tests + validations)),
        test.orElseGet(() -> shuffled.slice(0, tests)),
        classNames,
        new Digits.Origin(Digits.Kind.OTHER, format + " in " + place, sha256()));
  }

  private static int[] shuffledIndices(int count) {
    int[] indices = IntStream.range(0, count).toArray();
    Random random = new Random(SPLIT_SEED);
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = indices[i];
      indices[i] = indices[other];
      indices[other] = swapped;
    }
    return indices;
  }

  /** Of shapes, labels and pixels as they are trained, whatever files they came from. */
  private String sha256() {
    MessageDigest digest = DigestUtils.getSha256Digest();
    update(digest, training);
    validation.ifPresent(images -> update(digest, images));
    test.ifPresent(images -> update(digest, images));
    return Hex.encodeHexString(digest.digest());
  }

  private static void update(MessageDigest digest, LabeledImages images) {
    StringBuilder header = new StringBuilder();
    header.append(images.shape()).append(", classes: ").append(images.classes()).append('\n');
    for (int i = 0; i < images.size(); i++) {
      header.append(images.label(i)).append('\n');
    }
    DigestUtils.updateDigest(digest, header.toString());
    digest.update(images.pixels());
  }
}
