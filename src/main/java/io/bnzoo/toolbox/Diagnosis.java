package io.bnzoo.toolbox;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import io.bnzoo.toolbox.LayerFigures.LayerFit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Model;

/**
 * What is wrong with the batch norm of a trained model, if anything.
 *
 * <p>Without images it reads the configuration and the values in the file. With images it also
 * compares running statistics with those of what each layer is given, and the accuracy by running
 * statistics with that by batch statistics and by statistics recomputed on the images, which tells
 * statistics that are at fault from weights that are. The model stays as it is.
 *
 * @param cause what is at fault
 * @param verdict the same in words, with its evidence
 * @param batches how many training steps the file counts; 0 if it does not say
 * @param findings the worst first
 * @param layers each batch norm layer, in the order of a prediction
 * @param data what was measured on the images; none without
 */
public record Diagnosis(
    Cause cause,
    String verdict,
    int batches,
    List<Finding> findings,
    List<LayerFigures> layers,
    Optional<DataFigures> data) {

  /** What is at fault. */
  public enum Cause {
    /** Nothing was found. */
    HEALTHY,
    /** There is no batch norm to be at fault. */
    NO_BATCH_NORM,
    /** The model has its initial values. */
    UNTRAINED,
    /** Nothing is known to be at fault, but there are findings to look at. */
    SUSPECT,
    /** Values are NaN or infinite. */
    NOT_FINITE,
    /** The running statistics; the weights are good. */
    STATISTICS,
    /** The images are not like those that the model was trained on. */
    OTHER_IMAGES,
    /** The weights, or what batch norm has no part in. */
    WEIGHTS;

    /** Its name as JSON and people have it, such as {@code other-images}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Accuracies, each a share of the images in [0, 1].
   *
   * @param images how many
   * @param running by running statistics, as in inference
   * @param recomputed by running statistics recomputed on these images
   * @param batch by the statistics of batches of several sizes
   * @param inverted by running statistics on the images with black and white exchanged
   */
  public record DataFigures(
      int images, double running, double recomputed, List<BatchAccuracy> batch, double inverted) {

    /** Copies the list. */
    public DataFigures {
      batch = List.copyOf(batch);
    }
  }

  /**
   * The accuracy by the statistics of batches of a size.
   *
   * @param batchSize how many images are predicted at once
   * @param accuracy the share recognized, in [0, 1]
   */
  public record BatchAccuracy(int batchSize, double accuracy) {}

  /** A gain below is chance, or not worth a word. */
  private static final double LEAST_GAIN = 0.02;

  private static final double STANDARD_ERRORS = 3;

  /** Below, a classifier is taken for broken. */
  private static final double POOR = 0.5;

  /** What explains that running statistics do not fit, whatever the images. */
  private static final Set<Symptom> EXPLANATIONS =
      EnumSet.of(
          Symptom.NEVER_UPDATED,
          Symptom.INITIAL_SHARE,
          Symptom.CLIPPED_STATISTICS,
          Symptom.DROPOUT_BEFORE,
          Symptom.FROZEN_STATISTICS,
          Symptom.SMALL_BATCHES);

  /** Variances that batches of two and of eight images give, and a little more. */
  private static final double OF_TWO = 0.35;

  private static final double OF_EIGHT = 0.85;
  private static final double SAME_FACTOR = 1.5;

  /** Copies the lists. */
  public Diagnosis {
    findings = List.copyOf(findings);
    layers = List.copyOf(layers);
  }

  /** Whether something is wrong, or looks so. */
  @JsonProperty
  public boolean isWrong() {
    return switch (cause) {
      case HEALTHY, NO_BATCH_NORM, UNTRAINED -> false;
      case SUSPECT, NOT_FINITE, STATISTICS, OTHER_IMAGES, WEIGHTS -> true;
    };
  }

  /**
   * A diagnosis without images.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}, initialized
   */
  public static Diagnosis of(Model model) {
    List<BatchNorm> batchNorms = BatchNorm.allOf(model);
    ValueCheck values = new ValueCheck(model, batchNorms, ValueCheck.iterations(model));
    List<Finding> findings = new ArrayList<>(values.findings());
    findings.addAll(ConfigurationCheck.of(model, batchNorms));
    findings.sort(Comparator.comparing(Finding::severity));
    Conclusion conclusion = withoutImages(values, findings);
    return new Diagnosis(
        conclusion.cause(),
        conclusion.verdict(),
        ValueCheck.iterations(model),
        findings,
        values.figures(),
        Optional.empty());
  }

  /**
   * The same with images, which the model is given in values from 0 to 1.
   *
   * @param images labelled, best not those that it was trained on; some hundreds are enough
   * @throws IllegalArgumentException if the model does not take such images, or there are none
   */
  public static Diagnosis of(Model model, LabeledImages images) {
    return of(model, given -> given, images, ProgressListener.NONE);
  }

  /**
   * The same for what a file held; pixels go through the normalizer that it has.
   *
   * @throws IllegalArgumentException likewise
   */
  public static Diagnosis of(StoredModel stored, LabeledImages images, ProgressListener progress) {
    return of(stored.model(), stored::inputs, images, progress);
  }

  private static Diagnosis of(
      Model model,
      Function<LabeledImages, ImageSource> inputs,
      LabeledImages images,
      ProgressListener progress) {
    if (images.size() == 0) {
      throw new IllegalArgumentException("a diagnosis needs at least 1 image, got none");
    }
    NativeBackend.enableOneDnn();
    Diagnosis withoutImages = of(model);
    List<BatchNorm> batchNorms = BatchNorm.allOf(model);
    if (withoutImages.cause == Cause.NOT_FINITE || withoutImages.cause == Cause.UNTRAINED) {
      return withoutImages; // There is nothing to be measured.
    }
    DataCheck.Measured measured = new DataCheck(model, batchNorms, inputs, images).run(progress);
    return withoutImages.with(measured, images.classes());
  }

  private Diagnosis with(DataCheck.Measured measured, int classes) {
    DataFigures figures = measured.figures();
    List<LayerFigures> fitted = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      fitted.add(layers.get(i).with(measured.fits().get(i)));
    }
    boolean gains = gains(figures.running(), figures.recomputed(), figures.images());
    List<Finding> all = new ArrayList<>();
    findings.forEach(each -> all.add(inTheLightOf(each, fitted, gains)));
    smallBatches(fitted, gains).ifPresent(all::add);
    all.addAll(drifts(fitted, gains, all));
    Conclusion conclusion = conclusion(figures, fitted, all, gains, classes);
    if (conclusion.cause() == Cause.OTHER_IMAGES) {
      all.add(otherImages(figures));
    }
    all.sort(Comparator.comparing(Finding::severity));
    return new Diagnosis(
        conclusion.cause(), conclusion.verdict(), batches, all, fitted, Optional.of(figures));
  }

  private record Conclusion(Cause cause, String verdict) {}

  private static Conclusion withoutImages(ValueCheck values, List<Finding> findings) {
    Optional<Finding> broken = first(findings, each -> each.symptom() == Symptom.NOT_FINITE);
    if (broken.isPresent()) {
      return new Conclusion(
          Cause.NOT_FINITE, "Nothing can be predicted: " + broken.get().evidence());
    }
    if (values.figures().isEmpty()) {
      return new Conclusion(Cause.NO_BATCH_NORM, "The model has no batch norm.");
    }
    if (values.isUntrained()) {
      return new Conclusion(
          Cause.UNTRAINED, "The model has not been trained: its batch norm is as initialized.");
    }
    Optional<Finding> never = first(findings, each -> each.symptom() == Symptom.NEVER_UPDATED);
    if (never.isPresent()) {
      return new Conclusion(
          Cause.STATISTICS, "The running statistics are at fault: " + never.get().evidence());
    }
    return suspectOrHealthy(findings, "nothing in the file speaks against its batch norm", "");
  }

  private static Conclusion suspectOrHealthy(
      List<Finding> findings, String healthy, String measured) {
    Optional<Finding> worst =
        first(findings, each -> each.severity() == Severity.ERROR)
            .or(() -> first(findings, Finding::isWrong));
    return worst
        .map(
            each ->
                new Conclusion(
                    Cause.SUSPECT,
                    "Look at " + each.symptom().label() + ": " + each.evidence() + measured))
        .orElseGet(() -> new Conclusion(Cause.HEALTHY, "Healthy: " + healthy + "." + measured));
  }

  private static Optional<Finding> first(List<Finding> findings, Predicate<Finding> condition) {
    return findings.stream().filter(condition).findFirst();
  }

  private static boolean gains(double before, double after, int images) {
    double chance = Math.sqrt((before * (1 - before) + after * (1 - after)) / images);
    return after - before > Math.max(LEAST_GAIN, STANDARD_ERRORS * chance);
  }

  /** What may have spoilt the statistics is as bad as how these fit. */
  private static Finding inTheLightOf(Finding finding, List<LayerFigures> layers, boolean gains) {
    if (!EXPLANATIONS.contains(finding.symptom()) || finding.symptom() == Symptom.NEVER_UPDATED) {
      return finding;
    }
    boolean off = layers.stream().anyMatch(each -> isOff(each) && isAbout(finding, each));
    if (gains) {
      return finding.as(Severity.ERROR);
    }
    return off ? finding : finding.as(Severity.NOTE);
  }

  private static boolean isOff(LayerFigures layer) {
    return layer.fit().filter(LayerFit::isOff).isPresent();
  }

  private static boolean isAbout(Finding finding, LayerFigures layer) {
    return finding.layers().contains(layer.name());
  }

  /**
   * Biased variances of n values are (n-1)/n of the true one on average, of two of them half; in a
   * layer on images the places of an image count as values, so that only others tell.
   */
  private static Optional<Finding> smallBatches(List<LayerFigures> layers, boolean gains) {
    List<LayerFigures> small =
        layers.stream()
            .filter(each -> !each.frozen() && each.moved())
            .filter(each -> each.fit().filter(Diagnosis::isOfSmallBatches).isPresent())
            .toList();
    if (small.isEmpty()) {
      return Optional.empty();
    }
    double ratio = small.get(0).fit().orElseThrow().varianceRatio();
    return Optional.of(
        new Finding(
            Symptom.SMALL_BATCHES,
            gains ? Severity.ERROR : Severity.WARNING,
            small.stream().map(LayerFigures::name).toList(),
            String.format(
                Locale.ROOT,
                "The running variances are %.2f of the images', feature by feature, and the means"
                    + " fit: batches of %.0f images give such variances.",
                ratio,
                Math.max(2, 1 / (1 - ratio))),
            "Recalibrate, and train on batches of 16 images or more."));
  }

  private static boolean isOfSmallBatches(LayerFit fit) {
    double scattered = Math.exp(Math.abs(Math.log(fit.spread()) - halfLog(fit.varianceRatio())));
    return fit.places() == 1
        && fit.varianceRatio() > OF_TWO
        && fit.varianceRatio() < OF_EIGHT
        && fit.meanDrift() < LayerFit.FAR
        && scattered < SAME_FACTOR;
  }

  private static double halfLog(double ratio) {
    return Math.abs(Math.log(ratio)) / 2;
  }

  private static List<Finding> drifts(
      List<LayerFigures> layers, boolean gains, List<Finding> known) {
    List<LayerFigures> frozen = new ArrayList<>();
    List<LayerFigures> unexplained = new ArrayList<>();
    for (LayerFigures layer : layers) {
      boolean explained =
          known.stream()
              .anyMatch(each -> EXPLANATIONS.contains(each.symptom()) && isAbout(each, layer));
      if (isOff(layer) && !explained) {
        (layer.frozen() ? frozen : unexplained).add(layer);
      }
    }
    List<Finding> found = new ArrayList<>();
    if (!frozen.isEmpty()) {
      found.add(
          drift(
              Symptom.FROZEN_STATISTICS,
              gains ? Severity.ERROR : Severity.WARNING,
              frozen,
              "It is frozen with statistics of other data: ",
              "Recalibrate before fine-tuning, not after: the layers behind it get used to what it"
                  + " gives."));
    }
    if (!unexplained.isEmpty()) {
      found.add(
          drift(
              Symptom.DRIFT,
              gains ? Severity.ERROR : Severity.NOTE,
              unexplained,
              "",
              gains
                  ? "Recalibrate. Either the last batches moved the weights faster than the averages"
                      + " follow, which a learning rate that falls prevents, or these are other"
                      + " images than those of the training."
                  : "Nothing for these images: recomputed statistics recognize no more of them."));
    }
    return found;
  }

  private static Finding drift(
      Symptom symptom, Severity severity, List<LayerFigures> layers, String start, String remedy) {
    LayerFigures worst =
        layers.stream()
            .max(Comparator.comparingDouble(each -> each.fit().orElseThrow().drift()))
            .orElseThrow();
    LayerFit fit = worst.fit().orElseThrow();
    return new Finding(
        symptom,
        severity,
        layers.stream().map(LayerFigures::name).toList(),
        String.format(
            Locale.ROOT,
            "%sin %s the running mean is %.2f standard deviations from the images', and the"
                + " standard deviation off by a factor of %.2f.",
            start,
            worst.name(),
            fit.meanDrift(),
            fit.spread()),
        remedy);
  }

  private static Conclusion conclusion(
      DataFigures figures,
      List<LayerFigures> layers,
      List<Finding> findings,
      boolean gains,
      int classes) {
    if (layers.isEmpty()) {
      return new Conclusion(
          Cause.NO_BATCH_NORM,
          String.format(
              Locale.ROOT,
              "The model has no batch norm; its accuracy is %.2f.",
              figures.running()));
    }
    String accuracies =
        String.format(
            Locale.ROOT,
            "%.2f with them, %.2f when recomputed",
            figures.running(),
            figures.recomputed());
    double best = Math.max(figures.running(), figures.recomputed());
    if (best < figures.inverted() && gains(best, figures.inverted(), figures.images())) {
      return new Conclusion(
          Cause.OTHER_IMAGES,
          String.format(
              Locale.ROOT,
              "The images are at fault: it recognizes %.2f of them, and %.2f with black and white"
                  + " exchanged.",
              figures.running(),
              figures.inverted()));
    }
    boolean explained =
        findings.stream().anyMatch(each -> EXPLANATIONS.contains(each.symptom()) && each.isWrong());
    if (gains) {
      boolean first = isOff(layers.get(0)) && !explained; // Where images are seen first.
      return first
          ? new Conclusion(
              Cause.OTHER_IMAGES,
              "The running statistics are not those of these images: " + accuracies + ".")
          : new Conclusion(
              Cause.STATISTICS, "The running statistics are at fault: " + accuracies + ".");
    }
    if (best < Math.max(POOR, 1.0 / classes)) {
      return layers.stream().anyMatch(Diagnosis::isOff) && !explained
          ? new Conclusion(
              Cause.OTHER_IMAGES,
              "The images are not what the model knows: " + accuracies + ", and layers drift.")
          : new Conclusion(
              Cause.WEIGHTS,
              "The weights are at fault, not the running statistics: " + accuracies + ".");
    }
    return suspectOrHealthy(
        findings,
        "the running statistics fit",
        String.format(
            Locale.ROOT,
            " Accuracy: %.2f, and %.2f with recomputed statistics.",
            figures.running(),
            figures.recomputed()));
  }

  private static Finding otherImages(DataFigures figures) {
    boolean inverted = figures.inverted() > Math.max(figures.running(), figures.recomputed());
    return new Finding(
        Symptom.OTHER_IMAGES,
        Severity.ERROR,
        List.of(),
        String.format(
            Locale.ROOT,
            "Recomputing the statistics on these images gains %.2f, exchanging black and white"
                + " %.2f.",
            figures.recomputed() - figures.running(),
            figures.inverted() - figures.running()),
        inverted
            ? "Invert the images, as they were in training."
            : "Give it pixels of the range and kind that it was trained on, with its normalizer;"
                + " or recalibrate on these images to adapt to them (AdaBN).");
  }
}
