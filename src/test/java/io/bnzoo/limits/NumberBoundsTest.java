package io.bnzoo.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.layer.OrthogonalInit;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;

class NumberBoundsTest {
  /** Whatever a configuration is made of, and some packages more than may be named in a file. */
  private static final List<String> PACKAGES =
      List.of(
          "org.deeplearning4j.nn.conf",
          "org.deeplearning4j.nn.weights",
          "org.deeplearning4j.preprocessors",
          "org.nd4j.linalg.activations.impl",
          "org.nd4j.linalg.learning.config",
          "org.nd4j.linalg.learning.regularization",
          "org.nd4j.linalg.lossfunctions.impl",
          "org.nd4j.linalg.schedule");

  /** No part of a configuration. */
  private static final List<String> OTHERS = List.of("nn.conf.memory.", "nn.conf.serde.");

  @Test
  void everyNumberOfAConfigurationHasBounds() throws Exception {
    Set<String> unknown = new TreeSet<>();
    int known = 0;
    for (Class<?> type : classes()) {
      for (Field field : type.getDeclaredFields()) {
        boolean kept =
            !Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers());
        if (kept && holdsNumbers(field.getGenericType())) {
          known++;
          if (NumberBounds.of(type, field.getName()).isEmpty()) {
            unknown.add(type.getSimpleName() + "." + field.getName());
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(known).as("fields that were found").isGreaterThan(250);
  }

  @Test
  void boundsIncludeTheirEndsAndNoNaN() {
    NumberBounds.Bounds bounds = NumberBounds.of(ConvolutionLayer.class, "kernelSize").get();
    assertThat(bounds.include(1)).isTrue();
    assertThat(bounds.include(4096)).isTrue();
    assertThat(bounds.include(0)).isFalse();
    assertThat(bounds.include(4097)).isFalse();
    assertThat(bounds.include(Double.NaN)).isFalse();
    assertThat(bounds).hasToString("from 1 to 4096");
  }

  @Test
  void aClassMayHaveBoundsOfItsOwn() {
    assertThat(NumberBounds.of(Adam.class, "epsilon").get().include(0)).isTrue();
    assertThat(NumberBounds.of(LowLevelBatchNormalization.class, "epsilon").get().include(0))
        .isFalse();
    assertThat(NumberBounds.of(BatchNormalization.class, "decay").get().include(1)).isTrue();
    assertThat(NumberBounds.of(LowLevelBatchNormalization.class, "decay").get().include(1))
        .isFalse();
  }

  @Test
  void aNumberThatNobodyKnowsMustBeFinite() {
    assertThat(NumberBounds.of(DenseLayer.class, "ofSomebodyElse")).isEmpty();
    assertThat(NumberBounds.ofUnknown().include(-1e20)).isTrue();
    assertThat(NumberBounds.ofUnknown().include(Double.POSITIVE_INFINITY)).isFalse();
    assertThat(NumberBounds.ofUnknown()).hasToString("finite");
    assertThat(NumberBounds.of(Dropout.class, "p").get()).hasToString("above 0 and at most 1");
  }

  private static List<Class<?>> classes() throws Exception {
    List<Class<?>> classes = new ArrayList<>();
    for (Class<?> anchor : List.of(MultiLayerConfiguration.class, Adam.class)) {
      URI jar = anchor.getProtectionDomain().getCodeSource().getLocation().toURI();
      for (String name : names(Path.of(jar))) {
        classes.add(Class.forName(name, false, NumberBoundsTest.class.getClassLoader()));
      }
    }
    for (Class<?> type = LowLevelBatchNormalization.class;
        type.getName().startsWith("io.bnzoo");
        type = type.getSuperclass()) {
      classes.add(type);
    }
    classes.addAll(List.of(BatchNormLstm.class, ImageToSequence.class, OrthogonalInit.class));
    return classes;
  }

  private static List<String> names(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return Collections.list(file.entries()).stream()
          .map(JarEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.contains("Builder"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .filter(name -> PACKAGES.stream().anyMatch(start -> name.startsWith(start + ".")))
          .filter(name -> OTHERS.stream().noneMatch(name::contains))
          .toList();
    }
  }

  private static boolean holdsNumbers(Type type) {
    if (type instanceof GenericArrayType array) {
      return holdsNumbers(array.getGenericComponentType());
    }
    if (type instanceof ParameterizedType parameterized) {
      return Stream.of(parameterized.getActualTypeArguments())
          .reduce((key, value) -> value)
          .filter(NumberBoundsTest::holdsNumbers)
          .isPresent();
    }
    if (!(type instanceof Class<?> plain)) {
      return false;
    }
    return plain.isArray()
        ? holdsNumbers(plain.getComponentType())
        : Number.class.isAssignableFrom(plain)
            || Arrays.asList(int.class, long.class, double.class, float.class, char.class)
                .contains(plain);
  }
}
