package io.bnzoo.report;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.train.Sample;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.util.Locale;
import java.util.function.Consumer;

/** Tells in lines of text how a comparison goes. */
public final class Narrator implements Comparison.Listener {
  private final Consumer<String> lines;

  public Narrator(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public TrainingListener starting(NetworkSpec spec, TrainingPlan plan) {
    lines.accept("");
    lines.accept(
        String.format(
            Locale.ROOT,
            "%s, %s, seed %d: %d batches of %d",
            spec.model(),
            spec.normalization().label(),
            spec.seed(),
            plan.batches(),
            plan.batchSize()));
    return new TrainingListener() {
      @Override
      public void measured(Sample sample) {
        lines.accept(line(sample));
      }
    };
  }

  @Override
  public void finished(Comparison.VariantResult variant) {
    TrainingResult result = variant.result();
    result.finals().ifPresent(this::tell);
    lines.accept(
        String.format(
            Locale.ROOT,
            "  %s, %.1f s in all, %.1f ms a batch",
            result.outcome().description(),
            result.totalSeconds(),
            result.millisecondsPerBatch()));
  }

  @Override
  public void notice(String line) {
    lines.accept(line);
  }

  private static String line(Sample sample) {
    return String.format(
        Locale.ROOT,
        "  batch %5d  %-10s  loss %8.5f  accuracy %.4f",
        sample.batch(),
        sample.split().name().toLowerCase(Locale.ROOT),
        sample.loss(),
        sample.accuracy());
  }

  private void tell(TrainingResult.Finals finals) {
    lines.accept(figure("final validation accuracy", finals.validation().accuracy()));
    lines.accept(figure("final test accuracy", finals.test().accuracy()));
    finals
        .movingAverageAccuracy()
        .ifPresent(before -> lines.accept(figure("by the moving averages of training", before)));
    String singles = "first " + finals.singleImages() + " test images one at a time";
    lines.accept(figure(singles, finals.singleAccuracy()));
    if (finals.singlesDisagree()) {
      lines.accept("  ! in a batch the same images are recognized otherwise: check the statistics");
    }
  }

  private static String figure(String name, double accuracy) {
    return String.format(Locale.ROOT, "  %-40s %.4f", name, accuracy);
  }
}
