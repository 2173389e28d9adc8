package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EvaluatorTest {
  private static final LabeledImages IMAGES = TestDigits.draw(30, 5);

  @ParameterizedTest
  @EnumSource
  void noImagesHaveNoScore(EngineChoice choice) {
    try (Engine engine = choice.open(ThreeLayerMlp.builder().build().init(), ImageShape.MNIST, 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Evaluator(engine, Statistics.RUNNING).score(IMAGES.slice(0, 0)))
          .withMessage("an evaluation needs at least 1 image, got none");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNegativeRunningVarianceShowsInTheLoss(EngineChoice choice) {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build().init();
    network.getLayer("fc2-bn").getParam("var").putScalar(0, -1);
    try (Engine engine = choice.open(network, ImageShape.MNIST, 1)) {
      assertThat(new Evaluator(engine, Statistics.RUNNING).score(IMAGES).loss()).isNaN();
    }
  }

  /** Takes each image for the digit after the one that it shows, but the first two for theirs. */
  private static final class Recorder {
    private final List<Integer> sizes = new ArrayList<>();
    private int losses;

    Evaluator evaluator(int chunk) {
      return new Evaluator(new Classifier(this::predict, this::loss, () -> {}), chunk);
    }

    private Logits predict(ImageBatch images) {
      float[] values = new float[images.size() * 10];
      for (int i = 0; i < images.size(); i++) {
        boolean first = sizes.isEmpty() && i < 2;
        values[10 * i + (images.label(i) + (first ? 0 : 1)) % 10] = 1;
      }
      sizes.add(images.size());
      return new Logits(values, 10);
    }

    private double loss(Logits logits, ImageBatch images) {
      losses++;
      return images.size();
    }
  }

  @Test
  void figuresAreMeansOverTheImagesWhateverChunksTheyComeIn() {
    Recorder recorder = new Recorder();
    List<Integer> progress = new ArrayList<>();
    Evaluator.Evaluated evaluated = recorder.evaluator(12).evaluate(IMAGES, progress::add);
    assertThat(recorder.sizes).containsExactly(12, 12, 6);
    assertThat(progress).containsExactly(12, 24, 30);
    assertThat(evaluated.loss()).isCloseTo((12 * 12 + 12 * 12 + 6 * 6) / 30.0, within(1e-12));
    assertThat(evaluated.predictions().accuracy()).isCloseTo(2 / 30.0, within(1e-12));
  }

  @Test
  void imagesArePredictedAloneOrAllTogetherWithoutALoss() {
    Recorder alone = new Recorder();
    assertThat(alone.evaluator(12).oneAtATime(IMAGES.slice(0, 3)).accuracy())
        .isCloseTo(1 / 3.0, within(1e-12));
    assertThat(alone.sizes).containsExactly(1, 1, 1);
    Recorder together = new Recorder();
    Predictions predictions = together.evaluator(12).together(IMAGES);
    assertThat(together.sizes).containsExactly(30);
    assertThat(predictions.predicted().get(7)).isEqualTo((IMAGES.label(7) + 1) % 10);
    assertThat(predictions.shown().get(7)).isEqualTo(IMAGES.label(7));
    assertThat(alone.losses + together.losses).isZero();
  }

  @Test
  void aModelOfOtherClassesIsRefused() {
    Classifier three =
        new Classifier(
            images -> new Logits(new float[3 * images.size()], 3), (x, y) -> 0, () -> {});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Evaluator(three, 10).score(IMAGES))
        .withMessage("the model gives 3 classes; the images have 10");
  }

  @Test
  void anOnlyDigitIsOneThatEveryImageIsTakenFor() {
    assertThat(new Predictions(List.of(1, 2, 3), List.of(8, 8, 8)).onlyClass()).hasValue(8);
    assertThat(new Predictions(List.of(1, 2, 3), List.of(8, 8, 7)).onlyClass()).isEmpty();
  }
}
