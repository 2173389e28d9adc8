package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EvaluatorTest {
  private static final LabeledImages IMAGES = TestDigits.draw(30, 5);

  @ParameterizedTest
  @EnumSource
  void noImagesHaveNoScore(EngineChoice choice) {
    try (Engine engine = choice.open(ThreeLayerMlp.builder().build().init(), 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Evaluator(engine).score(IMAGES.slice(0, 0)))
          .withMessage("a score needs at least 1 image, got none");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNegativeRunningVarianceShowsInTheLoss(EngineChoice choice) {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build().init();
    network.getLayer("fc2-bn").getParam("var").putScalar(0, -1);
    try (Engine engine = choice.open(network, 1)) {
      assertThat(new Evaluator(engine).score(IMAGES).loss()).isNaN();
    }
  }
}
