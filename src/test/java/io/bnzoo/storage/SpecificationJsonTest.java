package io.bnzoo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Reading;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class SpecificationJsonTest {

  private static JsonNode json(NetworkSpec spec) {
    return Json.asRead(spec);
  }

  private static NetworkSpec read(JsonNode json) throws JsonProcessingException {
    return Json.mapper().treeToValue(json, NetworkSpec.class);
  }

  static Stream<IUpdater> updaters() {
    return Stream.of(
        new Adam(0.25),
        new Sgd(0.25),
        new Nesterovs(0.25, 0.75),
        new Adam(0.25, 0.8, 0.9, 1e-6),
        new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.99)),
        new Nesterovs(0.25, new ExponentialSchedule(ScheduleType.EPOCH, 0.5, 0.99)),
        new Sgd(new MapSchedule.Builder(ScheduleType.ITERATION).add(0, 0.5).add(9, 0.1).build()),
        new RmsProp(0.25),
        new AdaDelta(),
        new AdaGrad(0.25),
        new AdaMax(0.25),
        new AdaBelief(0.25),
        new AMSGrad(0.25),
        new Nadam(0.25),
        new NoOp());
  }

  @Test
  void everyVariantIsReadAsItWasWritten() throws IOException {
    for (Normalization variant : Variants.all()) {
      NetworkSpec spec = DeepCnn.builder().normalization(variant).build().spec();
      assertThat(read(json(spec))).as(variant.label()).isEqualTo(spec);
      assertThat(json(spec).path("placement").asText()).isEqualTo(variant.placement().name());
      assertThat(json(spec).path("normalization").has("placement")).isFalse();
    }
  }

  @Test
  void everyRecurrentVariantIsReadAsItWasWritten() throws IOException {
    List<Normalization> variants = new ArrayList<>(Variants.recurrent());
    variants.add(Normalization.recurrentBatchNorm().withInitialStateNoise(0.25));
    for (Normalization variant : variants) {
      NetworkSpec spec = ImageLstm.builder().normalization(variant).build().spec();
      assertThat(read(json(spec))).as(variant.label()).isEqualTo(spec);
    }
  }

  @Test
  void depthWidthsAndReadingAreWrittenWhereTheyAreNotTheModelsOwn() throws IOException {
    NetworkSpec deep = DeepCnn.builder().depth(7).build().spec();
    assertThat(json(deep).path("depth").asInt()).isEqualTo(7);
    assertThat(read(json(deep))).isEqualTo(deep);
    NetworkSpec drawn = ImageLstm.builder().reading(Reading.DRAWN).build().spec();
    assertThat(json(drawn).path("reading").asText()).isEqualTo("DRAWN");
    assertThat(json(drawn).path("units").asInt()).isEqualTo(100);
    assertThat(read(json(drawn))).isEqualTo(drawn);
    NetworkSpec wide = ThreeLayerMlp.builder().widths(300, 200, 100).build().spec();
    assertThat(json(wide).path("widths")).hasToString("[300,200,100]");
    assertThat(read(json(wide))).isEqualTo(wide);
  }

  @ParameterizedTest
  @MethodSource("io.bnzoo.zoo.Zoo#entries")
  void aModelsOwnDepthWidthsAndReadingAreNotWritten(Zoo.Entry entry) {
    JsonNode json = json(entry.builder().get().build().spec());
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "model",
            "normalization",
            "placement",
            "activation",
            "optimizer",
            "initialWeights",
            "seed",
            "input",
            "format",
            "classes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model", "normalization", "placement", "optimizer", "seed", "format"})
  void whatIsMissingIsRefused(String field) {
    ObjectNode json = (ObjectNode) json(DeepCnn.builder().build().spec());
    json.remove(field);
    assertThatThrownBy(() -> read(json)).isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void aPlacementOfNothingIsRefused() {
    ObjectNode json = (ObjectNode) json(DeepCnn.builder().build().spec());
    json.put("placement", "AFTER_ACTIVATION");
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("the placement of None[] cannot be AFTER_ACTIVATION");
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void everyUpdaterIsReadAsItWasWritten(IUpdater updater) throws IOException {
    NetworkSpec spec = DeepCnn.builder().updater(updater).build().spec();
    assertThat(spec.updater()).isEqualTo(updater);
    assertThat(read(json(spec))).isEqualTo(spec);
    assertThat(Json.mapper().readValue(Json.text(spec), NetworkSpec.class)).isEqualTo(spec);
  }

  @Test
  void theThreeCommonUpdatersAreWrittenInShort() {
    assertThat(updaters().limit(3).map(SpecificationJsonTest::optimizer))
        .containsExactly(
            "{\"kind\":\"Adam\",\"learningRate\":0.25}",
            "{\"kind\":\"Sgd\",\"learningRate\":0.25}",
            "{\"kind\":\"Nesterovs\",\"learningRate\":0.25,\"momentum\":0.75}");
    assertThat(updaters().skip(3))
        .allSatisfy(
            updater ->
                assertThat(optimizer(updater))
                    .startsWith("{\"@class\":\"" + updater.getClass().getName()));
  }

  private static String optimizer(IUpdater updater) {
    return json(DeepCnn.builder().updater(updater).build().spec()).path("optimizer").toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"kind\":\"Lion\",\"learningRate\":1}      | kind must be Adam, Sgd or Nesterovs",
        "{\"kind\":\"Adam\"}                         | learningRate must be a number",
        "{\"kind\":\"Nesterovs\",\"learningRate\":1} | momentum must be a number",
        "{\"kind\":\"Sgd\",\"learningRate\":-1}      | learningRate must be above 0, got -1.0",
        "{\"@class\":\"java.util.HashMap\"}          | names the class java.util.HashMap"
      })
  void anUpdaterThatIsNoneIsRefused(String optimizer, String message) throws IOException {
    ObjectNode json = (ObjectNode) json(DeepCnn.builder().build().spec());
    json.set("optimizer", Json.mapper().readTree(optimizer));
    assertThatThrownBy(() -> read(json)).hasMessageContaining(message);
  }
}
