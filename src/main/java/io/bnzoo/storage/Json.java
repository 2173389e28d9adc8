package io.bnzoo.storage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.Arithmetic;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.util.Set;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * How this library's values look as JSON: in models, in folders of runs, in reports and on the
 * terminal.
 *
 * <p>Numbers that are not finite are the strings "NaN" and "Infinity".
 */
public final class Json {

  /** A sealed type's value says in {@code kind} which of its records it is. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  private interface NamedByKind {}

  /** Given weights are named, and told from others by a checksum: values would be too many. */
  private interface GivenByNames extends NamedByKind {
    @JsonProperty
    Set<String> names();

    @JsonProperty
    String sha256();
  }

  /** A shape by its three parts. */
  private interface InParts {
    @JsonProperty
    int channels();

    @JsonProperty
    int height();

    @JsonProperty
    int width();
  }

  /** Where a normalization stands is written beside it. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  @JsonIgnoreProperties("placement")
  private interface NamedByKindWithoutPlacement {}

  /** Made of all but its placement. */
  @SuppressWarnings("UnusedVariable") // Jackson reads the signature alone.
  private abstract static class BatchNormParts {
    @JsonCreator
    BatchNormParts(@JsonProperty("decay") double decay, @JsonProperty("epsilon") double epsilon) {}
  }

  /** Made of all but its placement. */
  @SuppressWarnings("UnusedVariable") // Jackson reads the signature alone.
  private abstract static class LowLevelParts {
    @JsonCreator
    LowLevelParts(
        @JsonProperty("decay") double decay,
        @JsonProperty("epsilon") double epsilon,
        @JsonProperty("arithmetic") Arithmetic arithmetic) {}
  }

  /** Reads a shape, whose constructor would not say which part is which. */
  private static final class ShapeReader extends StdDeserializer<ImageShape> {
    private record Parts(int channels, int height, int width) {}

    ShapeReader() {
      super(ImageShape.class);
    }

    @Override
    public ImageShape deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      Parts parts = context.readValue(json, Parts.class);
      return ImageShape.withChannels(parts.channels()).height(parts.height()).width(parts.width());
    }
  }

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          // Another parser might take the other one of two equal keys.
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // Else a missing figure would be read as 0.
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .registerSubtypes(InitialWeights.class.getPermittedSubclasses())
          .registerSubtypes(Normalization.class.getPermittedSubclasses())
          .addMixIn(Normalization.class, NamedByKindWithoutPlacement.class)
          .addMixIn(InitialWeights.class, NamedByKind.class)
          .addMixIn(InitialWeights.Given.class, GivenByNames.class)
          .addMixIn(ImageShape.class, InParts.class)
          .addMixIn(Normalization.BatchNorm.class, BatchNormParts.class)
          .addMixIn(Normalization.LowLevel.class, LowLevelParts.class)
          .addModule(
              new SimpleModule()
                  .addDeserializer(ImageShape.class, new ShapeReader())
                  .addSerializer(new SpecificationJson.SpecificationWriter())
                  .addDeserializer(NetworkSpec.class, new SpecificationJson.SpecificationReader())
                  .addSerializer(new UpdaterJson.UpdaterWriter())
                  .addDeserializer(IUpdater.class, new UpdaterJson.UpdaterReader()))
          .build();

  private static final ObjectWriter COMPACT =
      MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  /** Reads what this library has written, and any other JSON as a tree. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Indented text, without a line feed at its end. */
  public static String text(Object value) {
    return text(MAPPER.writer(), value);
  }

  /** The same in one line. */
  public static String compact(Object value) {
    return text(COMPACT, value);
  }

  private static String text(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not representable as JSON: " + value.getClass(), e);
    }
  }

  /** A value as it will be read: a tree made of it tells floats from doubles, a text does not. */
  public static JsonNode asRead(Object value) {
    try {
      return MAPPER.readTree(compact(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not readable as JSON: " + value.getClass(), e);
    }
  }
}
