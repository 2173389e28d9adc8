package io.bnzoo.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Writes files so that, whenever the process or the machine stops, there is the old file or the new
 * one, and never a part of it.
 */
public final class AtomicFile {
  private static final String UNFINISHED = ".part";

  /** What {@link #write} adds to a file's name while it writes; nobody else's files look so. */
  private static final Pattern UNFINISHED_NAME =
      Pattern.compile("(?s).+\\.\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}\\.part");

  private static final int BUFFER = 1 << 16;

  private AtomicFile() {}

  /**
   * Writes beside the file's place, waits until the disk has it, and moves it there.
   *
   * @throws IOException if the disk is full or the folder cannot be written to; the old file is as
   *     it was then
   */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, out -> out.write(content));
  }

  /** Something that is written piece by piece. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it, and leaves the stream open. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** The same, for content that is not in memory as a whole. */
  public static void write(Path file, Content content) throws IOException {
    try {
      make(
          file,
          unfinished -> {
            OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER);
            try (out) {
              content.writeTo(out);
            }
          });
    } catch (FileSystemException e) {
      throw e; // It names the file already.
    } catch (IOException e) {
      throw new IOException(
          String.format("%s cannot be written: %s; what was there is intact", file, Reason.of(e)),
          e);
    }
  }

  /** Something that makes a file, and may look at it before it is put in its place. */
  @FunctionalInterface
  public interface Maker {
    /** Fills the file, which is there and empty; throws if it is not to take its place. */
    void make(Path unfinished) throws IOException;
  }

  /**
   * Lets a file be made beside its place, waits until the disk has it, and moves it there.
   *
   * @throws IOException what the maker throws; the old file is as it was then
   */
  public static void make(Path file, Maker maker) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    // Not Files.createTempFile, whose files nobody else may read.
    Path unfinished = folder.resolve(file.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
    try {
      Files.createFile(unfinished);
      maker.make(unfinished);
      try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      move(unfinished, file);
      force(folder);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** The same, for text in UTF-8. */
  public static void write(Path file, String content) throws IOException {
    write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Puts the new name on the disk; Windows has no way to ask for that, and no need to. */
  private static void force(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Whether a file is what a killed process has left unfinished. */
  public static boolean isUnfinished(Path file) {
    return UNFINISHED_NAME.matcher(file.getFileName().toString()).matches()
        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Removes what killed processes have left in a folder, if it is there and nobody's now. */
  public static void removeUnfinished(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(folder, AtomicFile::isUnfinished)) {
      for (Path file : unfinished) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * To be asked before long work whose result is to be written.
   *
   * @throws IOException if a folder is in the file's place
   */
  public static void requireNoFolder(Path file) throws IOException {
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          file + " is a folder, where a file is to be written: move it out of the way");
    }
  }
}
