package io.bnzoo.storage;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.bnzoo.data.ImageShape;
import io.bnzoo.zoo.Architecture;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.Reading;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;

/** How a specification looks as JSON, which stays while its Java changes. */
final class SpecificationJson {
  private SpecificationJson() {}

  /**
   * A normalization and its placement stand beside each other.
   *
   * @param depth absent where it is the model's own
   * @param widths likewise
   * @param reading likewise
   * @param units likewise
   */
  private record Document(
      String model,
      Normalization normalization,
      Placement placement,
      Activation activation,
      IUpdater optimizer,
      InitialWeights initialWeights,
      long seed,
      ImageShape input,
      CNN2DFormat format,
      int classes,
      Optional<Integer> depth,
      Optional<List<Integer>> widths,
      Optional<Reading> reading,
      Optional<Integer> units) {

    static Document of(NetworkSpec spec) {
      Optional<Architecture.Recurrent> recurrent =
          Optional.of(spec.architecture())
              .filter(one -> !one.equals(ImageLstm.ARCHITECTURE))
              .map(one -> one instanceof Architecture.Recurrent lstm ? lstm : null);
      return new Document(
          spec.model(),
          spec.normalization(),
          spec.normalization().placement(),
          spec.activation(),
          spec.updater(),
          spec.initialWeights(),
          spec.seed(),
          spec.input(),
          spec.dataFormat(),
          spec.classes(),
          Optional.of(spec.architecture())
              .filter(one -> !one.equals(DeepCnn.ARCHITECTURE))
              .map(one -> one instanceof Architecture.Convolutional cnn ? cnn.depth() : null),
          Optional.of(spec.architecture())
              .filter(one -> !one.equals(ThreeLayerMlp.ARCHITECTURE))
              .map(one -> one instanceof Architecture.Dense mlp ? mlp.widths() : null),
          recurrent.map(Architecture.Recurrent::reading),
          recurrent.map(Architecture.Recurrent::units));
    }

    NetworkSpec specification() {
      return new NetworkSpec(
          model,
          architecture(),
          placed(),
          activation,
          optimizer,
          initialWeights,
          seed,
          input,
          format,
          classes);
    }

    private Architecture architecture() {
      return switch (String.valueOf(model)) {
        case ThreeLayerMlp.ID ->
            widths.<Architecture>map(Architecture.Dense::new).orElse(ThreeLayerMlp.ARCHITECTURE);
        case DeepCnn.ID ->
            depth.<Architecture>map(Architecture.Convolutional::new).orElse(DeepCnn.ARCHITECTURE);
        case ImageLstm.ID ->
            new Architecture.Recurrent(
                reading.orElse(ImageLstm.ARCHITECTURE.reading()),
                units.orElse(ImageLstm.ARCHITECTURE.units()));
        default -> throw new IllegalArgumentException("there is no model " + model);
      };
    }

    private Normalization placed() {
      return Stream.ofNullable(normalization)
          .flatMap(given -> given.inEveryPlacement().stream())
          .filter(one -> one.placement() == placement)
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "the placement of " + normalization + " cannot be " + placement));
    }
  }

  /** Writes a specification. */
  static final class SpecificationWriter extends StdSerializer<NetworkSpec> {
    private static final long serialVersionUID = 1L;

    SpecificationWriter() {
      super(NetworkSpec.class);
    }

    @Override
    public void serialize(NetworkSpec spec, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(Document.of(spec), json);
    }
  }

  /** Reads one. */
  static final class SpecificationReader extends StdDeserializer<NetworkSpec> {
    private static final long serialVersionUID = 1L;

    SpecificationReader() {
      super(NetworkSpec.class);
    }

    @Override
    public NetworkSpec deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      try {
        return context.readValue(json, Document.class).specification();
      } catch (IllegalArgumentException e) {
        throw context.instantiationException(NetworkSpec.class, e);
      }
    }
  }
}
