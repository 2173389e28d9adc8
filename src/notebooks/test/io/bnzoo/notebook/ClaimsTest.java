package io.bnzoo.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bnzoo.experiment.Scale;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Claims claims(double share) {
    return new Claims(new PrintStream(bytes, true, StandardCharsets.UTF_8), new Scale(share));
  }

  private String said() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsSoIsTicked() {
    claims(1).that("one is odd", true);
    claims(1).between("test accuracy", 0.97, 0.95, 1);
    assertThat(said().lines()).containsExactly("✓ one is odd", "✓ test accuracy: 0.9700");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.949, 1.001, Double.NaN})
  void aFigureOutsideOfWhatTheTextSaysIsAnError(double figure) {
    assertThatThrownBy(() -> claims(1).between("test accuracy", figure, 0.95, 1))
        .isInstanceOf(Claims.ClaimFailedException.class)
        .hasMessageContaining("test accuracy")
        .hasMessageContaining("not in [0.95, 1.0]");
    assertThat(said()).isEmpty();
  }

  @Test
  void whatDoesNotDependOnTheLengthIsCheckedAtAnyLength() {
    assertThatThrownBy(() -> claims(0.1).that("two is odd", false))
        .isInstanceOf(Claims.ClaimFailedException.class)
        .hasMessageContaining("two is odd");
  }

  @Test
  void aFigureOfAShortenedTrainingIsShownOnly() {
    claims(0.1).between("test accuracy", 0.2, 0.95, 1);
    assertThat(said()).contains("test accuracy: 0.2000").contains("not checked");
  }
}
