package io.bnzoo.toolbox;

import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.toolbox.ModelDraft.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model written down otherwise: with Deeplearning4j's batch normalization in the place of the
 * low-level one, or the other way round, or with the other axis order of images. It has the same
 * values and predicts the same, to rounding.
 *
 * <p>Updaters start anew in what is made, with a state of zeros.
 */
public final class Conversion {
  private Conversion() {}

  /**
   * A model with Deeplearning4j's {@link BatchNormalization} where it has {@link
   * LowLevelBatchNormalization}.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}; it is not changed
   * @throws IllegalArgumentException if it has none
   */
  public static Model toBatchNorm(Model model) {
    return exchanged(model, LowLevelBatchNormalization.class, Conversion::toStock);
  }

  /**
   * A model with {@link LowLevelBatchNormalization}, in one operation, where it has
   * Deeplearning4j's {@link BatchNormalization}; gamma and beta that were locked are learned then.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}; it is not changed
   * @throws IllegalArgumentException if it has none, or one that cannot be written so
   */
  public static Model toLowLevel(Model model) {
    return exchanged(model, BatchNormalization.class, Conversion::toLowLevel);
  }

  /**
   * A model that takes images in a certain axis order, as all of its layers do. Where it took them
   * flat it takes [N,H,W,C] or [N,C,H,W] then.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}; it is not changed
   * @throws IllegalArgumentException if a part of it knows one order only, naming it
   */
  public static Model toFormat(Model model, CNN2DFormat format) {
    ModelDraft draft = new ModelDraft(model);
    new FormatConversion(draft, format).convert();
    return draft.build();
  }

  private static <L extends Layer> Model exchanged(
      Model model, Class<L> from, BiFunction<BatchNorm, L, Layer> other) {
    ModelDraft draft = new ModelDraft(model);
    Map<String, Node> nodes = new HashMap<>();
    draft.nodes().forEach(node -> nodes.put(node.key(), node));
    List<BatchNorm> layers =
        BatchNorm.allOf(model).stream()
            .filter(layer -> layer.configuration().getClass() == from)
            .toList();
    Optional<BatchNorm> recurrent =
        BatchNorm.allOf(model).stream().filter(BatchNorm::isRecurrent).findFirst();
    if (layers.isEmpty() && recurrent.isPresent()) {
      throw new IllegalArgumentException(
          String.format(
              "the model has no %s; %s is batch norm within a recurrence, with statistics of each"
                  + " time step, which no layer by itself does",
              from.getSimpleName(), recurrent.get().layerName()));
    }
    if (layers.isEmpty()) {
      String others =
          BatchNorm.allOf(model).stream()
              .map(layer -> layer.configuration().getClass().getSimpleName())
              .distinct()
              .collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          String.format(
              "the model has no %s; its batch norm layers are %s",
              from.getSimpleName(), others.isEmpty() ? "none" : others));
    }
    for (BatchNorm layer : layers) {
      Node node = nodes.get(layer.key());
      L old = node.layer(from).orElseThrow();
      Layer now = other.apply(layer, old);
      now.setIDropout(old.getIDropout());
      fill(node, layer, now instanceof BatchNormalization);
      node.setLayer(now);
    }
    return draft.build();
  }

  private static Layer toStock(BatchNorm layer, LowLevelBatchNormalization old) {
    BatchNormalization now =
        new BatchNormalization.Builder()
            .nIn(layer.features())
            .nOut(layer.features())
            .decay(layer.decay())
            .eps(layer.epsilon())
            .dataFormat(format(layer))
            .useLogStd(false)
            .biasInit(0) // Left out, it is NaN, which no saved model may have.
            .gainInit(1)
            .updater(old.getUpdater())
            .gradientNormalization(
                old.getGradientNormalization() == null
                    ? GradientNormalization.None
                    : old.getGradientNormalization())
            .build();
    now.setActivationFn(new ActivationIdentity());
    now.setGradientNormalizationThreshold(old.getGradientNormalizationThreshold());
    return now;
  }

  private static Layer toLowLevel(BatchNorm layer, BatchNormalization old) {
    Scaling.of(layer)
        .objection()
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(layer.name() + " cannot be converted: " + reason);
            });
    LowLevelBatchNormalization now =
        new LowLevelBatchNormalization.Builder()
            .features(layer.features())
            .decay(layer.decay())
            .epsilon(layer.epsilon())
            .format(format(layer))
            .updater(old.getIUpdater())
            .build();
    now.setGradientNormalization(old.getGradientNormalization());
    now.setGradientNormalizationThreshold(old.getGradientNormalizationThreshold());
    return now;
  }

  private static CNN2DFormat format(BatchNorm layer) {
    return layer.hasChannelsLast() ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
  }

  private static void fill(Node node, BatchNorm layer, boolean stock) {
    DataType type = node.parameters().values().iterator().next().dataType();
    Map<String, INDArray> values = new HashMap<>();
    values.put(BatchNormalizationParamInitializer.GAMMA, array(layer.gamma(), type));
    values.put(BatchNormalizationParamInitializer.BETA, array(layer.beta(), type));
    values.put(
        stock
            ? BatchNormalizationParamInitializer.GLOBAL_MEAN
            : LowLevelBatchNormalization.POPULATION_MEAN,
        array(layer.mean(), type));
    values.put(
        stock
            ? BatchNormalizationParamInitializer.GLOBAL_VAR
            : LowLevelBatchNormalization.POPULATION_VARIANCE,
        array(layer.variance(), type));
    node.parameters().clear();
    node.parameters().putAll(values);
  }

  private static INDArray array(double[] values, DataType type) {
    return Nd4j.createFromArray(values).castTo(type);
  }
}
