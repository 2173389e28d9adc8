package io.bnzoo;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.storage.Json;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.ModelOrigin;
import io.bnzoo.train.TrainedNetwork;
import io.bnzoo.train.Training;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * How the pretrained models are trained.
 *
 * <p>{@code mvn -q test-compile exec:exec@pretrained} trains all of them anew and writes the files,
 * their checksums for the library, and their figures for the documents: some minutes.
 */
public final class PretrainedModels {
  /** Where their figures are. */
  public static final Path FIGURES = Path.of("src", "site", "data", "pretrained.json");

  private static final Path FILES = Path.of("src/pretrained/resources/io/bnzoo/zoo");
  private static final Path CHECKSUMS =
      Path.of("src/main/resources/io/bnzoo/zoo/pretrained.properties");

  private PretrainedModels() {}

  /**
   * One of them.
   *
   * @param rate the learning rate of the first of eight equal parts; each part has half of the one
   *     before
   */
  public record Recipe(BatchNormModel model, double rate, TrainingPlan plan) {
    /** Its model's id and its normalization. */
    public String name() {
      return model.spec().model() + "-" + model.spec().normalization().label();
    }

    /** The saved model. */
    public Path file() {
      return FILES.resolve(name() + ".zip");
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /**
   * What came out.
   *
   * @param firstLearningRate see {@link Recipe}
   */
  public record Figures(
      String network,
      InitialWeights initialWeights,
      double firstLearningRate,
      int batches,
      int batchSize,
      double validation,
      double test) {}

  /**
   * All of them, in the order in which they are shown. From the weights that it has by default the
   * deep CNN without batch norm learns late, if at all; from larger ones it does at once.
   */
  public static List<Recipe> all() {
    return List.of(
        deepCnn(Normalization.none(), 0.001, InitialWeights.truncatedNormalConvolutions(0.15)),
        deepCnn(Normalization.batchNorm(), 0.002, InitialWeights.glorotUniform()),
        mlp(Normalization.none()),
        mlp(Normalization.batchNorm()));
  }

  private static Recipe deepCnn(Normalization choice, double rate, InitialWeights weights) {
    TrainingPlan plan = TrainingPlan.builder().batches(6_000).batchSize(64).build();
    DeepCnn model =
        DeepCnn.builder()
            .normalization(choice)
            .updater(adam(rate, plan))
            .initialWeights(weights)
            .build();
    return new Recipe(model, rate, plan);
  }

  private static Recipe mlp(Normalization choice) {
    TrainingPlan plan = TrainingPlan.builder().batches(8_000).batchSize(60).build();
    ThreeLayerMlp model =
        ThreeLayerMlp.builder().normalization(choice).updater(adam(0.002, plan)).build();
    return new Recipe(model, 0.002, plan);
  }

  private static Adam adam(double rate, TrainingPlan plan) {
    return new Adam(new StepSchedule(ScheduleType.ITERATION, rate, 0.5, plan.batches() / 8.0));
  }

  /** Takes no arguments. */
  public static void main(String[] arguments) throws IOException {
    ImageDataset digits = ImageDataset.digits();
    if (digits.origin().kind() != ImageDataset.Kind.MNIST) {
      throw new IllegalStateException(
          "MNIST is needed, there is " + digits.summary() + ": set BNZOO_DATA to its folder");
    }
    List<String> checksums = new ArrayList<>();
    List<Figures> figures = new ArrayList<>();
    for (Recipe recipe : all()) {
      figures.add(train(recipe, digits));
      String sha256 = DigestUtils.sha256Hex(Files.readAllBytes(recipe.file()));
      checksums.add(recipe.file().getFileName() + "=" + sha256);
    }
    Files.write(CHECKSUMS, checksums);
    Files.writeString(FIGURES, Json.text(figures) + "\n");
    ResultTables.main(arguments);
  }

  private static Figures train(Recipe recipe, ImageDataset digits) throws IOException {
    TrainingPlan plan = recipe.plan();
    // One thread, since the order of a sum decides its last bit.
    TrainedNetwork trained = Training.of(digits, plan).threads(1).run(recipe.model());
    ModelFiles.saveWithoutUpdaterState(
        trained.network(),
        recipe.file(),
        new ModelOrigin(
            recipe.model().spec(), digits.origin().sha256(), plan.batches(), Optional.of(plan)));
    Figures figures =
        new Figures(
            recipe.name(),
            recipe.model().spec().initialWeights(),
            recipe.rate(),
            plan.batches(),
            plan.batchSize(),
            trained.validation().accuracy(),
            trained.test().accuracy());
    System.out.printf(
        Locale.ROOT,
        "%s: test %.4f after %.0f s%n",
        recipe.name(),
        figures.test(),
        trained.result().totalSeconds());
    return figures;
  }
}
