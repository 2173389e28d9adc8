package io.bnzoo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bnzoo.limits.EmbeddedArrays;
import io.bnzoo.limits.StockNetwork;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused is only looked at here; {@link HostileNumbersIT} tries it. */
class HostileConfigurationTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static List<HostileConfiguration> hostile() {
    return HostileConfiguration.all(StockNetwork.all());
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void isRefusedInOneLineThatSaysWhy(HostileConfiguration hostile) {
    String message = refusal(hostile.json());
    assertThat(message).contains(hostile.refusal());
    assertThat(message.lines()).hasSize(1);
  }

  /** As an archive words it. */
  private static String refusal(String json) {
    try {
      JsonNode root = MAPPER.readTree(json);
      EmbeddedArrays.check(root);
      TrustedClasses.STANDARD.reader().read(root, json).checkLimits();
      return "not refused";
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
