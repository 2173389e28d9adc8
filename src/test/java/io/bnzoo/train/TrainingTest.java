package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

class TrainingTest {
  private static final ImageDataset DIGITS = TestDigits.small();
  private static final TrainingPlan PLAN =
      TrainingPlan.builder()
          .batches(12)
          .batchSize(20)
          .validationEvery(5)
          .trainingEvery(3)
          .singleImages(5)
          .dataSeed(9)
          .build();
  private static final BatchNormModel MODEL =
      ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build();

  @TempDir private Path folder;

  /** Stops a training after some steps, and counts what it takes. */
  private static final class Counter implements TrainingListener {
    private int steps;

    @Override
    public void stepped(int done, int total) {
      steps++;
    }
  }

  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void aTrainingThatIsRunAgainEndsAsIfItHadNeverBeenInterrupted(EngineChoice engine)
      throws IOException {
    Training whole = Training.of(DIGITS, PLAN).engines(engine).threads(1);
    TrainedNetwork expected = whole.run(MODEL);
    assertThat(expected.test()).isEqualTo(expected.result().finals().orElseThrow().test());

    Training kept = whole.checkpoints(folder);
    Counter first = new Counter();
    TrainedNetwork stopped = kept.listener(first).stopWhen(() -> first.steps == 5).run(MODEL);
    assertThat(stopped.result().outcome()).isEqualTo(new Outcome.Stopped(5));
    assertThatIllegalStateException()
        .isThrownBy(stopped::test)
        .withMessage("there are no figures: the training was stopped after 5 batches");

    Counter second = new Counter();
    List<String> notices = new ArrayList<>();
    TrainedNetwork resumed = kept.listener(second).notices(notices::add).run(MODEL);
    assertThat(second.steps).isEqualTo(7);
    assertThat(notices)
        .singleElement()
        .asString()
        .matches("mlp-batch-norm-seed-1-[0-9a-f]{8} resumes after batch 5");
    assertSame(resumed, expected);

    Counter third = new Counter();
    assertSame(kept.listener(third).run(MODEL), expected);
    assertThat(third.steps).as("what is finished is not trained again").isZero();
  }

  private static void assertSame(TrainedNetwork actual, TrainedNetwork expected) {
    assertThat(actual.result().finals()).isEqualTo(expected.result().finals());
    assertThat(actual.result().curve()).isEqualTo(expected.result().curve());
    ArrayAssert.assertSameBits(actual.network().params(), expected.network().params());
  }

