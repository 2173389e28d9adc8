package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The command {@code data}. */
class DataCommandTest extends CommandRun {
  @Test
  void dataSaysWhatItFoundAndVerified() {
    assertThat(run("data", "--data", "generated")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .contains("generated digits, as asked for")
        .contains("verified: 55,000 training, 5,000 validation and 10,000 test images");
  }

  @Test
  void dataSpeaksJson() throws IOException {
    assertThat(run("data", "--data", "generated", "--json")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(json(out.toString()).at("/training").asInt()).isEqualTo(55_000);
  }

  @Test
  void dataRefusesAFolderWithoutDigitsInOneLine() {
    assertThat(run("data", "--data", folder.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith(
            "bnzoo: " + folder + " has no images: neither IDX files (train-images-idx3-ubyte and")
        .endsWith("; it is empty");
  }

  @Test
  void dataRefusesAnImpossibleHeaderInOneLine() throws IOException {
    for (String name : new String[] {"train-images-idx3", "t10k-images-idx3"}) {
      ByteBuffer header = ByteBuffer.allocate(16).putInt(0x803).putInt(Integer.MAX_VALUE);
      header.putInt(Integer.MAX_VALUE).putInt(Integer.MAX_VALUE);
      Files.write(folder.resolve(name + "-ubyte"), header.array());
    }
    for (String name : new String[] {"train-labels-idx1", "t10k-labels-idx1"}) {
      Files.write(folder.resolve(name + "-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 7});
    }
    assertThat(run("data", "--data", folder.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("train-images-idx3-ubyte announces ", "use fewer or smaller ones");
  }
}
