package io.bnzoo.cli;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.report.RunFolder;
import io.bnzoo.spec.NetworkSpec;
import io.bnzoo.spec.TrainingPlan;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.Sample;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.train.TrainingResult;
import java.io.IOException;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Tells on the terminal how a comparison goes, and saves each model when it is done. */
final class TrainingNarrator implements Comparison.Listener {
  private final Terminal terminal;
  private final RunFolder folder;

  TrainingNarrator(Terminal terminal, RunFolder folder) {
    this.terminal = terminal;
    this.folder = folder;
  }

  @Override
  public TrainingListener starting(NetworkSpec spec, TrainingPlan plan) {
    terminal.tell(
        String.format(
            Locale.ROOT,
            "%n%s, %s, seed %d: %d batches of %d",
            spec.model(),
            spec.normalization().label(),
            spec.seed(),
            plan.batches(),
            plan.batchSize()));
    return new OneTraining(terminal.bar(spec.normalization().label(), plan.batches(), "batches"));
  }

  @Override
  public void finished(Comparison.VariantResult variant, MultiLayerNetwork network)
      throws IOException {
    TrainingResult result = variant.result();
    result.finals().ifPresent(finals -> tellFinals(finals));
    terminal.tell(
        String.format(
            Locale.ROOT,
            "  %s, %.1f s in all, %.1f ms a batch",
            result.outcome().description(),
            result.totalSeconds(),
            result.millisecondsPerBatch()));
    ModelFiles.save(network, folder.modelFile(variant));
  }

  private void tellFinals(TrainingResult.Finals finals) {
    terminal.tell(figure("final validation accuracy", finals.validation().accuracy()));
    terminal.tell(figure("final test accuracy", finals.test().accuracy()));
    terminal.tell(
        figure(
            "first " + finals.singleImages() + " test images one at a time",
            finals.singleAccuracy()));
    if (finals.singlesDisagree()) {
      terminal.tell("  ! one image at a time is far from the rest: check the statistics");
    }
  }

  private static String figure(String name, double accuracy) {
    return String.format(Locale.ROOT, "  %-40s %.4f", name, accuracy);
  }

  /** Follows one network. */
  private static final class OneTraining implements TrainingListener {
    private final Terminal.Bar bar;

    OneTraining(Terminal.Bar bar) {
      this.bar = bar;
    }

    @Override
    public void stepped(int done, int total) {
      bar.at(done);
    }

    @Override
    public void measured(Sample sample) {
      bar.print(
          String.format(
              Locale.ROOT,
              "  batch %5d  %-10s  loss %8.5f  accuracy %.4f",
              sample.batch(),
              sample.split().name().toLowerCase(Locale.ROOT),
              sample.loss(),
              sample.accuracy()));
    }

    @Override
    public void scoring() {
      bar.close();
    }

    @Override
    public void ended() {
      bar.close();
    }
  }
}
