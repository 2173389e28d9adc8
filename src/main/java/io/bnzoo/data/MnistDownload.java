package io.bnzoo.data;

import io.bnzoo.files.AtomicFile;
import io.bnzoo.files.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;

/**
 * Fetches MNIST's files from the first mirror that serves them whole and right.
 *
 * <p>A file is written beside its place and moved there only once its SHA-256 is right, so what
 * stands under a file's name is always complete, whatever interrupts the download.
 */
final class MnistDownload {

  /** Where MNIST has been kept since its first home stopped answering. */
  static final List<URI> MIRRORS =
      List.of(
          URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"),
          URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"));

  /** Far above the largest file, 9.9 MB: what is longer is not MNIST. */
  private static final long LARGEST = 64L << 20;

  private static final int BUFFER = 1 << 16;

  /**
   * How long to wait.
   *
   * @param connect for a connection
   * @param read for the next bytes
   * @param file for one file in all, which a server that trickles would exceed
   */
  record Timeouts(Duration connect, Duration read, Duration file) {
    static final Timeouts STANDARD =
        new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofMinutes(10));
  }

  private final List<URI> mirrors;
  private final Timeouts timeouts;

  MnistDownload(List<URI> mirrors, Timeouts timeouts) {
    this.mirrors = List.copyOf(mirrors);
    this.timeouts = timeouts;
  }

  /**
   * Fetches what a folder lacks.
   *
   * @throws DataException if some file could be had from no mirror, naming each mirror's failure
   */
  void into(Path folder, ProgressListener progress) throws IOException {
    Files.createDirectories(folder);
    for (DigitFiles.MnistFile part : DigitFiles.MnistFile.values()) {
      if (DigitFiles.find(folder, part).isEmpty()) {
        fetch(part, folder, progress);
      }
    }
  }

  private void fetch(DigitFiles.MnistFile part, Path folder, ProgressListener progress)
      throws IOException {
    String name = part.fileName() + ".gz";
    List<String> failures = new ArrayList<>();
    for (URI mirror : mirrors) {
      try {
        AtomicFile.make(
            folder.resolve(name),
            unfinished -> {
              transfer(mirror.resolve(name), unfinished, progress);
              DigitFiles.verify(unfinished, part, DigitFiles.mnistChecksums().get(part));
            });
        return;
      } catch (IOException e) {
        failures.add(mirror.getHost() + ": " + reason(e));
      }
    }
    throw new DataException(
        String.format("%s could not be downloaded (%s)", name, String.join("; ", failures)));
  }

  /** By Java's older client: the newer one cannot be told to give up when no more bytes come. */
  private void transfer(URI source, Path target, ProgressListener progress) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) source.toURL().openConnection();
    connection.setConnectTimeout((int) timeouts.connect().toMillis());
    connection.setReadTimeout((int) timeouts.read().toMillis());
    try {
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException("HTTP status " + status);
      }
      long length = connection.getContentLengthLong();
      try (InputStream in = connection.getInputStream();
          OutputStream out = Files.newOutputStream(target)) {
        copy(in, out, length, done -> progress.advanced(source.getPath(), done, length));
      }
    } finally {
      connection.disconnect();
    }
  }

  private void copy(InputStream in, OutputStream out, long length, LongConsumer progress)
      throws IOException {
    long deadline = System.nanoTime() + timeouts.file().toNanos();
    byte[] buffer = new byte[BUFFER];
    long done = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      out.write(buffer, 0, count);
      done += count;
      progress.accept(done);
      if (done > LARGEST) {
        throw new IOException("the file is larger than any of MNIST's");
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("too slow, given up after " + timeouts.file().toSeconds() + " s");
      }
    }
    if (length >= 0 && done < length) {
      throw new IOException(
          String.format(Locale.ROOT, "the connection broke after %,d of %,d bytes", done, length));
    }
  }

  private static String reason(IOException e) {
    if (e instanceof UnknownHostException) {
      return "unknown host";
    }
    if (e instanceof DataException) {
      return "served something other than MNIST";
    }
    return Reason.of(e);
  }
}
