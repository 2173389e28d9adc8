package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir private Path folder;

  private static Digits load(Path place) throws IOException {
    return DataFolder.load(place, Optional.empty(), ProgressListener.NONE);
  }

  private static Digits load(Path place, String size) throws IOException {
    return DataFolder.load(place, Optional.of(ImageSize.parse(size)), ProgressListener.NONE);
  }

  private static void assertRefused(Path place, String... words) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> load(place))
        .satisfies(
            refusal -> {
              assertThat(refusal.getMessage().lines()).hasSize(1);
              assertThat(refusal.getMessage()).contains(words);
            });
  }

  private static Set<String> contents(LabeledImages images) {
    Set<String> contents = new HashSet<>();
    for (int i = 0; i < images.size(); i++) {
      contents.add(images.label(i) + Arrays.toString(images.pixels(i)));
    }
    return contents;
  }

  @Test
  void idxFilesOfAnySizeAndAnyNumberOfClassesAreRead() throws IOException {
    Digits data = load(ImageFolders.idx(folder, 470, 94, 20, 12, 47));
    assertThat(data.shape()).isEqualTo(ImageShape.withChannels(1).height(20).width(12));
    assertThat(data.classes()).isEqualTo(47);
    assertThat(data.train().size()).isEqualTo(423);
    assertThat(data.validation().size()).isEqualTo(47);
    assertThat(data.test().size()).isEqualTo(94);
    assertThat(data.test().label(93)).isEqualTo(46);
    assertThat(data.className(46)).isEqualTo("46");
    assertThat(data.origin().kind()).isEqualTo(Digits.Kind.OTHER);
    assertThat(data.origin().description()).isEqualTo("IDX files in " + folder);
  }

  @Test
  void validationImagesAreAlwaysTheSameAndNoneOfThoseTrained() throws IOException {
    ImageFolders.idx(folder, 200, 20, 8, 8, 4);
    Digits first = load(folder);
    Digits again = load(folder);
    assertThat(contents(again.validation())).isEqualTo(contents(first.validation()));
    assertThat(contents(first.validation()))
        .hasSize(20)
        .doesNotContainAnyElementsOf(contents(first.train()));
    assertThat(again.origin()).isEqualTo(first.origin());
  }

  @Test
  void otherPixelsHaveAnotherChecksum() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 4);
    String before = load(folder).origin().sha256();
    byte[] bytes = Files.readAllBytes(folder.resolve("t10k-images-idx3-ubyte"));
    bytes[20] ^= 1;
    Files.write(folder.resolve("t10k-images-idx3-ubyte"), bytes);
    assertThat(load(folder).origin().sha256()).hasSize(64).isNotEqualTo(before);
  }

  @Test
  void classesOfIdxFilesMayHaveNames() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    Files.writeString(folder.resolve("class-names.txt"), "shirt\nshoe\n\nbag\nhat\n");
    Digits data = load(folder);
    assertThat(data.classNames()).containsExactly("shirt", "shoe", "bag", "hat");
    assertThat(data.classes()).isEqualTo(4);
    Files.writeString(folder.resolve("class-names.txt"), "shirt\nshoe\n");
    assertRefused(folder, "class-names.txt names 2 classes", "labels from 0 to 2");
  }

  @Test
  void aSetMayHaveAPrefixButNotAnotherSetBesideIt() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    for (String part : new String[] {"train", "t10k"}) {
      for (String kind : new String[] {"-images-idx3-ubyte", "-labels-idx1-ubyte"}) {
        Files.move(
            folder.resolve(part + kind),
            folder.resolve("emnist-letters-" + part.replace("t10k", "test") + kind));
      }
    }
    assertThat(load(folder).test().size()).isEqualTo(12);
    Files.createFile(folder.resolve("emnist-digits-train-images-idx3-ubyte"));
    assertRefused(folder, "several data sets, emnist-digits, emnist-letters", "folder of its own");
  }

  @Test
  void imagesAndLabelsMustGoTogether() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    IdxFile.write(folder.resolve("train-labels-idx1-ubyte"), new byte[59], 59);
    assertRefused(folder, "60 train images and 59 labels do not go together");
    Files.delete(folder.resolve("train-labels-idx1-ubyte"));
    assertRefused(folder, "but no train-labels-idx1-ubyte");
  }

  @Test
  void trainingAndTestImagesMustBeOfOneShape() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    IdxFile.write(folder.resolve("t10k-images-idx3-ubyte"), new byte[12 * 9 * 8], 12, 9, 8);
    assertRefused(folder, "training images are 8 x 8", "test images 9 x 8");
  }

  @Test
  void aHeaderThatAnnouncesTooMuchIsRefusedBeforeAnythingIsAllocated() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    byte[] bytes = Files.readAllBytes(folder.resolve("train-images-idx3-ubyte"));
    bytes[4] = 0x7F;
    Files.write(folder.resolve("train-images-idx3-ubyte"), bytes);
    assertRefused(folder, "train-images-idx3-ubyte announces", "-Xmx");
  }

  @Test
  void colouredIdxFilesHaveAFourthDimension() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    byte[] pixels = new byte[60 * 8 * 8 * 3];
    pixels[2] = 9;
    Files.delete(folder.resolve("train-images-idx3-ubyte"));
    Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
    IdxFile.write(folder.resolve("train-images-idx4-ubyte"), pixels, 60, 8, 8, 3);
    IdxFile.write(folder.resolve("t10k-images-idx4-ubyte"), pixels, 60, 8, 8, 3);
    IdxFile.write(folder.resolve("t10k-labels-idx1-ubyte"), new byte[60], 60);
    Digits data = load(folder);
    assertThat(data.shape().channels()).isEqualTo(3);
    assertThat(data.test().pixels(0)).hasSize(192);
    assertThat(data.test().pixels(0)[2 * 64]).isEqualTo((byte) 9); // The third channel's first.
  }

  @Test
  void cifarsPlanesAreTakenAsTheyAre() throws IOException {
    ImageFolders.cifar(folder, 2, 30);
    byte[] file = Files.readAllBytes(folder.resolve("test_batch.bin"));
    Files.writeString(folder.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    Digits data = load(folder);
    assertThat(data.shape()).isEqualTo(ImageShape.withChannels(3).height(32).width(32));
    assertThat(data.train().size() + data.validation().size()).isEqualTo(60);
    assertThat(data.test().size()).isEqualTo(30);
    assertThat(data.test().label(11)).isEqualTo(1);
    assertThat(data.className(9)).isEqualTo("j");
    byte[] image = data.test().pixels(11);
    int record = 11 * 3073;
    for (int channel = 0; channel < 3; channel++) {
      for (int pixel = 0; pixel < 1024; pixel++) {
        assertThat(image[channel * 1024 + pixel])
            .isEqualTo(file[record + 1 + channel * 1024 + pixel]);
      }
    }
  }

  @Test
  void aCifarFileThatIsCutOffOrHasAnotherClassIsNamed() throws IOException {
    ImageFolders.cifar(folder, 1, 30);
    byte[] file = Files.readAllBytes(folder.resolve("data_batch_1.bin"));
    file[3073 * 4] = 10;
    Files.write(folder.resolve("data_batch_1.bin"), file);
    assertRefused(folder, "data_batch_1.bin: image 4 has the class 10");
    Files.write(folder.resolve("data_batch_1.bin"), new byte[3072]);
    assertRefused(folder, "data_batch_1.bin is cut off: its 3,072 bytes");
  }

  @Test
  void foldersAreClassesAndSizesAreUnifiedOnRequest() throws IOException {
    ImageFolders.classes(folder, 20, "owl", "cat", "dog");
    Digits data = load(folder, "16x12");
    assertThat(data.classNames()).containsExactly("cat", "dog", "owl");
    assertThat(data.shape()).isEqualTo(ImageShape.withChannels(3).height(16).width(12));
    assertThat(data.train().size() + data.validation().size() + data.test().size()).isEqualTo(60);
    assertThat(data.test().size()).isEqualTo(10);
    assertThat(data.validation().size()).isEqualTo(5);
    assertRefused(folder, "sizes, such as ", "--image-size ");
  }

  @Test
  void testAndValidationFoldersAreTakenAsTheyAre() throws IOException {
    ImageFolders.classes(folder.resolve("train"), 10, "cat", "dog");
    ImageFolders.classes(folder.resolve("val"), 3, "cat", "dog");
    ImageFolders.classes(folder.resolve("test"), 2, "dog");
    Digits data = load(folder, "8x8");
    assertThat(data.train().size()).isEqualTo(20);
    assertThat(data.validation().size()).isEqualTo(6);
    assertThat(data.test().size()).isEqualTo(2);
    assertThat(data.test().label(0)).isEqualTo(1);
    ImageFolders.classes(folder.resolve("test"), 2, "bird");
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> load(folder, "8x8"))
        .withMessageContaining("has the class bird");
  }

  @Test
  void greyFilesHaveOneChannelWithTheirOwnLevels() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
      image.getRaster().setSample(1, 0, 0, 100 + i);
      ImageFolders.png(folder.resolve(i % 2 == 0 ? "even" : "odd").resolve(i + ".png"), image);
    }
    Digits data = load(folder);
    assertThat(data.shape()).isEqualTo(ImageShape.withChannels(1).height(2).width(3));
    Set<String> levels = new HashSet<>();
    for (LabeledImages part : new LabeledImages[] {data.train(), data.validation(), data.test()}) {
      for (int i = 0; i < part.size(); i++) {
        assertThat(part.pixels(i)).hasSize(6);
        assertThat((part.pixels(i)[1] & 0xFF) % 2).isEqualTo(part.label(i));
        levels.add(String.valueOf(part.pixels(i)[1]));
      }
    }
    assertThat(levels).hasSize(12);
  }

  @Test
  void transparentPixelsLieOnWhite() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
      image.setRGB(1, 0, 0x80FF0000);
      ImageFolders.png(folder.resolve(i % 2 == 0 ? "a" : "b").resolve(i + ".png"), image);
    }
    assertThat(load(folder).train().pixels(0)).containsExactly(255, 255, 255, 127, 255, 127);
  }

  @Test
  void aBadImageIsNamed() throws IOException {
    ImageFolders.classes(folder, 6, "cat", "dog");
    Path bad = folder.resolve("dog").resolve("bad.png");
    Files.writeString(bad, "no picture");
    assertRefused(folder, bad + " is no PNG or JPEG image");
    byte[] good = Files.readAllBytes(folder.resolve("dog").resolve("0.png"));
    Files.write(bad, Arrays.copyOf(good, good.length / 2));
    assertRefused(folder, bad.toString());
  }

  @Test
  void aFolderWithoutImagesSaysWhatWouldBeThere() throws IOException {
    Files.createFile(folder.resolve("mnist.npz"));
    assertRefused(
        folder, "train-images-idx3-ubyte", "data_batch_1.bin", "PNG or JPEG", "it has mnist.npz");
    assertRefused(folder.resolve("nowhere"), "nowhere is no folder");
  }

  @Test
  void tooFewImagesAndASingleClassAreRefused() throws IOException {
    ImageFolders.idx(folder, 11, 2, 8, 8, 3);
    assertRefused(folder, "11 training images of 3 classes");
    ImageFolders.idx(folder, 30, 2, 8, 8, 1);
    assertRefused(folder, "30 training images of 1 classes");
  }
}
