package io.bnzoo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.zoo.MeanSigmoidCrossEntropy;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.distribution.serde.LegacyDistributionHelper;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.variational.ReconstructionDistribution;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.embeddings.EmbeddingInitializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;
import org.nd4j.shade.jackson.databind.DeserializationConfig;
import org.nd4j.shade.jackson.databind.introspect.BeanPropertyDefinition;

/**
 * In which ways JSON can name a class to Deeplearning4j: all that its jars know must be known to
 * {@link ConfigurationReader}.
 */
class JsonTypeNamesTest {
  /** What a configuration consists of, apart from itself. */
  private static final List<Class<?>> PARTS =
      List.of(
          Layer.class,
          GraphVertex.class,
          InputPreProcessor.class,
          InputType.class,
          IActivation.class,
          ILossFunction.class,
          IUpdater.class,
          ISchedule.class,
          IDropout.class,
          IWeightNoise.class,
          IWeightInit.class,
          EmbeddingInitializer.class,
          Distribution.class,
          ReconstructionDistribution.class,
          LayerConstraint.class,
          Regularization.class);

  private static List<Class<?>> typed;
  private static List<Class<?>> parts;

  @BeforeAll
  static void scan() {
    typed = ClassPathScan.mentioning("jackson/annotation/JsonTypeInfo;");
    parts =
        ClassPathScan.mentioning("").stream()
            .filter(
                type ->
                    type.getName()
                        .matches(
                            "(org.deeplearning4j.nn|org.deeplearning4j.preprocessors|org.nd4j.linalg|io.bnzoo).*"))
            .filter(type -> PARTS.stream().anyMatch(part -> part.isAssignableFrom(type)))
            .filter(type -> !Modifier.isAbstract(type.getModifiers()))
            .filter(type -> type != LegacyDistributionHelper.class) // Made where no name is given.
            .<Class<?>>map(type -> type)
            .toList();
  }

  @Test
  void aClassIsNamedOnlyInPropertiesThatAreChecked() {
    Set<String> uses = new TreeSet<>();
    for (Class<?> type : typed) {
      for (AnnotatedElement place : placesIn(type)) {
        JsonTypeInfo shaded = place.getAnnotation(JsonTypeInfo.class);
        if (shaded != null) {
          uses.add(
              use(shaded.use().name(), shaded.use().getDefaultPropertyName(), shaded.property()));
        }
        com.fasterxml.jackson.annotation.JsonTypeInfo own =
            place.getAnnotation(com.fasterxml.jackson.annotation.JsonTypeInfo.class);
        if (own != null) {
          assertThat(own.use().name()).as("of " + type).isEqualTo("SIMPLE_NAME");
        }
      }
    }
    assertThat(uses).containsExactly("CLASS @class", "CLASS type", "NAME @type");
    assertThat(ConfigurationReader.CLASS_PROPERTIES).containsExactly("@class", "type");
  }

  private static String use(String id, String usual, String property) {
    return id + " " + (property.isEmpty() ? usual : property);
  }

  private static List<AnnotatedElement> placesIn(Class<?> type) {
    List<AnnotatedElement> places = new ArrayList<>(List.of(type));
    places.addAll(List.of(type.getDeclaredFields()));
    Stream.concat(
            Arrays.stream(type.getDeclaredMethods()), Arrays.stream(type.getDeclaredConstructors()))
        .forEach(
            method -> {
              places.add(method);
              places.addAll(List.of(method.getParameters()));
            });
    return places;
  }

  @Test
  void nothingResolvesTypesInAWayOfItsOwn() {
    for (String word :
        List.of(
            "JsonTypeIdResolver",
            "JsonTypeResolver",
            "TypeResolverBuilder",
            "activateDefaultTyping",
            "enableDefaultTyping",
            "HandlerInstantiator")) {
      assertThat(ClassPathScan.mentioning(word)).as(word).isEmpty();
    }
  }

  /** Each was read: none makes a class of a name in the JSON, but for those that are listed. */
  @Test
  void everyDeserializerIsKnown() {
    Set<String> names = new TreeSet<>();
    for (Class<?> type : ClassPathScan.mentioning("Deseriali")) {
      if (org.nd4j.shade.jackson.databind.JsonDeserializer.class.isAssignableFrom(type)
          || com.fasterxml.jackson.databind.JsonDeserializer.class.isAssignableFrom(type)) {
        names.add(type.getSimpleName());
      }
    }
    assertThat(names)
        .containsExactly(
            "BaseLegacyDeserializer", // of names from a fixed list
            "BaseNetConfigDeserializer", // of the distribution in "dist"
            "BoundingBoxesDeserializer",
            "ComputationGraphConfigurationDeserializer",
            "ConfusionMatrixDeserializer",
            "DataFormatDeserializer",
            "JsonDeserializerAtomicBoolean",
            "JsonDeserializerAtomicDouble",
            "LegacyDistributionDeserializer",
            "LegacyIActivationDeserializer",
            "LegacyILossFunctionDeserializer",
            "LegacyIntArrayDeserializer",
            "MultiLayerConfigurationDeserializer",
            "NDArrayDeSerializer",
            "NDArrayTextDeSerializer",
            "RowVectorDeserializer",
            "ShapeReader", // of three numbers
            "SpecificationReader", // of the values of its parts
            "UpdaterReader"); // of trusted classes
  }

  @Test
  void everyPartOfDeeplearning4jIsTrusted() {
    assertThat(parts).hasSizeGreaterThan(200);
    assertThat(parts)
        .filteredOn(type -> type != MeanSigmoidCrossEntropy.class) // Written as the stock loss.
        .allMatch(type -> TrustedClasses.STANDARD.contains(type.getName()));
  }

  /** A property of type {@code Class} would load what it names; others open files. */
  @Test
  void noPropertyOfAPartIsMadeOfAName() {
    DeserializationConfig config = NeuralNetConfiguration.mapper().getDeserializationConfig();
    Set<Class<?>> owners = new LinkedHashSet<>(parts);
    owners.addAll(
        List.of(
            MultiLayerConfiguration.class,
            ComputationGraphConfiguration.class,
            NeuralNetConfiguration.class));
    Set<String> types = new TreeSet<>();
    for (Class<?> owner : owners) {
      for (BeanPropertyDefinition property :
          config.introspect(config.constructType(owner)).findProperties()) {
        if (property.couldDeserialize()) {
          types.add(property.getRawPrimaryType().getName());
        }
      }
    }
    types.removeIf(
        name -> name.matches("\\[+[A-Z]|[a-z]+|(\\[L)?(org.deeplearning4j|org.nd4j)\\..*"));
    assertThat(types)
        .containsExactly(
            "io.bnzoo.layer.Arithmetic", // an enum
            "java.lang.Double",
            "java.lang.String",
            "java.util.List",
            "java.util.Map",
            "java.util.Set");
  }

  @Test
  void everyPartSaysWhatItIsInAnAnnotationThatIsChecked() {
    for (Class<?> part : PARTS) {
      Annotation info = part.getAnnotation(JsonTypeInfo.class);
      assertThat(info).as(part.getName()).isNotNull();
    }
  }
}
