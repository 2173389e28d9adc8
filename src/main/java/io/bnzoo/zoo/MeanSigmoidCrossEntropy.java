package io.bnzoo.zoo;

import java.io.IOException;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;
import org.nd4j.shade.jackson.databind.jsontype.TypeSerializer;

/**
 * TensorFlow's {@code sigmoid_cross_entropy_with_logits} averaged over batch and classes.
 *
 * <p>It is Deeplearning4j's {@link LossBinaryXENT}, which sums over the classes, with a weight of
 * 1/classes for each. That one keeps its weights, so that {@code nOutReplace} leaves it with too
 * many or too few; this one takes the number of classes from the arrays it is given.
 *
 * <p>In JSON, and so in a saved model, it is a {@link LossBinaryXENT} with as many weights as its
 * layer has outputs: a model opens where this library is not. What Deeplearning4j reads from there
 * keeps its weights again; {@link #restoreIn} undoes that.
 */
@JsonSerialize(using = MeanSigmoidCrossEntropy.AsStockLoss.class)
public final class MeanSigmoidCrossEntropy extends LossBinaryXENT {

  /**
   * Where probabilities are cut off: roughly the closest to 1 that a float can tell from it.
   * Deeplearning4j's 1e-5 would cut the gradient of an output that is wrong by more than 11.5 in
   * its logit; so it is 16.
   */
  private static final double CLIP = 1e-7;

  /**
   * The loss.
   *
   * @param classes of the layer it is for, at first
   */
  public MeanSigmoidCrossEntropy(int classes) {
    this(CLIP, classes);
  }

  private MeanSigmoidCrossEntropy(double clip, long classes) {
    super(clip, shares(classes));
  }

  private static INDArray shares(long classes) {
    return Nd4j.valueArrayOf(new long[] {1, classes}, 1.0 / classes, DataType.FLOAT);
  }

  /**
   * Puts this loss where a network that was read from a file has its stock form.
   *
   * @param model initialized; sequential or a graph
   */
  public static void restoreIn(Model model) {
    Layer[] layers =
        model instanceof ComputationGraph graph
            ? graph.getLayers()
            : ((MultiLayerNetwork) model).getLayers();
    for (Layer layer : layers) {
      if (layer.conf() != null
          && layer.conf().getLayer() instanceof BaseOutputLayer output
          && output.getLossFn().getClass() == LossBinaryXENT.class) {
        output.setLossFn(restored((LossBinaryXENT) output.getLossFn()));
      }
    }
  }

  private static ILossFunction restored(LossBinaryXENT stock) {
    INDArray weights = stock.getWeights();
    return weights != null
            && Arrays.equals(values(weights), values(shares(weights.length()))) // To the bit.
        ? new MeanSigmoidCrossEntropy(stock.getClipEps(), weights.length())
        : stock;
  }

  private static float[] values(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  /** The same for a number of classes, in Deeplearning4j's own class. */
  private LossBinaryXENT of(long classes) {
    INDArray weights = classes == getWeights().length() ? getWeights() : shares(classes);
    return new LossBinaryXENT(getClipEps(), weights);
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    return of(logits.size(1)).computeScore(labels, logits, activation, mask, average);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    return of(logits.size(1)).computeScoreArray(labels, logits, activation, mask);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    return of(logits.size(1)).computeGradient(labels, logits, activation, mask);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    return of(logits.size(1)).computeGradientAndScore(labels, logits, activation, mask, average);
  }

  /** Writes the stock form, with as many weights as the layer around it has outputs. */
  static final class AsStockLoss extends JsonSerializer<MeanSigmoidCrossEntropy> {
    @Override
    public void serialize(
        MeanSigmoidCrossEntropy loss, JsonGenerator json, SerializerProvider serializers)
        throws IOException {
      long classes =
          json.getCurrentValue() instanceof FeedForwardLayer layer && layer.getNOut() > 0
              ? layer.getNOut()
              : loss.getWeights().length();
      // With its class's name, as every loss.
      serializers
          .findTypedValueSerializer(LossBinaryXENT.class, true, null)
          .serialize(loss.of(classes), json, serializers);
    }

    @Override
    public void serializeWithType(
        MeanSigmoidCrossEntropy loss,
        JsonGenerator json,
        SerializerProvider serializers,
        TypeSerializer type)
        throws IOException {
      serialize(loss, json, serializers);
    }
  }
}
