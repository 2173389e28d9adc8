package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.toolbox.Conversion;
import io.bnzoo.toolbox.FoldedModel;
import io.bnzoo.toolbox.Folding;
import io.bnzoo.toolbox.ModelInputs;
import io.bnzoo.toolbox.PredictionComparison;
import io.bnzoo.toolbox.SamePredictions;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks that nobody thought of, see {@link RandomGraphsTest}. */
class FoldedGraphsTest {
  @Test
  void foldedNetworksPredictTheSame() {
    int folded = 0;
    for (long seed = 0; seed < 160; seed++) {
      RandomNetwork drawn = new RandomNetwork(seed);
      Model model = (Model) drawn.network();
      SamePredictions.disturb(model, seed);
      FoldedModel made = Folding.of(model);
      INDArray[] features = drawn.features();
      PredictionComparison comparison = new PredictionComparison(model, made.model());
      comparison.add(new ModelInputs(List.of(), List.of(features)));
      assertThat(comparison.result().relative()).as("seed %d: %s", seed, drawn).isLessThan(1e-4);
      folded += made.folded().size();
    }
    assertThat(folded).as("layers that were folded at all").isGreaterThan(10);
  }

  @Test
  void networksOfTheOtherAxisOrderPredictTheSame() {
    int converted = 0;
    for (long seed = 0; seed < 80; seed++) {
      RandomNetwork drawn = new RandomNetwork(seed);
      Model model = (Model) drawn.network();
      SamePredictions.disturb(model, seed);
      List<InputType> types = List.of(drawn.inputTypes());
      if (!types.stream().allMatch(InputTypeConvolutional.class::isInstance)) {
        continue;
      }
      List<InputType> others = types.stream().map(FoldedGraphsTest::inOtherOrder).toList();
      Model other;
      try {
        other = Conversion.toFormat(model, ((InputTypeConvolutional) others.get(0)).getFormat());
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageContaining("cannot be converted");
        continue;
      }
      ModelInputs inputs = new ModelInputs(types, List.of(drawn.features()));
      PredictionComparison comparison = new PredictionComparison(model, other);
      comparison.add(inputs, inputs.as(others));
      assertThat(comparison.result().relative()).as("seed %d: %s", seed, drawn).isLessThan(1e-4);
      converted++;
    }
    assertThat(converted).as("networks that were converted at all").isGreaterThan(10);
  }

  private static InputType inOtherOrder(InputType type) {
    InputTypeConvolutional images = (InputTypeConvolutional) type;
    return InputType.convolutional(
        images.getHeight(),
        images.getWidth(),
        images.getChannels(),
        images.getFormat() == CNN2DFormat.NCHW ? CNN2DFormat.NHWC : CNN2DFormat.NCHW);
  }
}
