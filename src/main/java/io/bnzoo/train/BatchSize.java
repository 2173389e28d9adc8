package io.bnzoo.train;

import io.bnzoo.data.ImageShape;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.limits.PredictionLimits;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** How many images a model predicts at once: as many as memory allows, but no more than serve. */
final class BatchSize {
  /** Of all activations of a batch; half a GiB in single precision. */
  private static final long MOST_VALUES = 1 << 27;

  private BatchSize() {}

  /** For images of a shape, in whichever order of axes the model takes them. */
  static int of(Model model, ImageShape images) {
    long values =
        Arrays.stream(ImageInput.values())
            .mapToLong(input -> valuesOfOne(model, input.type(images)))
            .max()
            .orElse(0);
    return values == 0 ? 1 : (int) Math.max(1, Math.min(Evaluator.CHUNK, MOST_VALUES / values));
  }

  /** 0 if the model takes another shape. */
  private static long valuesOfOne(Model model, InputType type) {
    try {
      return PredictionLimits.valuesPerExample(model, type);
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }
}
