package io.bnzoo.limits;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A walk over all numbers of a configuration, each of which has to be within {@link NumberBounds}.
 *
 * <p>It visits the fields of the objects that Deeplearning4j's parser made, not the JSON: the
 * parser takes a string, null or a value out of range for a number, and has several names for some
 * of them. What the fields hold is what will be computed with.
 */
final class ConfigurationNumbers {
  /** Of layers around layers, schedules within schedules and the like. */
  private static final int DEEPEST = 24;

  private ConfigurationNumbers() {}

  /** Where a value is: the layer or vertex for a message, and the field that holds it. */
  private record Place(String part, Object owner, Class<?> type, String field, int depth) {
    Place in(Object newOwner, Class<?> newType, String newField) {
      return new Place(part, newOwner, newType, newField, depth + 1);
    }

    Place of(String newPart) {
      return new Place(newPart, owner, type, field, depth);
    }
  }

  /**
   * Checks a configuration.
   *
   * @throws IOException naming the layer or vertex, the field and its value
   */
  static void check(Object configuration) throws IOException {
    visit(configuration, new Place("network", configuration, Object.class, "", 0));
  }

  private static void visit(Object value, Place place) throws IOException {
    if (value instanceof Number number) {
      checkNumber(number.doubleValue(), number, place);
    } else if (value instanceof Character character) {
      checkNumber(character, character, place);
    } else if (value instanceof DataType type) {
      checkType(type, place);
    } else if (value instanceof INDArray array) {
      for (double number : array.dup('c').data().asDouble()) {
        checkNumber(number, number, place);
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        visit(entry.getValue(), place.of(partOf(place, entry.getKey(), entry.getValue())));
      }
    } else if (value instanceof Iterable<?> values) {
      int index = 0;
      for (Object element : values) {
        visit(element, place.of(partOf(place, index++, element)));
      }
    } else if (value != null && value.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        visit(Array.get(value, i), place);
      }
    } else if (value != null && hasOwnFields(value)) {
      visitFields(value, place);
    }
  }

  private static boolean hasOwnFields(Object value) {
    return !(value instanceof Enum<?> || value.getClass().getName().startsWith("java."));
  }

  private static void visitFields(Object object, Place place) throws IOException {
    if (place.depth() > DEEPEST) {
      throw new IOException("its " + place.part() + " is nested too deep");
    }
    Place here = place;
    if (object instanceof Layer layer && layer.getLayerName() != null) {
      here = place.of("layer " + ShownName.of(layer.getLayerName()));
    }
    for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())
            && !Modifier.isTransient(field.getModifiers())) {
          visit(read(field, object), here.in(object, type, field.getName()));
        }
      }
    }
  }

  private static Object read(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("cannot read " + field, e);
    }
  }

  private static String partOf(Place place, Object key, Object value) {
    return switch (place.field()) {
      case "confs" -> "layer " + key;
      case "inputPreProcessors" -> "preprocessor of layer " + key;
      case "vertices" ->
          (value instanceof GraphVertex ? "vertex " : "") + ShownName.of(String.valueOf(key));
      default -> place.part();
    };
  }

  private static void checkNumber(double number, Object shown, Place place) throws IOException {
    NumberBounds.Bounds bounds =
        NumberBounds.of(place.type(), place.field()).orElse(NumberBounds.ofUnknown());
    if (!bounds.include(number) && !(Double.isNaN(number) && isScheduled(place))) {
      throw new IOException(
          String.format(
              "its %s has the %s %s, which must be %s",
              place.part(), place.field(), shown, bounds));
    }
  }

  /** Deeplearning4j leaves NaN where a schedule beside it gives the values. */
  private static boolean isScheduled(Place place) {
    if (place.owner() instanceof AdaGrad) {
      return true; // Whose schedule it does not write.
    }
    for (Field field : place.type().getDeclaredFields()) {
      if (ISchedule.class.isAssignableFrom(field.getType())
          && field.getName().startsWith(place.field())
          && read(field, place.owner()) != null) {
        return true;
      }
    }
    return false;
  }

  private static void checkType(DataType type, Place place) throws IOException {
    if (!type.isFPType()) {
      throw new IOException(
          String.format(
              "its %s has the %s %s, which must be of floating point",
              place.part(), place.field(), type));
    }
  }
}
