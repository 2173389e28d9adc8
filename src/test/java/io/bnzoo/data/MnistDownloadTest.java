package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a local mirror that serves the real files, where this machine has them. */
class MnistDownloadTest {
  @TempDir private Path folder;
  private HttpServer server;
  private Path mnist;

  @BeforeEach
  void serveMnist() throws IOException {
    mnist = RealMnist.folder();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/mnist/",
        exchange -> {
          String name = Path.of(exchange.getRequestURI().getPath()).getFileName().toString();
          byte[] body = Files.readAllBytes(mnist.resolve(name));
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    if (server != null) {
      server.stop(0);
    }
  }

  @Test
  void fetchesVerifiesAndReportsHowFarItIs() throws IOException {
    assumeTrue(
        Files.exists(mnist.resolve("train-images-idx3-ubyte.gz")),
        "BNZOO_DATA holds unpacked files; this test serves gzipped ones");
    List<Long> reported = new ArrayList<>();
    List<URI> mirrors =
        List.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mnist/"));
    ImageDataset digits =
        DigitLibrary.below(folder, Optional.empty(), mirrors, MnistDownload.Timeouts.STANDARD)
            .withProgress((task, done, total) -> reported.add(done))
            .load(new DataChoice.Automatic());
    assertThat(digits.origin().kind()).isEqualTo(ImageDataset.Kind.MNIST);
    for (DigitFiles.MnistFile part : DigitFiles.MnistFile.values()) {
      assertThat(reported).contains(Files.size(mnist.resolve(part.fileName() + ".gz")));
    }
    try (var files = Files.list(folder.resolve("home").resolve("mnist"))) {
      assertThat(files).hasSize(4);
    }
  }
}
