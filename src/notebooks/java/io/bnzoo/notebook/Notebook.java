package io.bnzoo.notebook;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DataException;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.experiment.TrialResult;
import io.bnzoo.files.Reason;
import io.bnzoo.train.Probe;
import io.bnzoo.train.TrainedNetwork;
import io.bnzoo.train.Training;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * What a notebook works with: digits, an engine, and how long to train.
 *
 * <p>The environment variable {@code BNZOO_NOTEBOOK_SCALE} shortens every training to a share of
 * its batches, and {@code BNZOO_NOTEBOOK_DATA} chooses the digits as {@code --data} does for the
 * commands. The same digits, seeds and scale give the same figures on one machine.
 */
public final class Notebook {
  private static final String SCALE = "BNZOO_NOTEBOOK_SCALE";
  private static final String DATA = "BNZOO_NOTEBOOK_DATA";
  private static final int PROBING_IMAGES = 100;

  /**
   * For each network: its figures do not depend on the machine's cores then, nor its speed on what
   * else they do.
   */
  private static final int THREADS = 1;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private final ImageDataset digits;
  private final Scale scale;
  private final Claims claims;

  Notebook(ImageDataset digits, Scale scale, PrintStream out) {
    this.digits = digits;
    this.scale = scale;
    this.claims = new Claims(out, scale);
  }

  /**
   * Gets everything ready, and says in a few lines what there is.
   *
   * @param out receives it, and later which claims hold
   */
  public static Notebook open(PrintStream out) throws IOException {
    return open(System.getenv(), out);
  }

  static Notebook open(Map<String, String> environment, PrintStream out) throws IOException {
    Scale scale = scale(environment.getOrDefault(SCALE, "1"));
    String computedBy = EngineChoice.AUTO.start();
    ImageDataset digits = digits(environment.getOrDefault(DATA, "auto"), out);
    out.println("digits: " + digits.origin().description());
    out.println(computedBy);
    if (!scale.isFull()) {
      out.println("trainings are shortened to " + scale.share() + " of their batches");
    }
    return new Notebook(digits, scale, out);
  }

  private static ImageDataset digits(String choice, PrintStream out) throws IOException {
    try {
      return DigitLibrary.standard().withNotices(out::println).load(DataChoice.parse(choice));
    } catch (DataException e) {
      throw new DataException(
          String.format(
              "%s must be auto, generated or a folder with MNIST, got %s: %s",
              DATA, choice, e.getMessage()));
    }
  }

  private static Scale scale(String share) {
    try {
      Scale scale = new Scale(Double.parseDouble(share));
      if (scale.share() > Scale.FULL.share()) {
        throw new IllegalArgumentException("notebooks are shortened, not lengthened");
      }
      return scale;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(SCALE + " must be a number in (0, 1], got " + share, e);
    }
  }

  public ImageDataset digits() {
    return digits;
  }

  /** Where the text's claims are checked. */
  public Claims claims() {
    return claims;
  }

  /**
   * Trains an experiment of the lesson.
   *
   * @param share of its batches, before the notebook itself is shortened
   * @param seeds one network of each variant
   */
  public ExperimentResult run(String experiment, double share, long... seeds) throws IOException {
    Experiment found =
        Lesson.find(experiment)
            .orElseThrow(() -> new IllegalArgumentException("no experiment is " + experiment));
    Scale both = new Scale(share * scale.share());
    List<Finished> finished = new ArrayList<>();
    new Sweep(digits, EngineChoice.AUTO, Sweep.Diagnostics.OFF, CORES)
        .run(
            found.trials(LongStream.of(seeds).boxed().toList(), both),
            (trial, result) -> finished.add(new Finished(trial, result)),
            Sweep.TrialListener.NONE,
            Notebook::interrupted);
    finished.sort(Comparator.comparingLong(one -> one.trial().seed()));
    return new ExperimentResult(found, both, finished);
  }

  /** Trains a model of the zoo; its label is that of its variant. */
  public Trained train(BatchNormModel model, TrainingPlan plan) {
    return train(model.spec().normalization().label(), model.conf(), plan);
  }

  /**
   * Trains models of the zoo, as many at once as there are cores; their labels are those of their
   * variants. From one seed, all start from the same weights and see the same batches.
   *
   * @return in the same order
   * @throws InterruptedException if the cell is stopped; trainings end before their next step
   */
  public List<Trained> train(List<? extends BatchNormModel> models, TrainingPlan plan)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(CORES);
    try {
      List<Future<Trained>> futures = new ArrayList<>();
      for (BatchNormModel model : models) {
        futures.add(threads.submit(() -> train(model, plan)));
      }
      List<Trained> trained = new ArrayList<>();
      for (Future<Trained> future : futures) {
        trained.add(future.get());
      }
      return trained;
    } catch (ExecutionException e) {
      throw new IllegalStateException(Reason.of(e.getCause()), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Trains a fresh network of a configuration. */
  public Trained train(String label, MultiLayerConfiguration configuration, TrainingPlan plan) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    TrainingPlan scaled = scale.apply(plan);
    TrainedNetwork trained =
        Training.of(digits, scaled)
            .threads(THREADS)
            .stopWhen(Notebook::interrupted)
            .run(network);
    return new Trained(label, trained.network(), scaled, trained.result());
  }

  /**
   * The values that enter a network's activations when it is trained on {@value #PROBING_IMAGES}
   * validation images, by hidden block, from the input on; see {@link Probe#values}.
   */
  public Map<String, double[]> inside(MultiLayerNetwork network) {
    try (Engine engine = EngineChoice.AUTO.open(network, digits.shape(), THREADS)) {
      return new Probe(engine, digits.validation().slice(0, PROBING_IMAGES)).values();
    }
  }

  /**
   * The Euclidean norm of the loss's gradient with respect to the weights of each hidden block, on
   * the same images; see {@link Probe#snapshot}.
   */
  public Map<String, Double> gradients(MultiLayerNetwork network) {
    try (Engine engine = EngineChoice.AUTO.open(network, digits.shape(), THREADS)) {
      network.initGradientsView();
      Map<String, Double> norms = new LinkedHashMap<>();
      new Probe(engine, digits.validation().slice(0, PROBING_IMAGES))
          .snapshot(0)
          .layers()
          .forEach(layer -> norms.put(layer.name(), layer.gradientNorm()));
      return norms;
    }
  }

  /** The digit that a network takes each image for, by running statistics. */
  public int[] predictions(MultiLayerNetwork network, LabeledImages images) {
    try (Engine engine = EngineChoice.AUTO.open(network, digits.shape(), THREADS)) {
      Logits logits = engine.logits(images, Statistics.RUNNING);
      return IntStream.range(0, logits.size()).map(logits::argMax).toArray();
    }
  }

  /** Stopping a cell ends its training. */
  private static boolean interrupted() {
    return Thread.currentThread().isInterrupted();
  }
}
