package io.bnzoo.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitLibraryTest {
  private static final MnistDownload.Timeouts IMPATIENT =
      new MnistDownload.Timeouts(
          Duration.ofSeconds(2), Duration.ofMillis(300), Duration.ofMillis(900));
  private static final String LABELS = "t10k-labels-idx1-ubyte";

  /** Drawn once for all tests. */
  @TempDir private static Path drawn;

  @TempDir private Path folder;
  private final List<String> notices = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void lendDrawnDigits() throws IOException {
    GeneratedDigits.cachedIn(drawn.resolve("generated"), "drawn", ProgressListener.NONE);
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.createSymbolicLink(home.resolve("generated"), drawn.resolve("generated"));
  }

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void aMirrorThatForbidsIsNamedAndGeneratedDigitsAreUsed() throws IOException {
    serve("/", exchange -> exchange.sendResponseHeaders(403, -1));
    ImageDataset digits = library("/").load(new DataChoice.Automatic());
    assertFellBack(digits, "HTTP status 403");
  }

  @Test
  void aMirrorThatServesSomethingElseIsNotBelieved() throws IOException {
    serve("/", exchange -> respond(exchange, "<html>MNIST has moved</html>".getBytes(UTF_8)));
    assertFellBack(
        library("/").load(new DataChoice.Automatic()), "served something other than MNIST");
  }

  @Test
  void filesOfTheRightShapeWithOtherContentsAreNotBelieved() throws IOException {
    byte[] zeros = gzip(idxHeader(60_000, 28, 28), 60_000 * 784); // At once, for the impatient.
    serve("/", exchange -> respond(exchange, zeros));
    assertFellBack(
        library("/").load(new DataChoice.Automatic()), "served something other than MNIST");
  }

  @Test
  void aMirrorThatCutsTheConnectionIsNamed() throws IOException {
    serve(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000_000);
          exchange.getResponseBody().write(new byte[1000]);
          exchange.close();
        });
    ImageDataset digits = library("/").load(new DataChoice.Automatic());
    assertFellBack(digits, "127.0.0.1: ");
  }

  @Test
  void aMirrorThatStallsIsGivenUp() throws IOException {
    serve("/", exchange -> sleepUntilClosed());
    assertFellBack(library("/").load(new DataChoice.Automatic()), "timed out");
  }

  @Test
  void aMirrorThatTricklesIsGivenUp() throws IOException {
    serve(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000_000);
          OutputStream body = exchange.getResponseBody();
          for (int i = 0; i < 40; i++) {
            body.write(i);
            body.flush();
            pause(100);
          }
        });
    assertFellBack(library("/").load(new DataChoice.Automatic()), "too slow");
  }

  @Test
  void theNextMirrorIsAskedWhereOneFails() throws IOException {
    serve("/bad/", exchange -> exchange.sendResponseHeaders(403, -1));
    serve("/worse/", exchange -> exchange.sendResponseHeaders(500, -1));
    ImageDataset digits = library("/bad/", "/worse/").load(new DataChoice.Automatic());
    assertFellBack(digits, "HTTP status 403");
    assertThat(notices.get(1)).contains("HTTP status 500");
  }

  @Test
  void generatedDigitsAreFarFromTheNetwork() throws IOException {
    ImageDataset digits = library("/nobody/").load(new DataChoice.Generated());
    assertThat(notices).isEmpty();
    assertThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.GENERATED);
    assertThat(digits.train().size()).isEqualTo(55_000);
    assertThat(digits.validation().size()).isEqualTo(5_000);
    assertThat(digits.test().size()).isEqualTo(10_000);
  }

  @Test
  void aDamagedCacheOfGeneratedDigitsIsDrawnAgain() throws IOException {
    Path cache = folder.resolve("own");
    ImageDataset first = GeneratedDigits.cachedIn(cache, "drawn", ProgressListener.NONE);
    byte[] bytes = Files.readAllBytes(cache.resolve(LABELS));
    bytes[100] ^= 1;
    Files.write(cache.resolve(LABELS), bytes);
    ImageDataset again = GeneratedDigits.cachedIn(cache, "drawn", ProgressListener.NONE);
    assertThat(again.origin()).isEqualTo(first.origin());
    assertThat(Files.readAllBytes(cache.resolve(LABELS))[100]).isNotEqualTo(bytes[100]);
  }

  @Test
  void whatAFolderLacksIsNamedAndSoIsWhatIsThere() throws IOException {
    Path own = Files.createDirectory(folder.resolve("own"));
    Files.write(own.resolve("train-images-idx3-ubyte"), idxHeader(0, 28, 28));
    Files.createFile(own.resolve("mnist.npz"));
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> library("/").load(new DataChoice.Folder(own)))
        .withMessage(
            own
                + " has IDX files, but no train-labels-idx1-ubyte (plain or .gz); it has mnist.npz,"
                + " train-images-idx3-ubyte");
    Path empty = Files.createDirectory(folder.resolve("nothing"));
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> library("/").load(new DataChoice.Folder(empty)))
        .withMessageContaining("train-images-idx3-ubyte")
        .withMessageEndingWith("; it is empty");
  }

  @Test
  void ofManyFilesInAFolderSomeAreNamed() throws IOException {
    for (int i = 0; i < 9; i++) {
      Files.createFile(folder.resolve(i + ".png"));
    }
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> library("/").load(new DataChoice.Folder(folder)))
        .withMessageEndingWith("it has 0.png, 1.png, 2.png, 3.png, 4.png, 5.png, and 4 more");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%1$s",
        "%1$s.gz",
        "%2$s",
        "%2$s.gz",
        "%1$s/%1$s",
        "%1$s/%2$s",
        "%2$s/%2$s",
        "%2$s/%1$s.gz"
      })
  void filesAreFoundAsAnyProgramUnpacksThem(String pattern) throws IOException {
    Path own = folder.resolve("own");
    for (DigitFiles.MnistFile part : DigitFiles.MnistFile.values()) {
      String dotted = part.fileName().replace("-idx", ".idx");
      Path file = own.resolve(String.format(Locale.ROOT, pattern, part.fileName(), dotted));
      Files.createDirectories(file.getParent());
      Files.createLink(file, drawn.resolve("generated").resolve(part.fileName()));
    }
    ImageDataset digits =
        DigitFiles.load(own, GeneratedDigits.checksums(), ImageDataset.Kind.GENERATED, "drawn");
    assertThat(digits.test().size()).isEqualTo(10_000);
  }

  @Test
  void filesThatCannotBeUsedAreToldOfBeforeOthersAreTakenInTheirPlace() throws IOException {
    Path dl4j = Files.createDirectories(folder.resolve("dl4j"));
    Files.createFile(dl4j.resolve("mnist.npz"));
    ImageDataset digits = library("/nobody/").load(new DataChoice.Automatic());
    assertThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.GENERATED);
    assertThat(notices.get(0))
        .startsWith("incomplete: " + dl4j + " has no train-images-idx3-ubyte, ")
        .endsWith("; it has mnist.npz");
  }

  @Test
  void digitsAreDrawnWhereNothingCanBeKeptAndTheWayOutIsNamed() throws IOException {
    Path place = Files.createDirectory(folder.resolve("place"));
    Files.createFile(place.resolve("home")); // A file, in which no folder can be made.
    ImageDataset digits =
        DigitLibrary.below(place, Optional.empty(), List.of(), IMPATIENT)
            .withNotices(notices::add)
            .load(new DataChoice.Automatic());
    assertThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.GENERATED);
    assertThat(digits.train().size()).isEqualTo(55_000);
    assertThat(notices.get(1))
        .startsWith("using GENERATED digits, not MNIST: ")
        .contains(place.resolve("home").resolve("mnist") + " cannot be written")
        .endsWith("set BNZOO_HOME to a folder that can");
    assertThat(notices.get(2)).startsWith("the generated digits are not kept: ");
  }

  @Test
  void aChecksumTellsWhatTheDigitsAre() {
    assertThat(ImageDataset.Kind.of(DigitFiles.combined(DigitFiles.mnistChecksums())))
        .contains(ImageDataset.Kind.MNIST);
    assertThat(ImageDataset.Kind.of(DigitFiles.combined(GeneratedDigits.checksums())))
        .contains(ImageDataset.Kind.GENERATED);
    assertThat(ImageDataset.Kind.of("0".repeat(64))).isEmpty();
  }

  @Test
  void aFolderOfGeneratedDigitsIsKnownByItsChecksum() throws IOException {
    ImageDataset digits = library("/").load(new DataChoice.Folder(drawn.resolve("generated")));
    assertThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.GENERATED);
    assertThat(digits.validation().size()).isEqualTo(5_000);
  }

  /** Whoever keeps other digits under MNIST's names there has not asked for them. */
  @Test
  void whatIsNotMnistIsRefusedInMnistsOwnPlace() throws IOException {
    Files.createSymbolicLink(folder.resolve("home").resolve("mnist"), drawn.resolve("generated"));
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> library("/").load(new DataChoice.Automatic()))
        .withMessageContaining("train-images-idx3-ubyte has the right shape but other contents")
        .withMessageContaining("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
  }

  @Test
  void labelsThatAreNoDigitsAreRefused() throws IOException {
    Path file = folder.resolve(LABELS);
    byte[] labels = new byte[10_000];
    labels[77] = 23;
    IdxFile.write(file, labels, 10_000);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> DigitFiles.verify(file, DigitFiles.MnistFile.TEST_LABELS, ""))
        .withMessageContaining("label 77 must be a digit from 0 to 9, found 23");
  }

  @Test
  void aCompleteFolderIsFoundAndAnIncompleteOneIsNot() throws IOException {
    DigitLibrary library = library("/");
    Path dl4j = Files.createDirectories(folder.resolve("dl4j"));
    for (DigitFiles.MnistFile part : DigitFiles.MnistFile.values()) {
      assertThat(library.find()).isEmpty();
      Files.createFile(dl4j.resolve(part.fileName() + ".gz"));
    }
    assertThat(library.find()).isEqualTo(Optional.of(dl4j));
  }

  @Test
  void theEnvironmentsFolderComesFirstThenHomeThenDeeplearning4js() throws IOException {
    Path environment = folder.resolve("environment");
    Path home = Files.createDirectories(folder.resolve("home").resolve("mnist"));
    Path dl4j = Files.createDirectories(folder.resolve("dl4j"));
    for (DigitFiles.MnistFile part : DigitFiles.MnistFile.values()) {
      Files.createFile(home.resolve(part.fileName()));
      Files.createFile(dl4j.resolve(part.fileName()));
    }
    assertThat(DigitLibrary.below(folder, Optional.of(environment), List.of(), IMPATIENT).find())
        .hasValue(environment);
    assertThat(library("/").find()).hasValue(home);
    Files.delete(home.resolve(LABELS));
    assertThat(library("/").find()).hasValue(dl4j);
  }

  @Test
  void anEnvironmentsFolderWithoutMnistIsAnErrorAndNoReasonToFallBack() {
    DigitLibrary library =
        DigitLibrary.below(folder, Optional.of(folder.resolve("empty")), List.of(), IMPATIENT);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> library.load(new DataChoice.Automatic()))
        .withMessageEndingWith("empty is no folder");
  }

  private void assertFellBack(ImageDataset digits, String reason) throws IOException {
    assertThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.GENERATED);
    assertThat(digits.origin().description()).contains("because MNIST could not be downloaded");
    assertThat(notices).hasSize(2);
    assertThat(notices.get(1)).startsWith("using GENERATED digits").contains(reason);
    assertThat(notices.get(1).lines()).hasSize(1);
    try (var left = Files.list(folder.resolve("home").resolve("mnist"))) {
      assertThat(left).as("nothing half downloaded is left").isEmpty();
    }
  }

  private DigitLibrary library(String... paths) {
    List<URI> mirrors =
        List.of(paths).stream()
            .map(path -> URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
            .toList();
    return DigitLibrary.below(folder, Optional.empty(), mirrors, IMPATIENT)
        .withNotices(notices::add);
  }

  private void serve(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  private static void respond(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static byte[] idxHeader(int... shape) {
    ByteBuffer header = ByteBuffer.allocate(4 + 4 * shape.length);
    header.putInt(0x0800 + shape.length);
    for (int dimension : shape) {
      header.putInt(dimension);
    }
    return header.array();
  }

  private static byte[] gzip(byte[] header, int zeros) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(header);
      out.write(new byte[zeros]);
    }
    return bytes.toByteArray();
  }

  private static void sleepUntilClosed() {
    pause(5_000);
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