  /** Other seeds, variants, learning rates, plans and images. */
  @Test
  void trainingsInOneFolderDoNotDisturbEachOther() throws IOException {
    Training kept = Training.of(DIGITS, PLAN).checkpoints(folder);
    TrainedNetwork first = kept.run(MODEL);
    ImageDataset others =
        new ImageDataset(
            DIGITS.test(),
            DIGITS.validation(),
            DIGITS.test(),
            new ImageDataset.Origin(ImageDataset.Kind.OTHER, "others", "1".repeat(64)));
    kept.run(ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).seed(2).build());
    kept.run(ThreeLayerMlp.builder().build());
    kept.run(
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).learningRate(0.5).build());
    Training.of(DIGITS, PLAN.withBatches(5)).checkpoints(folder).run(MODEL);
    Training.of(others, PLAN).checkpoints(folder).run(MODEL);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(6);
    }
    Counter counter = new Counter();
    assertSame(kept.listener(counter).run(MODEL), first);
    assertThat(counter.steps).isZero();
  }

  @Test
  void givenWeightsAreToldApartByTheirValues() throws IOException {
    Training kept = Training.of(DIGITS, PLAN).checkpoints(folder);
    float[] bias = new float[100];
    TrainedNetwork zeros = kept.run(withBias(bias));
    bias[7] = 0.5f;
    TrainedNetwork others = kept.run(withBias(bias));
    assertThat(others.test().loss()).isNotEqualTo(zeros.test().loss());
    assertSame(kept.run(withBias(bias)), others);
  }

  private static BatchNormModel withBias(float[] bias) {
    return ThreeLayerMlp.builder()
        .initialWeights(InitialWeights.given(Map.of("fc1.b", bias)))
        .build();
  }

  @Test
  void checkpointsAreWrittenWhenThePlanSaysSo() throws IOException {
    CheckpointPlan everyFour = new CheckpointPlan(Optional.of(4), Optional.empty(), 2);
    Counter counter = new Counter();
    Training.of(DIGITS, PLAN)
        .checkpoints(folder, everyFour)
        .listener(counter)
        .stopWhen(() -> counter.steps == 9)
        .run(MODEL);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .hasSize(2)
          .anyMatch(name -> name.endsWith("-000008.zip"))
          .anyMatch(name -> name.endsWith("-000009.zip"));
    }
  }

  @Test
  void checkpointsGoOnceTheNetworkIsKept() throws IOException {
    Training kept = Training.of(DIGITS, PLAN).checkpoints(folder).named("mine");
    Counter counter = new Counter();
    kept.listener(counter).stopWhen(() -> counter.steps == 5).run(MODEL, stopped -> {});
    assertThat(folder.toFile().list()).containsExactly("mine-000005.zip");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                kept.run(
                    MODEL,
                    trained -> {
                      throw new IOException("the disk is full");
                    }));
    assertThat(folder.toFile().list()).containsExactly("mine-000005.zip");

    List<TrainedNetwork> given = new ArrayList<>();
    TrainedNetwork trained = kept.run(MODEL, given::add);
    assertThat(given).containsExactly(trained);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aNetworkOfOnesOwnIsTrainedFromItsPresentState() {
    MultiLayerNetwork network = MODEL.init();
    Training training = Training.of(DIGITS, PLAN);
    training.run(network);
    assertThat(network.getIterationCount()).isEqualTo(12);
    assertThat(training.run(network).network()).isSameAs(network);
    assertThat(network.getIterationCount()).isEqualTo(24);
    assertThatIllegalStateException()
        .isThrownBy(() -> training.checkpoints(folder).run(network))
        .withMessageContaining("checkpoints are for the zoo's models");
  }

  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void imagesThatDoNotFitAreRefusedBeforeAnythingTrains(EngineChoice engine) {
    ImageShape coloured = ImageShape.withChannels(3).height(32).width(32);
    byte[] pixels = new byte[30 * coloured.size()];
    new Random(1).nextBytes(pixels);
    LabeledImages images = new LabeledImages(coloured, 10, pixels, new int[30]);
    ImageDataset others =
        new ImageDataset(
            images,
            images,
            images,
            new ImageDataset.Origin(ImageDataset.Kind.OTHER, "random", "0".repeat(64)));
    MultiLayerNetwork network = MODEL.init();
    INDArray before = network.params().dup();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Training.of(others, PLAN).engines(engine).run(network))
        .withMessageStartingWith("the network takes no images of 32 x 32 pixels and 3 channels: ");
    ArrayAssert.assertSameBits(network.params(), before);
  }

  @ParameterizedTest
  @EnumSource(ScheduleType.class)
  void learningRatesFollowStepsAndNotEpochs(ScheduleType counted) throws IOException {
    BatchNormModel model =
        ThreeLayerMlp.builder().updater(new Sgd(new StepSchedule(counted, 0.1, 0.5, 3))).build();
    Training training = Training.of(DIGITS, PLAN);
    if (counted == ScheduleType.ITERATION) {
      assertThat(training.run(model).result().batches()).isEqualTo(12);
    } else {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> training.run(model))
          .withMessageStartingWith(
              "layer 0 has a learning rate or momentum that changes with the epoch");
    }
  }

  @Test
  void missingSettingsAreRefusedByName() {
    Training training = Training.of(DIGITS, PLAN);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Training.of(null, PLAN))
        .withMessage("images must be given, got null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> training.checkpoints(null))
        .withMessage("folder must be given, got null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> training.threads(0))
        .withMessage("threads must be at least 1, got 0");
  }
}
