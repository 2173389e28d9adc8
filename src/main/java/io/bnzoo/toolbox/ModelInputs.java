package io.bnzoo.toolbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A batch that a model can be given.
 *
 * @param types of the model's inputs
 * @param arrays one for each
 */
public record ModelInputs(List<InputType> types, List<INDArray> arrays) {

  /** Copies the lists. */
  public ModelInputs {
    types = List.copyOf(types);
    arrays = List.copyOf(arrays);
  }

  /** Normally distributed numbers, always the same. */
  public static ModelInputs random(List<InputType> types, int examples) {
    Random random = new Random(1);
    List<INDArray> arrays = new ArrayList<>();
    for (InputType type : types) {
      long[] shape = type.getShape(true);
      shape[0] = examples;
      double[] values =
          random
              .doubles(type.arrayElementsPerExample() * examples)
              .map(ignored -> random.nextGaussian())
              .toArray();
      arrays.add(Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape('c', shape));
    }
    return new ModelInputs(types, arrays);
  }

  /**
   * The same for a model that was converted to another axis order.
   *
   * @param converted the types of its inputs
   */
  public ModelInputs as(List<InputType> converted) {
    List<INDArray> others = new ArrayList<>();
    for (int i = 0; i < arrays.size(); i++) {
      others.add(
          converted.get(i) instanceof InputTypeConvolutional images
              ? reordered(arrays.get(i), types.get(i), images)
              : arrays.get(i));
    }
    return new ModelInputs(converted, others);
  }

  private static INDArray reordered(INDArray array, InputType type, InputTypeConvolutional to) {
    INDArray channelsFirst = array;
    if (!(type instanceof InputTypeConvolutional from)) {
      channelsFirst =
          array.reshape('c', array.size(0), to.getChannels(), to.getHeight(), to.getWidth());
    } else if (from.getFormat() == CNN2DFormat.NHWC) {
      channelsFirst = array.permute(0, 3, 1, 2);
    }
    return to.getFormat() == CNN2DFormat.NHWC
        ? channelsFirst.permute(0, 2, 3, 1).dup('c')
        : channelsFirst.dup('c');
  }

  /** Copies of the arrays: what predicts in place changes none of them. */
  INDArray[] copies() {
    return arrays.stream().map(array -> array.dup('c')).toArray(INDArray[]::new);
  }

  /** What Deeplearning4j predicts of arrays, which some of its layers change. */
  static INDArray[] output(Model model, INDArray... features) {
    return model instanceof ComputationGraph graph
        ? graph.output(false, features)
        : new INDArray[] {((MultiLayerNetwork) model).output(features[0], false)};
  }
}
