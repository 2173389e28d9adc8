package io.bnzoo.storage;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.files.ShownName;
import io.bnzoo.storage.TrustedTypeFactory.UntrustedClassException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.exc.InvalidTypeIdException;
import org.nd4j.shade.jackson.databind.exc.ValueInstantiationException;

/**
 * Makes Deeplearning4j's configurations of their JSON, loading trusted classes only.
 *
 * <p>Names are checked twice: in the JSON itself, in the properties that Deeplearning4j takes class
 * names from, and where Jackson resolves them, in whatever property. Only what has passed both
 * reaches Deeplearning4j's own reader, which loads any class.
 */
final class ConfigurationReader {
  /** Properties that name a class: the second that of a distribution. */
  static final List<String> CLASS_PROPERTIES = List.of("@class", "type");

  /** Of an array of bounding boxes before 1.0.0-beta3, whose strides ND4J believes. */
  private static final String FORMER_ARRAY = "dataBuffer";

  /** Where a layer's distribution was before 1.0.0-beta4; Deeplearning4j reads it separately. */
  private static final String FORMER_DISTRIBUTION = "dist";

  private final TrustedClasses trusted;
  private final ObjectMapper mapper;
  private final ObjectMapper legacyMapper;

  ConfigurationReader(TrustedClasses trusted) {
    this.trusted = trusted;
    this.mapper = trusting(NeuralNetConfiguration.mapper());
    this.legacyMapper = trusting(JsonMappers.getLegacyMapper());
  }

  private ObjectMapper trusting(ObjectMapper stock) {
    return stock.copy().setTypeFactory(new TrustedTypeFactory(trusted));
  }

  /**
   * Checks the names in those properties that are known to have them.
   *
   * @throws IOException naming a class that is not trusted, or not there
   */
  void checkClasses(JsonNode root) throws IOException {
    if (root.findValue(FORMER_ARRAY) != null) {
      throw new IOException(
          "has bounding boxes in the format before 1.0.0-beta3, which can make ND4J read foreign"
              + " memory; save the model anew with a later release");
    }
    for (String property : CLASS_PROPERTIES) {
      for (String name : Set.copyOf(root.findValuesAsText(property))) {
        checkClass(name, property.equals("type") && name.matches("\\w*"));
      }
    }
  }

  /**
   * @param perhapsNone whether it may be a value of a property that only has the same name; if it
   *     is a class all the same, Jackson will ask for it
   */
  private void checkClass(String name, boolean perhapsNone) throws IOException {
    if (perhapsNone) {
      return;
    }
    if (!trusted.contains(name)) {
      throw untrusted(name);
    }
    Optional<String> advice = MissingClasses.advice(name);
    if (advice.isPresent()) {
      throw new IOException(
          String.format(
              "names the class %s, which is not on the class path; %s", name, advice.get()));
    }
  }

  private static IOException untrusted(String name) {
    return new IOException(
        String.format(
            "names the class %s, which is not among those of Deeplearning4j and this library that a"
                + " model may name; if it is your own, trust its package with --trust or"
                + " TrustedClasses, otherwise do not trust the file",
            ShownName.of(name)));
  }

  /**
   * Reads the configuration of a network, in the format of any release that Deeplearning4j reads.
   *
   * @param root what {@code json} says
   * @throws IOException naming a class that is not trusted, or saying what is wrong with it
   */
  StoredConfiguration read(JsonNode root, String json) throws IOException {
    try {
      for (JsonNode distribution : root.findValues(FORMER_DISTRIBUTION)) {
        checkDistribution(distribution.toString());
      }
      if (root.has("vertices")) {
        check(json, ComputationGraphConfiguration.class);
        return new StoredConfiguration.Graph(ComputationGraphConfiguration.fromJson(json));
      }
      check(json, MultiLayerConfiguration.class);
      return new StoredConfiguration.Sequence(MultiLayerConfiguration.fromJson(json));
    } catch (IOException | RuntimeException e) { // Deeplearning4j's parser fails in many ways.
      Optional<String> name = UntrustedClassException.in(e);
      if (name.isPresent()) {
        throw untrusted(name.get());
      }
      throw new IOException(
          String.format(
              "is no configuration of Deeplearning4j's: %s; take another copy",
              ShownName.of(reason(e))),
          e);
    }
  }

  /** What a constructor objects to, without the parser's words around it. */
  private static String reason(Exception e) {
    boolean objected =
        e instanceof ValueInstantiationException
            && e.getCause() instanceof IllegalArgumentException;
    return String.valueOf((objected ? e.getCause() : e).getMessage());
  }

  /**
   * Reads an updater as Deeplearning4j writes one.
   *
   * @throws IOException naming a class that is not trusted, or saying what is wrong with it
   */
  IUpdater readUpdater(String json) throws IOException {
    try {
      return mapper.readValue(json, IUpdater.class);
    } catch (IOException | RuntimeException e) {
      Optional<String> name = UntrustedClassException.in(e);
      throw name.isPresent() ? untrusted(name.get()) : new IOException(e);
    }
  }

  /** Whether it is one does not matter: Deeplearning4j passes over one that it cannot read. */
  private void checkDistribution(String json) throws IOException {
    try {
      mapper.readValue(json, Distribution.class);
    } catch (IOException | RuntimeException e) {
      if (UntrustedClassException.in(e).isPresent()) {
        throw e;
      }
    }
  }

  /** Takes the older format, without class names, where Deeplearning4j would. */
  private void check(String json, Class<?> type) throws IOException {
    try {
      mapper.readValue(json, type);
    } catch (InvalidTypeIdException e) {
      if (UntrustedClassException.in(e).isPresent()) {
        throw e;
      }
      legacyMapper.readValue(json, type);
    }
  }
}
