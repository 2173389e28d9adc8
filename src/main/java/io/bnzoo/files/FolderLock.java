package io.bnzoo.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
      Path file = folder.resolve(FILE);
      requireOwn(file);
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
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

  /** A link would lock, or make, a file elsewhere; opening a named pipe might never end. */
  private static void requireOwn(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is no regular file: move it out of the way");
    }
  }

  /**
   * Checks that a folder within a folder is where it seems to be, if it is there at all.
   *
   * @throws IOException if it is a link, so that files elsewhere would be written and removed, or
   *     no folder
   */
  public static void requireNoLink(Path folder) throws IOException {
    if (Files.isSymbolicLink(folder)) {
      throw new IOException(
          folder + " is a symbolic link, which is not followed: put a folder in its place");
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new FileAlreadyExistsException(folder.toString());
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
