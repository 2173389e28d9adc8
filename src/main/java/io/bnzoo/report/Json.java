package io.bnzoo.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.bnzoo.spec.InitialWeights;
import io.bnzoo.spec.Normalization;
import io.bnzoo.spec.Optimizer;
import io.bnzoo.train.Outcome;
import java.util.Set;

/** How values of this library look as JSON. */
public final class Json {

  /** A sealed type's value says in {@code kind} which of its records it is. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  private interface NamedByKind {}

  /** The outcomes, so that they can be read again. */
  @JsonSubTypes({
    @JsonSubTypes.Type(Outcome.Trained.class),
    @JsonSubTypes.Type(Outcome.PredictsOneDigit.class),
    @JsonSubTypes.Type(Outcome.Diverged.class),
    @JsonSubTypes.Type(Outcome.Stopped.class)
  })
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  private interface AnyOutcome {}

  /** Given weights are named; their values would be too many. */
  private interface GivenByNames extends NamedByKind {
    @JsonProperty
    Set<String> names();
  }

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .addMixIn(Normalization.class, NamedByKind.class)
          .addMixIn(Optimizer.class, NamedByKind.class)
          .addMixIn(InitialWeights.class, NamedByKind.class)
          .addMixIn(InitialWeights.Given.class, GivenByNames.class)
          .addMixIn(Outcome.class, AnyOutcome.class)
          .build();

  private Json() {}

  static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Indented text; numbers that are not finite are the strings "NaN" and "Infinity". */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not representable as JSON: " + value.getClass(), e);
    }
  }
}
