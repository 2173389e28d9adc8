package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir private Path folder;

  private static ImageDataset load(Path place) throws IOException {
    return DataFolder.load(place, Optional.empty(), ProgressListener.NONE);
  }

  private static ImageDataset load(Path place, String size) throws IOException {
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
    ImageDataset data = load(ImageFolders.idx(folder, 470, 94, 20, 12, 47));
    assertThat(data.shape()).isEqualTo(ImageShape.withChannels(1).height(20).width(12));
    assertThat(data.classes()).isEqualTo(47);
    assertThat(data.train().size()).isEqualTo(423);
    assertThat(data.validation().size()).isEqualTo(47);
    assertThat(data.test().size()).isEqualTo(94);
    assertThat(data.test().label(93)).isEqualTo(46);
    assertThat(data.className(46)).isEqualTo("46");
    assertThat(data.origin().kind()).isEqualTo(ImageDataset.Kind.OTHER);
    assertThat(data.origin().description()).isEqualTo("IDX files in " + folder);
  }

  @Test
  void validationImagesAreAlwaysTheSameAndNoneOfThoseTrained() throws IOException {
    ImageFolders.idx(folder, 200, 20, 8, 8, 4);
    ImageDataset first = load(folder);
    ImageDataset again = load(folder);
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
    ImageDataset data = load(folder);
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
    ImageDataset data = load(folder);
    assertThat(data.shape().channels()).isEqualTo(3);
    assertThat(data.test().pixels(0)).hasSize(192);
    assertThat(data.test().pixels(0)[2 * 64]).isEqualTo((byte) 9); // The third channel's first.
  }

  @Test
  void cifarsPlanesAreTakenAsTheyAre() throws IOException {
    ImageFolders.cifar(folder, 2, 30);
    byte[] file = Files.readAllBytes(folder.resolve("test_batch.bin"));
    Files.writeString(folder.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    ImageDataset data = load(folder);
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
    ImageDataset data = load(folder, "16x12");
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
    ImageDataset data = load(folder, "8x8");
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
    ImageDataset data = load(folder);
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
    Path bad = folder.resolve("cat").resolve("00.png");
    Files.writeString(bad, "no picture");
    assertRefused(folder, bad + " is no PNG or JPEG image");
    byte[] good = Files.readAllBytes(folder.resolve("cat").resolve("0.png"));
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

  /** So that a split, and with it every figure, is the same tomorrow. */
  @Test
  void aSplitAndItsChecksumNeverChange() throws IOException {
    ImageDataset data = load(ImageFolders.classes(folder, 30, "owl", "cat"), "6x6");
    assertThat(data.origin().sha256())
        .isEqualTo("844a88a607b33c22616f76ac162a5d0e11d81ac5c584db22e0127cd19a175cf1");
    assertThat(labels(data.test())).containsExactly(1, 1, 0, 1, 0, 0, 1, 1, 0, 0);
    assertThat(data.validation().size()).isEqualTo(5);
    Set<String> all = contents(data.train());
    all.addAll(contents(data.validation()));
    all.addAll(contents(data.test()));
    assertThat(all).as("no image is in two sets").hasSize(60);
  }

  private static int[] labels(LabeledImages images) {
    return IntStream.range(0, images.size()).map(images::label).toArray();
  }

  @Test
  void anotherNameOfAFileChangesNothingAndAnotherRoleDoes() throws IOException {
    ImageFolders.classes(folder.resolve("one"), 12, "owl", "cat");
    ImageDataset before = load(folder.resolve("one"), "6x6");
    Path owls = folder.resolve("one").resolve("owl");
    Files.move(owls.resolve("0.png"), owls.resolve("zzz.PNG"));
    ImageDataset after = load(folder.resolve("one"), "6x6");
    assertThat(contents(after.test())).isEqualTo(contents(before.test()));
    ImageFolders.classes(folder.resolve("two").resolve("train"), 12, "owl", "cat");
    ImageFolders.classes(folder.resolve("two").resolve("test"), 3, "owl", "cat");
    String asTest = load(folder.resolve("two"), "6x6").origin().sha256();
    Files.move(folder.resolve("two").resolve("test"), folder.resolve("two").resolve("val"));
    assertThat(load(folder.resolve("two"), "6x6").origin().sha256()).isNotEqualTo(asTest);
  }

  @Test
  void aSetWithoutFoldersOfClassesIsRefused() throws IOException {
    ImageFolders.classes(folder.resolve("Train"), 12, "cat", "dog");
    Path flat = Files.createDirectory(folder.resolve("test"));
    Files.copy(folder.resolve("Train").resolve("cat").resolve("0.png"), flat.resolve("0.png"));
    assertRefused(folder, flat + " has no folder of PNG or JPEG files for each class");
  }

  @Test
  void setsAreNotTakenForClasses() throws IOException {
    ImageFolders.classes(folder, 12, "train", "test");
    assertRefused(folder, "no folder for each class in " + folder.resolve("train"));
  }

  @Test
  void twoFoldersForTheSameSetAreRefused() throws IOException {
    for (String name : new String[] {"train", "val", "valid"}) {
      ImageFolders.classes(folder.resolve(name), 12, "cat", "dog");
    }
    assertRefused(folder, "valid", "are for the same: leave one");
  }

  @Test
  void whatIsNoImageIsSkippedAndSaidButAClassOfNothingElseIsRefused() throws IOException {
    ImageFolders.classes(folder, 12, "cat", "dog");
    Files.writeString(folder.resolve("cat").resolve("notes.txt"), "of cats");
    Files.writeString(folder.resolve("cat").resolve(".DS_Store"), "hidden");
    Files.createDirectory(folder.resolve("__MACOSX"));
    assertThat(load(folder, "6x6").origin().description())
        .startsWith("image files (1 that are neither PNG nor JPEG skipped) in ");
    Files.createDirectory(folder.resolve("eel"));
    Files.writeString(folder.resolve("eel").resolve("eel.webp"), "RIFF");
    assertRefused(folder, folder.resolve("eel") + " has no PNG or JPEG files");
  }

  @Test
  void jpegFilesAreRead() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 64; pixel++) {
        image.setRGB(pixel % 8, pixel / 8, i % 2 == 0 ? 0xE00000 : 0x0000E0);
      }
      Path file = folder.resolve(i % 2 == 0 ? "blue" : "red").resolve(i + ".JPG");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "jpg", file.toFile());
    }
    ImageDataset data = load(folder);
    byte[] pixels = data.train().pixels(0);
    boolean red = data.train().label(0) == 0; // "blue" comes first, and has the red images.
    assertThat(pixels[red ? 0 : 128] & 0xFF).isBetween(200, 250);
    assertThat(pixels[red ? 128 : 0] & 0xFF).isLessThan(20);
  }

  @Test
  void greyLevelsOfSixteenBitsAndWithTransparencyAreTheFiles() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
      deep.getRaster().setSample(0, 0, 0, 100 << 8);
      ImageFolders.png(folder.resolve("deep").resolve(i + ".png"), deep);
      BufferedImage clear =
          new BufferedImage(
              new ComponentColorModel(
                  ColorSpace.getInstance(ColorSpace.CS_GRAY),
                  true,
                  false,
                  Transparency.TRANSLUCENT,
                  DataBuffer.TYPE_BYTE),
              Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 2, 1, 2, null),
              false,
              null);
      clear.getRaster().setPixel(0, 0, new int[] {100, 255});
      ImageFolders.png(folder.resolve("clear").resolve(i + ".png"), clear);
    }
    LabeledImages images = load(folder).train();
    assertThat(images.shape().channels()).isEqualTo(1);
    for (int i = 0; i < images.size(); i++) {
      assertThat(images.pixels(i)[0]).isEqualTo((byte) 100);
      assertThat(images.pixels(i)[1]).isEqualTo((byte) (images.label(i) == 0 ? 255 : 0));
    }
  }

  @Test
  void oneOfMnistsFilesThatIsAnotherIsNamed() throws IOException {
    Path mnist = RealMnist.folder();
    for (DigitFiles.MnistFile part : DigitFiles.MnistFile.values()) {
      Files.copy(
          DigitFiles.find(mnist, part).orElseThrow(),
          folder.resolve(DigitFiles.find(mnist, part).orElseThrow().getFileName()));
    }
    assertThat(load(folder).origin().kind()).isEqualTo(ImageDataset.Kind.MNIST);
    for (DigitFiles.MnistFile part :
        new DigitFiles.MnistFile[] {
          DigitFiles.MnistFile.TEST_LABELS, DigitFiles.MnistFile.TEST_IMAGES
        }) {
      Path file = DigitFiles.find(folder, part).orElseThrow();
      IdxFile idx = IdxFile.read(file, part.shape());
      Files.delete(file);
      byte[] values = idx.values();
      values[0] ^= 1;
      IdxFile.write(folder.resolve(part.fileName()), values, part.shape());
      if (part == DigitFiles.MnistFile.TEST_LABELS) {
        assertRefused(folder, "its t10k-labels-idx1-ubyte is damaged or another", "own-t10k");
      } else {
        assertThat(load(folder).origin().kind()).isEqualTo(ImageDataset.Kind.OTHER);
      }
    }
  }

  @Test
  void namesThatAreNoTextAreRefused() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    Files.write(folder.resolve("class-names.txt"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
    assertRefused(folder, "class-names.txt is no text in UTF-8");
  }

  @Test
  void channelsInTheSecondDimensionAreNotTakenForRows() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    Files.delete(folder.resolve("train-images-idx3-ubyte"));
    IdxFile.write(folder.resolve("train-images-idx4-ubyte"), new byte[60 * 192], 60, 3, 8, 8);
    assertRefused(folder, "train-images-idx4-ubyte has 8 channels", "[N,height,width,channels]");
  }

  @Test
  void twoFilesOfOnePartAreRefused() throws IOException {
    ImageFolders.idx(folder, 60, 12, 8, 8, 3);
    Files.copy(folder.resolve("t10k-images-idx3-ubyte"), folder.resolve("test-images-idx3-ubyte"));
    assertRefused(folder, "two files of test-images");
  }
}
