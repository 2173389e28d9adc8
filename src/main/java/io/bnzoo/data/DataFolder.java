package io.bnzoo.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds out what a folder of images holds, and reads it. */
final class DataFolder {
  private DataFolder() {}

  /**
   * The images of a folder, split.
   *
   * @param size of the images, where they are files whose sizes differ
   * @throws DataException if there are none, or a file is damaged, naming it
   */
  static ImageDataset load(Path folder, Optional<ImageSize> size, ProgressListener progress)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new DataException(folder + " is no folder");
    }
    Optional<ImageDataset> idx = IdxFolder.in(folder);
    if (idx.isPresent()) {
      return idx.get();
    }
    Optional<FoundImages> images = CifarFolder.in(folder);
    if (images.isEmpty()) {
      images = new ClassFolders(folder, size, progress).read();
    }
    if (images.isEmpty()) {
      throw new DataException(
          folder
              + " has no images: neither IDX files (train-images-idx3-ubyte and the like, plain or"
              + " .gz), nor CIFAR-10's data_batch_1.bin, nor a folder of PNG or JPEG files for each"
              + " class; "
              + DigitFiles.inside(folder));
    }
    return images.get().split(folder.toString());
  }
}
