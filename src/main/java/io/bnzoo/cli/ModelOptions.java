package io.bnzoo.cli;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.ModelBuilder;
import io.bnzoo.zoo.Reading;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.activations.Activation;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model is trained, and how. */
final class ModelOptions {

  /** The activations that make sense in the hidden layers here. */
  enum HiddenActivation {
    RELU,
    SIGMOID,
    TANH
  }

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..1",
      converter = EntryConverter.class,
      description = EntryConverter.DESCRIPTION)
  private Zoo.Entry entry;

  @Option(
      names = {"--seed", "--seeds"},
      paramLabel = "SEEDS",
      converter = SeedsConverter.class,
      defaultValue = "1",
      description = SeedsConverter.DESCRIPTION)
  private List<Long> seeds;

  @Option(
      names = "--batches",
      paramLabel = "N",
      description = "Steps to train. Default: 800 for deep-cnn, 2000 for mlp and image-lstm.")
  private Optional<Integer> batches;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images in a batch. Default: 64 for deep-cnn, 60 for mlp, 100 for image-lstm.")
  private Optional<Integer> batchSize;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description =
          "Default: 0.002 (Adam) for deep-cnn, 0.01 (SGD) for mlp, 0.001 (RmsProp) for image-lstm.")
  private Optional<Double> learningRate;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description = "Of the hidden layers: ${COMPLETION-CANDIDATES}. That of image-lstm is tanh.")
  private Optional<HiddenActivation> activation;

  @Option(
      names = "--initial-stddev",
      paramLabel = "S",
      description = "Start from normal weights with this standard deviation.")
  private Optional<Double> initialStddev;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "Convolutions of deep-cnn. Default: 19.")
  private Optional<Integer> depth;

  @Option(
      names = "--widths",
      paramLabel = "N",
      split = ",",
      description = "Units of the three hidden layers of mlp. Default: 100,100,100.")
  private List<Integer> widths = List.of();

  @Option(
      names = "--reading",
      paramLabel = "ORDER",
      description = {
        "How image-lstm is shown an image: by ROWS, the default; by PIXELS; by pixels PERMUTED, in"
            + " a random order; or DRAWN, with replacement, as in the published code."
      })
  private Optional<Reading> reading;

  @Option(names = "--units", paramLabel = "N", description = "Units of image-lstm. Default: 100.")
  private Optional<Integer> units;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Most cores that compute a network. Default: all; mlp and image-lstm take one for a"
              + " step, and all to predict.")
  private Optional<Integer> threads;

  /**
   * The model.
   *
   * @throws IllegalArgumentException if none is given
   */
  Zoo.Entry entry() {
    if (entry == null) {
      throw new IllegalArgumentException("Missing required parameter: 'MODEL'");
    }
    return entry;
  }

  /**
   * The comparison with what the command line says of threads.
   *
   * @throws IllegalArgumentException if this machine does not have as many cores
   */
  Comparison onThreads(Comparison comparison) {
    return threads
        .map(count -> comparison.onThreads(UsageErrors.requireCores("--threads", count)))
        .orElse(comparison);
  }

  List<Long> seeds() {
    return seeds;
  }

  /** The entry's plan with what the command line changes. */
  TrainingPlan plan() {
    TrainingPlan plan = entry.plan();
    plan = batches.map(plan::withBatches).orElse(plan);
    return batchSize.map(plan::withBatchSize).orElse(plan);
  }

  /**
   * What the command line changes of the entry's network.
   *
   * @throws IllegalArgumentException if an option is for another model
   */
  ModelBuilder<?, ?> settings(ModelBuilder<?, ?> builder) {
    learningRate.ifPresent(builder::learningRate);
    activation.ifPresent(choice -> builder.activation(Activation.valueOf(choice.name())));
    initialStddev.ifPresent(stddev -> builder.initialWeights(InitialWeights.normal(stddev)));
    depth.ifPresent(count -> only(DeepCnn.Builder.class, builder, "--depth").depth(count));
    reading.ifPresent(
        choice -> only(ImageLstm.Builder.class, builder, "--reading").reading(choice));
    units.ifPresent(count -> only(ImageLstm.Builder.class, builder, "--units").units(count));
    if (!widths.isEmpty()) {
      ThreeLayerMlp.Builder mlp = only(ThreeLayerMlp.Builder.class, builder, "--widths");
      if (widths.size() != 3) {
        throw new IllegalArgumentException(
            "--widths needs 3 numbers, as in 100,100,100, got " + widths.size());
      }
      mlp.widths(widths.get(0), widths.get(1), widths.get(2));
    }
    return builder;
  }

  private <B> B only(Class<B> type, ModelBuilder<?, ?> builder, String option) {
    if (!type.isInstance(builder)) {
      throw new IllegalArgumentException(option + " is not for " + entry.id());
    }
    return type.cast(builder);
  }

  /** Finds a model of the zoo by its id. */
  static final class EntryConverter implements CommandLine.ITypeConverter<Zoo.Entry> {
    static final String DESCRIPTION = "One of the zoo's models: deep-cnn, mlp or image-lstm.";

    @Override
    public Zoo.Entry convert(String id) {
      try {
        return find(id);
      } catch (IllegalArgumentException e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }

    /**
     * The model of an id.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Zoo.Entry find(String id) {
      return Zoo.find(id)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      UsageErrors.unknown("model", id, Zoo.entries().stream().map(Zoo.Entry::id))));
    }
  }
}
