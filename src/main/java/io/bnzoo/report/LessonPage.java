package io.bnzoo.report;

import freemarker.template.Configuration;
import freemarker.template.Template;
import freemarker.template.TemplateException;
import io.bnzoo.chart.AccuracyCharts;
import io.bnzoo.chart.InsideCharts;
import io.bnzoo.chart.Picture;
import io.bnzoo.chart.ThroughTimeCharts;
import io.bnzoo.experiment.InferenceTrap;
import io.bnzoo.files.AtomicFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The report for people: one HTML file that needs nothing beside it, and the same as Markdown. */
public final class LessonPage {
  public static final String CHARTS = "charts";
  public static final String FILE = "index.html";
  public static final String TEXT = "lesson.md";

  private final LessonReport report;
  private final LessonTables tables;

  public LessonPage(LessonReport report) {
    this.report = report;
    this.tables = new LessonTables(report);
  }

  /** Writes {@code index.html}, {@code lesson.md} and the pictures as PNG. */
  public void write(Path folder) throws IOException {
    List<Map<String, Object>> experiments = new ArrayList<>();
    for (LessonReport.ExperimentSection part : report.experiments()) {
      experiments.add(experiment(part, folder.resolve(CHARTS)));
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("title", "What batch normalization does: the lesson's experiments");
    model.put("about", LessonText.about(report));
    model.put("summary", tables.summary());
    model.put("luck", report.luck());
    model.put("legend", LessonText.LEGEND);
    model.put("experiments", experiments);
    model.put("provenance", LessonText.provenance(report));
    AtomicFile.write(folder.resolve(FILE), fill("lesson.ftlh", model));
    AtomicFile.write(folder.resolve(TEXT), fill("lesson.ftl", model));
  }

  private Map<String, Object> experiment(LessonReport.ExperimentSection part, Path charts)
      throws IOException {
    InsideCharts inside = new InsideCharts(part.result());
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("id", part.experiment().id());
    view.put("title", part.experiment().title());
    view.put("setting", LessonText.setting(part));
    view.put("table", tables.experiment(part));
    List<List<String>> curve = tables.curve(part);
    view.put("curve", curve.size() > 1 ? curve : List.of());
    view.put("trials", tables.trials(part));
    view.put("remarks", part.remarks());
    view.put("charts", pictures(new AccuracyCharts(part.result()).pictures(), charts));
    List<Object> diagnostics = new ArrayList<>();
    ThroughTimeCharts throughTime = new ThroughTimeCharts(part.result());
    for (List<Picture> row : concat(inside.pictures(), throughTime.pictures())) {
      diagnostics.add(pictures(row, charts));
    }
    view.put("lookedAt", inside.trials().isEmpty() ? throughTime.trials() : inside.trials());
    view.put(
        "diagnosticsLegend",
        inside.trials().isEmpty() ? LessonText.THROUGH_TIME : LessonText.INSIDE);
    view.put("diagnostics", diagnostics);
    view.put("traps", traps(part));
    return view;
  }

  private static List<List<Picture>> concat(List<List<Picture>> some, List<List<Picture>> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static List<Map<String, String>> pictures(List<Picture> pictures, Path folder)
      throws IOException {
    List<Map<String, String>> views = new ArrayList<>();
    for (Picture picture : pictures) {
      AtomicFile.write(folder.resolve(picture.fileName()), picture.png());
      views.add(
          Map.of(
              "address", picture.address(),
              "file", CHARTS + "/" + picture.fileName(),
              "description", picture.description()));
    }
    return views;
  }

  private static List<Map<String, Object>> traps(LessonReport.ExperimentSection part) {
    List<Map<String, Object>> views = new ArrayList<>();
    for (LessonReport.VariantSummary row : part.variants()) {
      for (LessonReport.TrialSummary run : row.trials()) {
        run.inferenceTrap().ifPresent(trap -> views.add(trap(row, run, trap)));
      }
    }
    return views;
  }

  private static Map<String, Object> trap(
      LessonReport.VariantSummary row, LessonReport.TrialSummary run, InferenceTrap trap) {
    return Map.of(
        "seed",
        Long.toString(run.seed()),
        "explanation",
        LessonText.INFERENCE_TRAP,
        "table",
        LessonText.trapTable(row, run),
        "byBatch",
        trap.byBatchStatistics().toString(),
        "byPopulation",
        trap.byPopulationStatistics().toString());
  }

  /** Fills a template; what goes into HTML is escaped by its name's ending. */
  static String fill(String name, Map<String, Object> model) throws IOException {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setClassForTemplateLoading(LessonPage.class, "");
    configuration.setDefaultEncoding("UTF-8");
    configuration.setLocale(Locale.ROOT);
    configuration.setRecognizeStandardFileExtensions(true);
    configuration.setLogTemplateExceptions(false);
    try {
      Template template = configuration.getTemplate(name);
      StringWriter text = new StringWriter();
      template.process(model, text);
      return text.toString();
    } catch (TemplateException e) {
      throw new IllegalStateException("the template " + name + " does not fit its model", e);
    }
  }
}
