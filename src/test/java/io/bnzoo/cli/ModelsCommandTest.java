package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The command {@code models}. */
class ModelsCommandTest extends CommandRun {
  @Test
  void modelsListsTheRegistry() {
    assertThat(run("models")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("deep-cnn +337,826 +340,406 +800 +64")
        .containsPattern("mlp +99,710 +100,610 +2000 +60");
  }

  @Test
  void asJsonTheyHaveTheirParameters() throws IOException {
    assertThat(run("models", "--json")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(json(out.toString()).at("/0/batchNormParameters").asInt()).isEqualTo(340_406);
  }

  @Test
  void modelsExplainsWhatEveryVariantsLabelIsMadeOf() {
    run("models");
    for (Normalization variant : Variants.all()) {
      String normalization = variant.inEveryPlacement().get(0).label();
      assertThat(out.toString()).containsPattern("(?m)^  " + normalization + " ");
      String ending = variant.label().substring(normalization.length());
      assertThat(out.toString())
          .containsPattern("(?m)^  " + (ending.isEmpty() ? "\\(none\\)" : ending) + " ");
    }
  }
}
