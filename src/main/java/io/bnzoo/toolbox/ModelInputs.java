package io.bnzoo.toolbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.inputs.InputType;
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

  /** Copies of the arrays: what predicts in place changes none of them. */
  INDArray[] copies() {
    return arrays.stream().map(array -> array.dup('c')).toArray(INDArray[]::new);
  }
}
