package io.bnzoo.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder that belongs to one process as long as this is open. However that process ends, the
 * operating system lets the folder go.
 */
public final class FolderLock implements AutoCloseable {
  private static final String FILE = ".lock";

  /**
   * The folders that this process has. The operating system would not keep it from itself: closing
   * a second channel lets the first one's lock go.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes a folder, which is made if it is not there.
   *
   * @throws FolderInUseException if it belongs to another process, or to this one already
   */
  public static FolderLock take(Path path) throws IOException {
    Files.createDirectories(path);
    Path folder = path.toRealPath();
    if (!HELD.add(folder)) {
      throw new FolderInUseException(path);
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new FolderInUseException(path);
      }
      return new FolderLock(folder, channel);
    } catch (IOException | RuntimeException e) {
      HELD.remove(folder);
      if (channel != null) {
        channel.close();
      }
      throw e;
    }
  }

  /** Whether a file is what locks a folder. */
  public static boolean isLock(Path file) {
    return file.getFileName().toString().equals(FILE);
  }

  /** Lets the folder go. The file stays: were it removed, two processes could lock two files. */
  @Override
  public void close() throws IOException {
    channel.close();
    HELD.remove(folder);
  }
}
