package io.bnzoo.experiment;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.bnzoo.storage.SpecificationJson;
import io.bnzoo.zoo.Variant;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/** How experiments look as JSON: a variant by its label, a model by its id. */
public final class ExperimentJson {

  /** Writes a value's name. */
  private static final class NameWriter<T> extends StdSerializer<T> {
    private final transient Function<T, String> name;

    NameWriter(Class<T> type, Function<T, String> name) {
      super(type);
      this.name = name;
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(name.apply(value));
    }
  }

  /** Finds a value by its name. */
  private static final class NameReader<T> extends StdDeserializer<T> {
    private final transient Function<String, Optional<T>> find;

    NameReader(Class<T> type, Function<String, Optional<T>> find) {
      super(type);
      this.find = find;
    }

    @Override
    public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
      String name = json.getText();
      return find.apply(name)
          .orElseThrow(() -> context.weirdStringException(name, handledType(), "unknown name"));
    }
  }

  private static final ObjectMapper MAPPER =
      SpecificationJson.mapper()
          .copy()
          .registerModule(
              new SimpleModule("experiments")
                  .addSerializer(new NameWriter<>(Variant.class, Variant::label))
                  .addDeserializer(Variant.class, new NameReader<>(Variant.class, Variants::find))
                  .addSerializer(new NameWriter<>(Zoo.Entry.class, Zoo.Entry::id))
                  .addDeserializer(Zoo.Entry.class, new NameReader<>(Zoo.Entry.class, Zoo::find)));

  private ExperimentJson() {}

  /** To be copied before it is changed. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }
}
