package io.bnzoo.storage;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * How an updater looks as JSON: {@code {"kind": "Adam", "learningRate": 0.002}}, {@code Sgd}
 * likewise and {@code Nesterovs} with its {@code momentum}, as long as all else in it is
 * Deeplearning4j's default; any other as Deeplearning4j writes it, with its {@code @class}.
 */
final class UpdaterJson {
  private static final String KIND = "kind";
  private static final String LEARNING_RATE = "learningRate";
  private static final String MOMENTUM = "momentum";

  private UpdaterJson() {}

  /** Writes either form. */
  static final class UpdaterWriter extends StdSerializer<IUpdater> {
    private static final long serialVersionUID = 1L;

    UpdaterWriter() {
      super(IUpdater.class);
    }

    @Override
    public void serialize(IUpdater updater, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(tree(updater), json);
    }

    private static JsonNode tree(IUpdater updater) throws IOException {
      double rate = updater.hasLearningRate() ? updater.getLearningRate(0, 0) : Double.NaN;
      if (updater.equals(new Adam(rate)) || updater.equals(new Sgd(rate))) {
        return inShort(updater, rate);
      }
      if (updater instanceof Nesterovs nesterovs
          && nesterovs.equals(new Nesterovs(rate, nesterovs.getMomentum()))) {
        return inShort(updater, rate).put(MOMENTUM, nesterovs.getMomentum());
      }
      return Json.mapper().readTree(NeuralNetConfiguration.mapper().writeValueAsString(updater));
    }

    private static ObjectNode inShort(IUpdater updater, double rate) {
      return Json.mapper()
          .createObjectNode()
          .put(KIND, updater.getClass().getSimpleName())
          .put(LEARNING_RATE, rate);
    }
  }

  /** Reads either form; of classes, only those that a model's configuration may name. */
  static final class UpdaterReader extends StdDeserializer<IUpdater> {
    private static final long serialVersionUID = 1L;

    UpdaterReader() {
      super(IUpdater.class);
    }

    @Override
    public IUpdater deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      JsonNode node = context.readTree(json);
      if (!node.has(KIND)) {
        return TrustedClasses.STANDARD.reader().readUpdater(node.toString());
      }
      return switch (node.path(KIND).asText()) {
        case "Adam" -> new Adam(number(node, LEARNING_RATE, context));
        case "Sgd" -> new Sgd(number(node, LEARNING_RATE, context));
        case "Nesterovs" ->
            new Nesterovs(number(node, LEARNING_RATE, context), number(node, MOMENTUM, context));
        default ->
            context.reportInputMismatch(
                this, "kind must be Adam, Sgd or Nesterovs, got %s", node.path(KIND));
      };
    }

    private double number(JsonNode node, String name, DeserializationContext context)
        throws IOException {
      JsonNode value = node.path(name);
      return value.isNumber()
          ? value.asDouble()
          : context.reportInputMismatch(this, "%s must be a number, got %s", name, value);
    }
  }
}
