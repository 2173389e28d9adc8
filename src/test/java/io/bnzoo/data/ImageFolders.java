package io.bnzoo.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Folders of small images for tests: each class has a brightness of its own. */
public final class ImageFolders {
  private ImageFolders() {}

  /** IDX files of grey images, [train,height,width] and [test,height,width], and their labels. */
  public static Path idx(Path folder, int train, int test, int height, int width, int classes)
      throws IOException {
    Files.createDirectories(folder);
    pair(folder, "train", train, height, width, classes, 1);
    pair(folder, "t10k", test, height, width, classes, 2);
    return folder;
  }

  private static void pair(
      Path folder, String part, int count, int height, int width, int classes, long seed)
      throws IOException {
    Random random = new Random(seed);
    byte[] labels = new byte[count];
    byte[] pixels = new byte[count * height * width];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % classes);
      for (int pixel = 0; pixel < height * width; pixel++) {
        pixels[i * height * width + pixel] = level(i % classes, classes, random);
      }
    }
    IdxFile.write(folder.resolve(part + "-images-idx3-ubyte"), pixels, count, height, width);
    IdxFile.write(folder.resolve(part + "-labels-idx1-ubyte"), labels, count);
  }

  private static byte level(int label, int classes, Random random) {
    return (byte) (220 * label / Math.max(1, classes - 1) + random.nextInt(30));
  }

  /** Files in CIFAR-10's binary format: {@code batches} of so many images, and as many to test. */
  public static Path cifar(Path folder, int batches, int count) throws IOException {
    Files.createDirectories(folder);
    for (int batch = 1; batch <= batches; batch++) {
      records(folder.resolve("data_batch_" + batch + ".bin"), count, batch);
    }
    records(folder.resolve("test_batch.bin"), count, 0);
    return folder;
  }

  private static void records(Path file, int count, long seed) throws IOException {
    Random random = new Random(seed);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < count; i++) {
        byte[] record = new byte[3073];
        record[0] = (byte) (i % 10);
        for (int value = 1; value < record.length; value++) {
          // Red tells the classes apart, green and blue do not.
          record[value] = value <= 1024 ? level(i % 10, 10, random) : (byte) random.nextInt(256);
        }
        out.write(record);
      }
    }
  }

  /** A folder for each class with coloured PNG files of its own odd sizes. */
  public static Path classes(Path folder, int images, String... names) throws IOException {
    Random random = new Random(3);
    for (int label = 0; label < names.length; label++) {
      for (int i = 0; i < images; i++) {
        BufferedImage image =
            new BufferedImage(17 + label + i % 3, 13 + i % 5, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
          for (int x = 0; x < image.getWidth(); x++) {
            int red = level(label, names.length, random) & 0xFF;
            image.setRGB(x, y, red << 16 | random.nextInt(256) << 8 | 40);
          }
        }
        png(folder.resolve(names[label]).resolve(i + ".png"), image);
      }
    }
    return folder;
  }

  /** Writes one picture. */
  static void png(Path file, BufferedImage image) throws IOException {
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }
}
