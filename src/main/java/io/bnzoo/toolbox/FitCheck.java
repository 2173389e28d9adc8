package io.bnzoo.toolbox;

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

/** What it tells of each layer how its running statistics fit the images. */
final class FitCheck {
  /** What explains that running statistics do not fit, whatever the images. */
  private static final Set<Symptom> EXPLANATIONS =
      EnumSet.of(
          Symptom.NEVER_UPDATED,
          Symptom.INITIAL_SHARE,
          Symptom.CLIPPED_STATISTICS,
          Symptom.DROPOUT_BEFORE,
          Symptom.FROZEN_STATISTICS,
          Symptom.TRAILING_STATISTICS,
          Symptom.SMALL_BATCHES);

  /** Variances that batches of two and of four images give, and a little more. */
  private static final double OF_TWO = 0.35;

  private static final double OF_FOUR = 0.78;
  private static final double SAME_FACTOR = 1.5;

  private final List<LayerFigures> layers;
  private final boolean mended;

  /**
   * A check.
   *
   * @param layers with their fits
   * @param mended whether statistics recomputed on the images recognize more of them
   */
  FitCheck(List<LayerFigures> layers, boolean mended) {
    this.layers = layers;
    this.mended = mended;
  }

  /** Whether one of the findings explains why running statistics do not fit. */
  static boolean explain(List<Finding> findings) {
    return findings.stream().anyMatch(each -> isExplanation(each) && each.isWrong());
  }

  /** Those that the file gave, as bad as the fit shows them to be, and what the fit adds. */
  List<Finding> findings(List<Finding> ofFile) {
    List<Finding> all = new ArrayList<>();
    ofFile.forEach(each -> all.add(inTheLightOfImages(each)));
    smallBatches(all).ifPresent(all::add);
    all.addAll(drifts(all));
    return all;
  }

  /** What may have spoilt the statistics is as bad as how these fit. */
  private Finding inTheLightOfImages(Finding finding) {
    if (!isExplanation(finding) || finding.symptom() == Symptom.NEVER_UPDATED) {
      return finding;
    }
    if (mended) {
      return finding.as(Severity.ERROR);
    }
    boolean off = layers.stream().anyMatch(each -> each.isOff() && isAbout(finding, each));
    return off ? finding : finding.as(Severity.NOTE);
  }

  private static boolean isExplanation(Finding finding) {
    return EXPLANATIONS.contains(finding.symptom());
  }

  private static boolean isAbout(Finding finding, LayerFigures layer) {
    return finding.layers().contains(layer.name());
  }

  private static boolean isExplained(LayerFigures layer, List<Finding> known) {
    return known.stream().anyMatch(each -> isExplanation(each) && isAbout(each, layer));
  }

  /**
   * Biased variances of n values are (n-1)/n of the true one on average, of two of them half. It
   * shows where an image gives one value. In a layer on images, batches of two have hundreds of
   * values, and of their variance only some hundredths lie between images and not within them: too
   * little to tell from what the last steps of a training do.
   */
  private Optional<Finding> smallBatches(List<Finding> known) {
    List<LayerFigures> small =
        layers.stream()
            .filter(each -> !each.isRecurrent() && !each.frozen() && each.moved())
            .filter(each -> !isExplained(each, known))
            .filter(each -> each.fit().filter(FitCheck::isOfSmallBatches).isPresent())
            .toList();
    if (small.isEmpty()) {
      return Optional.empty();
    }
    double ratio = small.get(0).fit().orElseThrow().varianceRatio();
    return Optional.of(
        new Finding(
            Symptom.SMALL_BATCHES,
            mended ? Severity.ERROR : Severity.WARNING,
            small.stream().map(LayerFigures::name).toList(),
            String.format(
                Locale.ROOT,
                "The running variances are %.2f of the images', feature by feature, and the means"
                    + " fit: batches of about %.0f images give such variances.",
                ratio,
                Math.max(2, 1 / (1 - ratio))),
            "Recalibrate, and train on batches of 16 images or more."));
  }

  private static boolean isOfSmallBatches(LayerFit fit) {
    double scattered = Math.exp(Math.abs(Math.log(fit.spread()) - halfLog(fit.varianceRatio())));
    return fit.places() == 1
        && fit.varianceRatio() > OF_TWO
        && fit.varianceRatio() < OF_FOUR
        && fit.meanDrift() < LayerFit.FAR
        && scattered < SAME_FACTOR;
  }

  private static double halfLog(double ratio) {
    return Math.abs(Math.log(ratio)) / 2;
  }

  private List<Finding> drifts(List<Finding> known) {
    List<LayerFigures> frozen = new ArrayList<>();
    List<LayerFigures> trailing = new ArrayList<>();
    List<LayerFigures> unexplained = new ArrayList<>();
    for (LayerFigures layer : layers) {
      boolean averaged = layer.isRecurrent() && layer.initialShare().isPresent();
      // Through the time steps, what is a little off in each of them adds up.
      boolean off = layer.isOff() || (averaged && mended);
      if (off && !isExplained(layer, known)) {
        (layer.frozen() ? frozen : averaged ? trailing : unexplained).add(layer);
      }
    }
    List<Finding> found = new ArrayList<>();
    if (!frozen.isEmpty()) {
      found.add(
          drift(
              Symptom.FROZEN_STATISTICS,
              mended ? Severity.ERROR : Severity.WARNING,
              frozen,
              "It is frozen with statistics of other data: ",
              "Recalibrate before fine-tuning, not after: the layers behind it get used to what it"
                  + " gives."));
    }
    if (!trailing.isEmpty()) {
      found.add(
          drift(
              Symptom.TRAILING_STATISTICS,
              mended ? Severity.ERROR : Severity.NOTE,
              trailing,
              "They are the moving averages of the training, which trail the weights: ",
              mended
                  ? "Recalibrate: recurrent batch norm needs its statistics recomputed with the"
                      + " final weights."
                  : "Nothing for these images: recomputed statistics recognize no more of them."));
    }
    if (!unexplained.isEmpty()) {
      found.add(
          drift(
              Symptom.DRIFT,
              mended ? Severity.ERROR : Severity.NOTE,
              unexplained,
              "",
              mended
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
            "%sin %s%s the running mean is %.2f standard deviations from the images', and the"
                + " standard deviation off by a factor of %.2f.",
            start,
            worst.name(),
            worst.isRecurrent() ? ", over all time steps," : "",
            fit.meanDrift(),
            fit.spread()),
        remedy);
  }
}
