package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.BatchStream;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.IteratorDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** Trainings on Deeplearning4j's iterators. */
class IteratorTrainingTest {
  private static final ImageDataset DIGITS = TestDigits.small();
  private static final TrainingPlan PLAN =
      TrainingPlan.builder()
          .batches(12)
          .batchSize(20)
          .validationEvery(5)
          .trainingEvery(3)
          .singleImages(30)
          .dataSeed(9)
          .build();
  private static final BatchNormModel MODEL =
      ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build();

  @TempDir private Path folder;

  private static List<DataSet> examples(LabeledImages images) {
    return new DataSet(images.images(), images.oneHotLabels()).asList();
  }

  private static DataSetIterator iterator(LabeledImages images) {
    return new ListDataSetIterator<>(examples(images), 20);
  }

  /** The batches of a plan, in its order. */
  private static DataSetIterator planned() {
    BatchStream stream = new BatchStream(DIGITS.train(), 20, PLAN.dataSeed());
    List<DataSet> all = new ArrayList<>();
    for (int i = 0; i < PLAN.batches(); i++) {
      all.addAll(examples(stream.next()));
    }
    return new ListDataSetIterator<>(all, 20);
  }

  private static IteratorDataset iterators(DataSetIterator train) {
    return IteratorDataset.of(
        ImageShape.MNIST, train, iterator(DIGITS.validation()), iterator(DIGITS.test()));
  }

  @ParameterizedTest
  @EnumSource(names = {"DL4J", "ONEDNN"})
  void theSameBatchesTrainTheSameNetwork(EngineChoice engine) throws IOException {
    TrainedNetwork expected = Training.of(DIGITS, PLAN).engines(engine).threads(1).run(MODEL);
    TrainedNetwork actual =
        Training.of(iterators(planned()), PLAN).engines(engine).threads(1).run(MODEL);
    ArrayAssert.assertSameBits(actual.network().params(), expected.network().params());
    assertThat(actual.test().accuracy()).isEqualTo(expected.test().accuracy());
    assertThat(actual.test().loss()).isCloseTo(expected.test().loss(), within(1e-6));
    assertThat(actual.result().curve()).hasSameSizeAs(expected.result().curve());
    TrainingResult.Finals finals = actual.result().finals().orElseThrow();
    assertThat(finals.singleImages()).isEqualTo(30);
    assertThat(finals.singleAccuracy())
        .isEqualTo(expected.result().finals().orElseThrow().singleAccuracy());
  }

  @Test
  void aNormalizedIteratorOfUnevenBatchesIsLearned() throws IOException {
    DataSetIterator train = iterator(DIGITS.train().slice(0, 590)); // The last has 10.
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(train);
    DataSetIterator validation = iterator(DIGITS.validation());
    DataSetIterator test = iterator(DIGITS.test());
    for (DataSetIterator each : List.of(train, validation, test)) {
      each.setPreProcessor(normalizer);
    }
    IteratorDataset data = IteratorDataset.of(ImageShape.MNIST, train, validation, test);
    BatchNormModel fast =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).learningRate(0.2).build();
    TrainedNetwork trained =
        Training.of(data, PLAN.withBatches(240)).engines(EngineChoice.ONEDNN).run(fast);
    assertThat(trained.test().accuracy()).isGreaterThan(0.5);
  }

  @Test
  void aTrainingOnAnIteratorResumes() throws IOException {
    Training training = Training.of(iterators(iterator(DIGITS.train())), PLAN);
    TrainedNetwork expected = training.run(MODEL);
    AtomicInteger asked = new AtomicInteger();
    Training kept = training.checkpoints(folder);
    kept.stopWhen(() -> asked.incrementAndGet() > 7).run(MODEL);
    List<String> notices = new ArrayList<>();
    TrainedNetwork resumed = kept.notices(notices::add).run(MODEL);
    assertThat(notices).singleElement().asString().endsWith(" resumes after batch 7");
    ArrayAssert.assertSameBits(resumed.network().params(), expected.network().params());
    assertThat(resumed.result().curve()).isEqualTo(expected.result().curve());
  }

  @Test
  void whatGivesOtherBatchesEachTimeIsNotResumed() throws IOException {
    DataSetIterator shuffling =
        new ListDataSetIterator<>(examples(DIGITS.train()), 20) {
          private int resets;

          @Override
          public synchronized DataSet next() {
            DataSet next = super.next();
            next.getFeatures().addi(0.01 * resets);
            return next;
          }

          @Override
          public synchronized void reset() {
            super.reset();
            resets++;
          }
        };
    Training training = Training.of(iterators(shuffling), PLAN);
    assertThat(training.run(MODEL).result().batches()).isEqualTo(12);
    assertThatIllegalStateException()
        .isThrownBy(() -> training.checkpoints(folder).run(MODEL))
        .withMessageContaining("gives other batches after a reset");
  }

  @Test
  void otherClassesThanTheModelsAreRefusedBeforeAnythingTrains() {
    IteratorDataset data = iterators(iterator(DIGITS.train()));
    BatchNormModel five = ThreeLayerMlp.builder().classes(5).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Training.of(data, PLAN).run(five))
        .withMessageStartingWith("the network has 5 outputs and the images 10 classes");
  }
}
