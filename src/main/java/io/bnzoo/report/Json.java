package io.bnzoo.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bnzoo.experiment.ExperimentJson;
import io.bnzoo.train.Outcome;

/** How values of this library look as JSON. */
public final class Json {

  /** The outcomes, so that they can be read again. */
  @JsonSubTypes({
    @JsonSubTypes.Type(Outcome.Trained.class),
    @JsonSubTypes.Type(Outcome.PredictsOneDigit.class),
    @JsonSubTypes.Type(Outcome.Diverged.class),
    @JsonSubTypes.Type(Outcome.Stopped.class)
  })
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  private interface AnyOutcome {}

  private static final ObjectMapper MAPPER =
      ExperimentJson.mapper().copy().addMixIn(Outcome.class, AnyOutcome.class);

  private Json() {}

  public static ObjectMapper mapper() {
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
