package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.toolbox.FoldedModel;
import io.bnzoo.toolbox.Folding;
import io.bnzoo.toolbox.ModelInputs;
import io.bnzoo.toolbox.PredictionComparison;
import io.bnzoo.toolbox.SamePredictions;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
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
}
