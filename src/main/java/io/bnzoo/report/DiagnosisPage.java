package io.bnzoo.report;

import io.bnzoo.toolbox.Diagnosis;
import io.bnzoo.toolbox.Finding;
import io.bnzoo.toolbox.LayerFigures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A diagnosis as one HTML file that needs nothing beside it. */
public final class DiagnosisPage {
  private DiagnosisPage() {}

  /**
   * The page.
   *
   * @param model the name of its file
   */
  public static String of(String model, Diagnosis diagnosis) throws IOException {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("model", model);
    page.put("cause", diagnosis.cause().label());
    page.put("wrong", diagnosis.isWrong());
    page.put("verdict", diagnosis.verdict());
    page.put("findings", diagnosis.findings().stream().map(DiagnosisPage::finding).toList());
    page.put(
        "accuracies",
        diagnosis.layers().isEmpty()
            ? List.of()
            : diagnosis.data().map(DiagnosisText::accuracies).orElse(List.of()));
    page.put("fitted", diagnosis.data().isPresent());
    page.put("layerTable", DiagnosisText.layers(diagnosis));
    page.put("legend", DiagnosisText.legend(diagnosis));
    List<Map<String, String>> layers = new ArrayList<>();
    for (LayerFigures layer : diagnosis.layers()) {
      layers.add(Map.of("name", layer.name(), "picture", LayerPicture.of(layer)));
    }
    page.put("layers", layers);
    return LessonPage.fill("diagnosis.ftlh", page);
  }

  private static Map<String, String> finding(Finding finding) {
    return Map.of(
        "severity", finding.severity().label(),
        "title", DiagnosisText.title(finding),
        "evidence", finding.evidence(),
        "remedy", finding.remedy());
  }
}
