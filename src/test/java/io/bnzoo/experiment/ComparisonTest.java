package io.bnzoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.Training;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class ComparisonTest {
  private static final Zoo.Entry MLP = Zoo.find(ThreeLayerMlp.ID).orElseThrow();
  private static final TrainingPlan PLAN =
      TrainingPlan.builder()
          .batches(12)
          .batchSize(20)
          .validationEvery(5)
          .trainingEvery(2)
          .singleImages(3)
          .dataSeed(99)
          .build();

  @TempDir private Path folder;

  /** Remembers what it heard. */
  private static final class Recorder implements RunStore, Comparison.Listener {
    private final List<String> begun = new ArrayList<>();
    private final List<Long> dataSeeds = new ArrayList<>();
    private final List<INDArray> parameters = new ArrayList<>();

    @Override
    public TrainingListener starting(NetworkSpec spec, TrainingPlan plan) {
      begun.add(spec.normalization().label() + " " + spec.seed());
      dataSeeds.add(plan.dataSeed());
      return TrainingListener.NONE;
    }

    @Override
    public void keep(Comparison.VariantResult result, MultiLayerNetwork network) {
      parameters.add(network.params().dup());
    }
  }

  @Test
  void trainsEveryVariantFromEverySeed() throws IOException {
    Recorder recorder = new Recorder();
    Comparison.Result result =
        comparison(List.of(1L, 2L))
            .run(TestDigits.small(), EngineChoice.AUTO, recorder, recorder, () -> false);
    assertThat(recorder.begun)
        .containsExactly("plain 1", "batch-norm 1", "plain 2", "batch-norm 2");
    assertThat(recorder.dataSeeds).containsExactly(1L, 1L, 2L, 2L);
    assertThat(result.variants()).hasSize(4);
    assertThat(result.variants())
        .allSatisfy(variant -> assertThat(variant.result().batches()).isEqualTo(12));
  }

  @Test
  void theSettingsReachEveryVariant() throws IOException {
    Comparison.Result result =
        comparison(List.of(1L))
            .run(TestDigits.small(), EngineChoice.AUTO, RunStore.NONE, new Recorder(), () -> false);
    assertThat(result.variants())
        .allSatisfy(variant -> assertThat(variant.spec().learningRate()).hasValue(0.125));
  }

  @Test
  void allVariantsStartAsTheFirstDoes() throws IOException {
    assertThat(initialWeights(Normalization.lowLevel(), Normalization.batchNorm()))
        .containsOnly(InitialWeights.truncatedNormalConvolutions(0.05));
    assertThat(initialWeights(Normalization.batchNorm(), Normalization.lowLevel()))
        .containsOnly(InitialWeights.glorotUniform());
  }

  private static List<InitialWeights> initialWeights(Normalization... normalizations)
      throws IOException {
    Zoo.Entry cnn = Zoo.find(DeepCnn.ID).orElseThrow();
    List<Normalization> variants = Stream.of(normalizations).toList();
    Comparison.Result result =
        new Comparison(cnn, UnaryOperator.identity(), variants, List.of(1L), PLAN.withBatches(1))
            .run(TestDigits.small(), EngineChoice.AUTO, RunStore.NONE, new Recorder(), () -> false);
    assertThat(result.variants()).hasSize(2);
    return result.variants().stream().map(variant -> variant.spec().initialWeights()).toList();
  }

  @Test
  void nothingToCompareIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Comparison(MLP, UnaryOperator.identity(), List.of(), List.of(1L), PLAN))
        .withMessage("variants must not be empty");
  }

  @Test
  void aVariantThatTheModelCannotHaveIsRefusedBeforeAnythingIsTrained() {
    List<Normalization> variants =
        List.of(Normalization.none(), Normalization.recurrentBatchNorm());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Comparison(MLP, UnaryOperator.identity(), variants, List.of(1L), PLAN))
        .withMessageStartingWith("normalization of mlp cannot be recurrent-batch-norm: use");
  }

  static List<Zoo.Entry> entries() {
    return Zoo.entries();
  }

  @ParameterizedTest
  @MethodSource("entries")
  void theSameSeedGivesTheSameBits(Zoo.Entry entry) throws IOException {
    Recorder one = new Recorder();
    Recorder two = new Recorder();
    Comparison.Result first =
        comparison(entry).run(TestDigits.small(), EngineChoice.AUTO, one, one, () -> false);
    Comparison.Result second =
        comparison(entry).run(TestDigits.small(), EngineChoice.AUTO, two, two, () -> false);
    for (int i = 0; i < 2; i++) {
      ArrayAssert.assertSameBits(two.parameters.get(i), one.parameters.get(i));
      assertThat(second.variants().get(i).result().curve())
          .isEqualTo(first.variants().get(i).result().curve());
    }
  }

  private static Comparison comparison(Zoo.Entry entry) {
    return new Comparison(entry, UnaryOperator.identity(), Variants.pair(entry), List.of(1L), PLAN);
  }

  @Test
  void whenStoppedItKeepsWhatWasBegunAndBeginsNoMore() throws IOException {
    int[] asked = {0};
    Comparison.Result result =
        comparison(List.of(1L, 2L))
            .run(
                TestDigits.small(),
                EngineChoice.AUTO,
                RunStore.NONE,
                new Recorder(),
                () -> ++asked[0] > 6);
    assertThat(result.variants()).hasSize(1);
    assertThat(result.variants().get(0).result().outcome()).isEqualTo(new Outcome.Stopped(5));
  }

  private static Comparison comparison(List<Long> seeds) {
    return new Comparison(
        MLP, builder -> builder.learningRate(0.125), Variants.pair(), seeds, PLAN);
  }

  /** Keeps checkpoints after every fourth batch, and notes how many there are at each event. */
  private final class Diary implements RunStore, Comparison.Listener {
    private final List<String> events = new ArrayList<>();
    private final Optional<IOException> failure;

    Diary(Optional<IOException> failure) {
      this.failure = failure;
    }

    @Override
    public Training withCheckpoints(Training training) {
      return training.checkpoints(folder, new CheckpointPlan(Optional.of(4), Optional.empty(), 3));
    }

    @Override
    public void keep(Comparison.VariantResult result, MultiLayerNetwork network)
        throws IOException {
      note("keep");
      if (failure.isPresent()) {
        throw failure.get();
      }
    }

    @Override
    public TrainingListener starting(NetworkSpec spec, TrainingPlan plan) {
      return TrainingListener.NONE;
    }

    @Override
    public void finished(Comparison.VariantResult result) {
      note("finished");
    }

    private void note(String event) {
      events.add(event + " with " + folder.toFile().list().length);
    }
  }

  @Test
  void checkpointsGoOnceTheKeeperHasTheNetwork() throws IOException {
    Diary diary = new Diary(Optional.empty());
    comparison(List.of(1L, 2L))
        .run(TestDigits.small(), EngineChoice.AUTO, diary, diary, () -> false);
    assertThat(diary.events)
        .isEqualTo(
            Collections.nCopies(4, List.of("keep with 3", "finished with 0")).stream()
                .flatMap(List::stream)
                .toList());
  }

  @Test
  void checkpointsStayWhereTheKeeperFails() {
    Diary diary = new Diary(Optional.of(new IOException("the disk is full")));
    assertThatIOException()
        .isThrownBy(
            () ->
                comparison(List.of(1L))
                    .run(TestDigits.small(), EngineChoice.AUTO, diary, diary, () -> false))
        .withMessage("the disk is full");
    assertThat(folder.toFile().list()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theThreadsAskedForStayThoseOfTheSameNetworksForOtherImages(int threads) {
    Zoo.Entry cnn = Zoo.find(DeepCnn.ID).orElseThrow();
    Comparison comparison =
        new Comparison(cnn, UnaryOperator.identity(), Variants.pair(), List.of(1L), PLAN)
            .onThreads(threads);
    assertThat(comparison.forImages(TestDigits.small()).threads()).isEqualTo(threads);
  }
}
