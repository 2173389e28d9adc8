package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.LogitLoss;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class TrainingLoopTest {
  private static final ImageDataset DIGITS = TestDigits.small();
  private static final TrainingPlan PLAN =
      TrainingPlan.builder()
          .batches(31)
          .batchSize(20)
          .validationEvery(10)
          .trainingEvery(5)
          .singleImages(7)
          .dataSeed(3)
          .build();

  /** An engine whose predictions and losses are told in advance. */
  private static class Scripted implements Engine {
    private final List<INDArray> batches = new ArrayList<>();
    private final int digit;
    private final int divergesAt;
    private final List<Integer> predictions = new ArrayList<>();

    Scripted(int digit, int divergesAt) {
      this.digit = digit;
      this.divergesAt = divergesAt;
    }

    @Override
    public ImageShape shape() {
      return ImageShape.MNIST;
    }

    @Override
    public double step(ImageBatch batch) {
      batches.add(batch.images());
      return batches.size() - 1 == divergesAt ? Double.NaN : 1;
    }

    @Override
    public Logits logits(ImageBatch images, Statistics statistics) {
      assertThat(statistics).isEqualTo(Statistics.RUNNING);
      predictions.add(images.size());
      float[] values = new float[images.size() * 10];
      IntStream.range(0, images.size()).forEach(i -> values[10 * i + digit] = 1);
      return new Logits(values, 10);
    }

    @Override
    public LogitLoss loss() {
      return (logits, images) -> 0.25;
    }

    @Override
    public MultiLayerNetwork snapshot() {
      return ThreeLayerMlp.builder().build().init();
    }

    @Override
    public void load(MultiLayerNetwork network) {
      throw new UnsupportedOperationException("there is none");
    }

    @Override
    public void close() {}
  }

  @Test
  void measuresWhenTheSourcesDo() {
    TrainingResult result = run(new Scripted(4, -1), TrainingLoopTest::never);
    assertThat(result.curve())
        .extracting(sample -> sample.batch() + " " + sample.split())
        .containsExactly(
            "0 VALIDATION",
            "5 TRAINING",
            "10 VALIDATION",
            "15 TRAINING",
            "20 VALIDATION",
            "25 TRAINING",
            "30 VALIDATION");
  }

  @Test
  void theAccuracyIsTheShareOfImagesRecognized() {
    TrainingResult result = run(new Scripted(4, -1), TrainingLoopTest::never);
    long fours =
        IntStream.range(0, DIGITS.test().size()).filter(i -> DIGITS.test().label(i) == 4).count();
    TrainingResult.Finals finals = result.finals().orElseThrow();
    assertThat(finals.test().accuracy())
        .isCloseTo((double) fours / DIGITS.test().size(), within(1e-12));
    assertThat(finals.test().loss()).isCloseTo(0.25, within(1e-12));
    assertThat(finals.singleImages()).isEqualTo(7);
  }

  @Test
  void theFirstTestImagesAreFedOneAtATime() {
    Scripted engine = new Scripted(4, -1);
    TrainingResult result = run(engine, TrainingLoopTest::never);
    List<Integer> sizes =
        engine.predictions.subList(engine.predictions.size() - 8, engine.predictions.size());
    assertThat(sizes).containsExactly(1, 1, 1, 1, 1, 1, 1, 7);
    assertThat(result.finals().orElseThrow().singlesDisagree()).isFalse();
  }

  @Test
  void aNetworkThatAnswersOtherwiseToSingleImagesIsFoundOut() {
    Engine engine =
        new Scripted(0, -1) {
          @Override
          public Logits logits(ImageBatch images, Statistics statistics) {
            float[] values = super.logits(images, statistics).values();
            for (int i = 0; i < images.size(); i++) {
              // In a batch it knows the first test images, alone it does not.
              int digit =
                  images.size() == 1 ? (DIGITS.test().label(i) + 1) % 10 : DIGITS.test().label(i);
              values[10 * i + digit] = images.size() == 1 && i == 0 ? 0.5f : 2;
            }
            return new Logits(values, 10);
          }
        };
    TrainingResult.Finals finals = run(engine, TrainingLoopTest::never).finals().orElseThrow();
    assertThat(finals.batchedAccuracy()).isEqualTo(1);
    assertThat(finals.singlesDisagree()).isTrue();
  }

  @Test
  void aLossThatIsNoNumberAfterTheLastUpdateIsDivergenceToo() {
    Engine engine =
        new Scripted(0, -1) {
          @Override
          public LogitLoss loss() {
            return (logits, images) -> Double.NaN;
          }
        };
    assertThat(run(engine, TrainingLoopTest::never).outcome()).isEqualTo(new Outcome.Diverged(0));
  }

  @Test
  void sameSeedSameBatches() {
    Scripted one = new Scripted(1, -1);
    Scripted two = new Scripted(1, -1);
    run(one, TrainingLoopTest::never);
    run(two, TrainingLoopTest::never);
    assertThat(one.batches).hasSize(31);
    ArrayAssert.assertSameBits(one.batches.get(30), two.batches.get(30));
    assertThat(one.batches.get(0).sub(one.batches.get(1)).norm2Number().doubleValue()).isPositive();
  }

  @Test
  void aNetworkThatKnowsOneDigitIsSaidToDoSo() {
    assertThat(run(new Scripted(4, -1), TrainingLoopTest::never).outcome())
        .isEqualTo(new Outcome.PredictsOneClass(4));
  }

  @Test
  void aNetworkThatDivergesEndsThereWithItsStep() {
    Scripted engine = new Scripted(0, 12);
    TrainingResult result = run(engine, TrainingLoopTest::never);
    assertThat(result.outcome()).isEqualTo(new Outcome.Diverged(12));
    assertThat(engine.batches).hasSize(13);
    assertThat(result.finals()).isPresent();
    assertThat(result.curve()).last().extracting(Sample::batch).isEqualTo(10);
  }

  @Test
  void aStoppedTrainingKeepsWhatItHas() {
    Scripted engine = new Scripted(0, -1);
    TrainingResult result = run(engine, () -> engine.batches.size() == 8);
    assertThat(result.outcome()).isEqualTo(new Outcome.Stopped(8));
    assertThat(result.curve()).hasSize(2);
    assertThat(result.finals()).isEmpty();
  }

  @Test
  void theListenerHearsEveryStepEveryMeasurementAndTheEnd() {
    List<String> heard = new ArrayList<>();
    Training.of(DIGITS, PLAN.withBatches(2))
        .listener(
            new TrainingListener() {
              @Override
              public void started() {
                heard.add("started");
              }

              @Override
              public void stepped(int done, int total) {
                heard.add(done + " of " + total);
              }

              @Override
              public void measured(Sample sample) {
                heard.add("sample " + sample.batch());
              }

              @Override
              public void evaluating() {
                heard.add("evaluating");
              }

              @Override
              public void ended() {
                heard.add("ended");
              }
            })
        .runOn(new Scripted(0, -1));
    assertThat(heard)
        .containsExactly("started", "sample 0", "1 of 2", "2 of 2", "evaluating", "ended");
  }

  @Test
  void aRealNetworkLearnsAndRepeatsItselfBitForBit() {
    TrainingResult one = trainMlp();
    TrainingResult two = trainMlp();
    assertThat(two.curve()).isEqualTo(one.curve());
    assertThat(two.finals()).isEqualTo(one.finals());
    assertThat(one.finals().orElseThrow().validation().accuracy()).isGreaterThan(0.5);
    assertThat(one.outcome()).isEqualTo(new Outcome.Completed());
  }

  @Test
  void aRealNetworkThatDivergesIsReportedAndNotThrown() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().learningRate(1e20).build().init();
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      TrainingResult result = run(engine, TrainingLoopTest::never);
      assertThat(result.outcome()).isInstanceOf(Outcome.Diverged.class);
      assertThat(result.finals().orElseThrow().test().onlyPrediction()).hasValue(0);
    }
  }

  private static boolean never() {
    return false;
  }

  private static TrainingResult trainMlp() {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .normalization(Normalization.batchNorm())
            .learningRate(0.2)
            .seed(5)
            .build()
            .init();
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      return Training.of(DIGITS, PLAN.withBatches(150)).runOn(engine);
    }
  }

  private static TrainingResult run(Engine engine, BooleanSupplier stop) {
    return Training.of(DIGITS, PLAN).stopWhen(stop).runOn(engine);
  }
}
