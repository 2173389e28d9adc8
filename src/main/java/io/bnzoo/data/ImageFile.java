package io.bnzoo.data;

import io.bnzoo.files.Reason;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/** A PNG or JPEG file's pixels, read by Java's own decoders. */
final class ImageFile {
  /** A file of a few kilobytes can announce more pixels than there is memory. */
  private static final long MOST_PIXELS = 64L << 20;

  private final ImageSize size;
  private final byte[] pixels;

  /**
   * An image of given pixels, which are not copied.
   *
   * @param pixels row by row, red, green and blue of each
   */
  ImageFile(ImageSize size, byte[] pixels) {
    this.size = size;
    this.pixels = pixels;
  }

  ImageSize size() {
    return size;
  }

  /** Row by row, red, green and blue of each; transparent ones lie on white. Not a copy. */
  byte[] pixels() {
    return pixels;
  }

  /**
   * Reads a file.
   *
   * @throws DataException naming the file, if it is no image that Java can read
   */
  static ImageFile read(Path file) throws IOException {
    try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DataException(file + " is no PNG or JPEG image, whatever its name says");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MOST_PIXELS) {
          throw new DataException(
              String.format(
                  Locale.ROOT,
                  "%s has %,d x %,d pixels, and at most %,d in all are read: make it smaller",
                  file,
                  height,
                  width,
                  MOST_PIXELS));
        }
        return new ImageFile(new ImageSize(height, width), rgb(reader.read(0)));
      } finally {
        reader.dispose();
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Java's decoders answer damaged files with exceptions of many kinds.
      throw new DataException(file + " cannot be read as an image: " + Reason.of(e), e);
    }
  }

  private static byte[] rgb(BufferedImage image) {
    byte[] pixels = new byte[3 * image.getWidth() * image.getHeight()];
    boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    Raster raster = image.getRaster();
    boolean transparent = raster.getNumBands() == 2;
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    int next = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int color;
        if (grey) { // As they are in the file: getRGB would brighten them.
          int level = raster.getSample(x, y, 0) >> shift;
          int alpha = transparent ? raster.getSample(x, y, 1) >> shift : 255;
          color = onWhite(alpha << 24 | 0x010101 * level);
        } else {
          color = onWhite(image.getRGB(x, y));
        }
        pixels[next++] = (byte) (color >> 16);
        pixels[next++] = (byte) (color >> 8);
        pixels[next++] = (byte) color;
      }
    }
    return pixels;
  }

  private static int onWhite(int argb) {
    int alpha = argb >>> 24;
    int color = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int level = (argb >> shift) & 0xFF;
      color |= ((level * alpha + 255 * (255 - alpha) + 127) / 255) << shift;
    }
    return color;
  }

  /** Whether no pixel has a colour. */
  boolean isGrey() {
    for (int i = 0; i < pixels.length; i += 3) {
      if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The same image in another size, stretched where its proportions differ: the weighted mean of
   * the pixels around each place, which are more where the image shrinks.
   */
  ImageFile scaledTo(ImageSize wanted) {
    if (wanted.equals(size)) {
      return this;
    }
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i] & 0xFF;
    }
    float[] wide = resample(values, size.height(), size.width(), wanted.width(), 3);
    float[] both = resample(wide, 1, size.height(), wanted.height(), 3 * wanted.width());
    byte[] scaled = new byte[both.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (byte) Math.round(both[i]);
    }
    return new ImageFile(wanted, scaled);
  }

  /** Resamples the middle axis of [outer,from,inner] by a triangle filter. */
  private static float[] resample(float[] values, int outer, int from, int to, int inner) {
    float[] resampled = new float[outer * to * inner];
    double scale = (double) from / to;
    double reach = Math.max(1, scale);
    for (int place = 0; place < to; place++) {
      double center = (place + 0.5) * scale - 0.5;
      int first = Math.max(0, (int) Math.ceil(center - reach));
      int last = Math.min(from - 1, (int) Math.floor(center + reach));
      double total = 0;
      for (int source = first; source <= last; source++) {
        total += 1 - Math.abs(source - center) / reach;
      }
      for (int source = first; source <= last; source++) {
        float share = (float) ((1 - Math.abs(source - center) / reach) / total);
        for (int block = 0; block < outer; block++) {
          int in = (block * from + source) * inner;
          int out = (block * to + place) * inner;
          for (int i = 0; i < inner; i++) {
            resampled[out + i] += share * values[in + i];
          }
        }
      }
    }
    return resampled;
  }
}
