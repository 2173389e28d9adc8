package io.bnzoo.toolbox;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
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
   * @param notFinite the share for which running statistics give NaN or infinity
   */
  public record DataFigures(
      int images,
      double running,
      double recomputed,
      List<BatchAccuracy> batch,
      double inverted,
      double notFinite) {

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
    Verdict verdict = Verdict.ofFile(values, findings);
    return new Diagnosis(
        verdict.cause(),
        verdict.words(),
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
    return of(model, given -> given, EngineChoice.AUTO, images, ProgressListener.NONE);
  }

  /**
   * The same for what a file held; pixels go through the normalizer that it has.
   *
   * @throws IllegalArgumentException likewise
   */
  public static Diagnosis of(StoredModel stored, LabeledImages images, ProgressListener progress) {
    return of(stored, EngineChoice.AUTO, images, progress);
  }

  /**
   * The same with engines of one's own.
   *
   * @param engines predict if the model is a sequence; Deeplearning4j does if it is a graph
   * @throws IllegalArgumentException likewise
   */
  public static Diagnosis of(
      StoredModel stored, EngineFactory engines, LabeledImages images, ProgressListener progress) {
    return of(stored.model(), stored::inputs, engines, images, progress);
  }

  private static Diagnosis of(
      Model model,
      Function<LabeledImages, ImageSource> inputs,
      EngineFactory engines,
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
    DataCheck.Measured measured =
        new DataCheck(model, batchNorms, inputs, engines, images).run(progress);
    return withoutImages.with(measured, images.classes());
  }

  private Diagnosis with(DataCheck.Measured measured, int classes) {
    List<LayerFigures> fitted = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      fitted.add(layers.get(i).with(measured.fits().get(i)));
    }
    Verdict.Evidence evidence = new Verdict.Evidence(measured.figures(), fitted, batches, classes);
    List<Finding> all = new FitCheck(fitted, evidence.isMendedByRecomputing()).findings(findings);
    Verdict verdict = Verdict.ofImages(evidence, all);
    if (verdict.cause() == Cause.OTHER_IMAGES) {
      all.add(otherImages(measured.figures()));
    }
    all.sort(Comparator.comparing(Finding::severity));
    return new Diagnosis(
        verdict.cause(), verdict.words(), batches, all, fitted, Optional.of(measured.figures()));
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
