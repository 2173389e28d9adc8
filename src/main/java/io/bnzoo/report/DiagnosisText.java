package io.bnzoo.report;

import io.bnzoo.toolbox.Diagnosis;
import io.bnzoo.toolbox.Finding;
import io.bnzoo.toolbox.LayerFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** A diagnosis as text for people. */
public final class DiagnosisText {
  private static final int LONGEST_NAME = 17;
  private static final int MOST_NAMES = 4;
  private static final int SHOWN_BATCH = 8;

  private DiagnosisText() {}

  /** What a finding is called, and which layers it is about. */
  public static String title(Finding finding) {
    return finding.severity().label()
        + ": "
        + finding.symptom().label()
        + (finding.layers().isEmpty() ? "" : " in " + layers(finding));
  }

  private static String layers(Finding finding) {
    List<String> names = finding.layers();
    return names.size() <= MOST_NAMES
        ? String.join(", ", names)
        : String.format(
            Locale.ROOT,
            "%s, ... %s (%d layers)",
            String.join(", ", names.subList(0, 2)),
            names.get(names.size() - 1),
            names.size());
  }

  /** The accuracies, a row each. */
  public static List<List<String>> accuracies(Diagnosis.DataFigures data) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("accuracy on " + String.format(Locale.ROOT, "%,d images", data.images()), ""));
    rows.add(List.of("running statistics", TextTable.share(data.running())));
    rows.add(List.of("running statistics, recomputed", TextTable.share(data.recomputed())));
    data.batch()
        .forEach(
            each ->
                rows.add(
                    List.of(
                        "statistics of batches of " + each.batchSize(),
                        TextTable.share(each.accuracy()))));
    return rows;
  }

  /** A row for each layer below the headings. */
  public static List<List<String>> layers(Diagnosis diagnosis) {
    boolean fitted = diagnosis.layers().stream().anyMatch(each -> each.fit().isPresent());
    List<List<String>> rows = new ArrayList<>();
    List<String> headings =
        new ArrayList<>(List.of("layer", "features", "initial", "dead", "weak"));
    if (fitted) {
      headings.addAll(List.of("mean off", "variance", "noise"));
    }
    rows.add(headings);
    for (LayerFigures layer : diagnosis.layers()) {
      List<String> row =
          new ArrayList<>(
              List.of(
                  shortened(layer.name()),
                  Integer.toString(layer.features()),
                  initial(layer),
                  Integer.toString(layer.dead()),
                  Integer.toString(layer.weak())));
      layer.fit().ifPresent(fit -> row.addAll(cells(fit)));
      rows.add(row);
    }
    return rows;
  }

  /** What the columns of {@link #layers(Diagnosis)} are. */
  public static String legend(Diagnosis diagnosis) {
    String file =
        "initial: the share of the initial 0 and 1 still in the running statistics; dead: features"
            + " that are the same for every image; weak: those whose variance is below epsilon.";
    return diagnosis.data().isEmpty()
        ? file
        : file
            + " mean off: the running mean's distance from the images', in standard deviations;"
            + " variance: the running one in units of the images'; noise: how far means of batches"
            + " of 8 are from each other, in standard deviations.";
  }

  private static List<String> cells(LayerFigures.LayerFit fit) {
    Optional<Double> noise =
        fit.noise().stream()
            .filter(each -> each.batchSize() == SHOWN_BATCH)
            .map(LayerFigures.BatchNoise::ofMean)
            .findFirst();
    return List.of(
        number(fit.meanDrift()),
        number(fit.varianceRatio()),
        noise.map(DiagnosisText::number).orElse("-"));
  }

  private static String initial(LayerFigures layer) {
    OptionalDouble share = layer.initialShare();
    if (!layer.moved()) {
      return "all";
    }
    if (layer.frozen()) {
      return "frozen";
    }
    return share.isPresent() ? percent(share.getAsDouble()) : "unknown";
  }

  private static String percent(double share) {
    return share < 0.001 ? "0 %" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private static String number(double value) {
    return Math.abs(value) >= 1000
        ? String.format(Locale.ROOT, "%.0e", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : "..." + name.substring(name.length() - 14);
  }
}
