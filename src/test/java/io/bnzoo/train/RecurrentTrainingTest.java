package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.BatchSource;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.IteratorDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.layer.RecurrentStatistics;
import io.bnzoo.storage.Json;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Reading;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

class RecurrentTrainingTest {
  private static final int BATCHES = 6;

  /** Until it has learnt something. */
  private static final int LONGER = 40;

  private static final ImageDataset DIGITS =
      new ImageDataset(
          TestDigits.draw(300, 1),
          TestDigits.draw(60, 2),
          TestDigits.draw(60, 3),
          new ImageDataset.Origin(ImageDataset.Kind.GENERATED, "drawn", "ab12"));

  private static TrainingPlan plan(int every) {
    return TrainingPlan.builder()
        .batches(BATCHES)
        .batchSize(30)
        .validationEvery(every)
        .trainingEvery(every + 1)
        .singleImages(3)
        .dataSeed(4)
        .build();
  }

  private static ImageLstm model(Normalization normalization) {
    return ImageLstm.builder().units(8).normalization(normalization).learningRate(0.01).build();
  }

  private static TrainedNetwork trained(Normalization normalization, int every) throws IOException {
    return Training.of(DIGITS, plan(every)).run(model(normalization));
  }

  @Test
  void theFiguresInTheEndAreThoseOfRecomputedStatistics() throws IOException {
    TrainingPlan plan = plan(99).withBatches(LONGER);
    TrainedNetwork trained =
        Training.of(DIGITS, plan).run(model(Normalization.recurrentBatchNorm()));
    MultiLayerNetwork network = trained.network();
    INDArray mean = network.getLayer(0).getParam("meanState").dup();
    RecurrentStatistics.recompute(network, firstBatches());
    ArrayAssert.assertClose(network.getLayer(0).getParam("meanState"), mean, 1e-6, 1e-5);
    TrainingResult.Finals finals = trained.result().finals().orElseThrow();
    assertThat(finals.movingAverageAccuracy().orElseThrow())
        .isLessThan(finals.test().accuracy() - 0.1);
    assertThat(network.evaluate(testImages()).accuracy()).isEqualTo(finals.test().accuracy());
  }

  private static DataSetIterator firstBatches() {
    BatchSource stream = DIGITS.batches(30, 4);
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < LONGER; i++) {
      var batch = stream.next();
      batches.add(new DataSet(batch.images(), batch.oneHotLabels()));
    }
    return new ExistingDataSetIterator(batches);
  }

  private static DataSetIterator testImages() {
    LabeledImages test = DIGITS.test();
    return new ListDataSetIterator<>(
        new DataSet(test.images(), test.oneHotLabels()).asList(), test.size());
  }

  @ParameterizedTest
  @EnumSource(
      value = EngineChoice.class,
      names = {"DL4J", "ONEDNN"})
  void measuringChangesNothing(EngineChoice choice) throws IOException {
    ImageLstm model = model(Normalization.recurrentBatchNorm());
    TrainedNetwork seldom = Training.of(DIGITS, plan(50)).engines(choice).run(model);
    TrainedNetwork often = Training.of(DIGITS, plan(2)).engines(choice).run(model);
    ArrayAssert.assertSameBits(often.network().params(), seldom.network().params());
    assertThat(often.result().finals()).isEqualTo(seldom.result().finals());
    assertThat(often.result().curve()).hasSizeGreaterThan(seldom.result().curve().size());
  }

  @Test
  void aMeasurementIsNotThatOfTheMovingAverages() throws IOException {
    TrainingResult result = trained(Normalization.recurrentBatchNorm(), BATCHES - 1).result();
    Sample last = result.curve().get(result.curve().size() - 1);
    assertThat(last.batch()).isEqualTo(BATCHES - 1);
    // All training images are fewer than are measured with, so that both are of the same.
    assertThat(last.accuracy()).isEqualTo(result.finals().orElseThrow().validation().accuracy());
  }

  @Test
  void otherNetworksHaveNoSuchFigure() throws IOException {
    TrainingResult.Finals finals =
        trained(Normalization.none(), 50).result().finals().orElseThrow();
    assertThat(finals.movingAverageAccuracy()).isEmpty();
    assertThat(Json.asRead(finals).has("movingAverageAccuracy")).isFalse();
    assertThat(Json.mapper().treeToValue(Json.asRead(finals), TrainingResult.Finals.class))
        .isEqualTo(finals);
  }

  @Test
  void aFinishedTrainingThatIsRunAgainStillKnowsTheMovingAverages(@TempDir Path folder)
      throws IOException {
    Training training = Training.of(DIGITS, plan(50)).checkpoints(folder);
    ImageLstm model = model(Normalization.recurrentBatchNorm());
    TrainedNetwork first = training.run(model);
    TrainedNetwork again = training.run(model);
    assertThat(again.result().finals()).isEqualTo(first.result().finals());
    ArrayAssert.assertSameBits(again.network().params(), first.network().params());
  }

  @Test
  void imagesOfAnIteratorDoAsWell() throws IOException {
    LabeledImages train = DIGITS.train();
    DataSetIterator batches =
        new ListDataSetIterator<>(new DataSet(train.images(), train.oneHotLabels()).asList(), 30);
    IteratorDataset data = IteratorDataset.of(DIGITS.shape(), batches, testImages(), testImages());
    Normalization normalization = Normalization.recurrentBatchNorm();
    TrainedNetwork seldom = Training.of(data, plan(50)).run(model(normalization));
    TrainedNetwork often = Training.of(data, plan(2)).run(model(normalization));
    ArrayAssert.assertSameBits(often.network().params(), seldom.network().params());
    assertThat(often.result().finals().orElseThrow().movingAverageAccuracy()).isPresent();
  }

  private static ImageDataset small() {
    ImageShape shape = ImageShape.withChannels(2).height(3).width(4);
    byte[] pixels = new byte[30 * shape.size()];
    new Random(1).nextBytes(pixels);
    int[] labels = IntStream.range(0, 30).map(i -> i % 3).toArray();
    LabeledImages images = new LabeledImages(shape, 3, pixels, labels);
    return new ImageDataset(images, images, images, DIGITS.origin());
  }

  @Test
  void everyReadingTrains() throws IOException {
    ImageDataset small = small();
    for (Reading reading : Reading.values()) {
      ImageLstm model =
          ImageLstm.builder()
              .units(4)
              .reading(reading)
              .input(small.shape())
              .classes(small.classes())
              .normalization(Normalization.recurrentBatchNorm())
              .build();
      TrainingPlan two = TrainingPlan.builder().batches(2).batchSize(10).build();
      assertThat(Training.of(small, two).run(model).result().finals()).isPresent();
    }
  }
}
