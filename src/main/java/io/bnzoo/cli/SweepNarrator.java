package io.bnzoo.cli;

import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.experiment.TrialResult;
import io.bnzoo.report.TextTable;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.TrainingResult;
import java.util.Locale;

/** Tells how a sweep goes, with one bar for all its networks. */
final class SweepNarrator implements Sweep.TrialListener, AutoCloseable {
  private static final int BAR_LENGTH = 1000;

  private final int total;
  private final Terminal.Bar bar;
  private int finished;
  private double share;

  SweepNarrator(Terminal terminal, int total) {
    this.total = total;
    this.bar = total == 0 ? terminal.noBar() : terminal.bar("training", BAR_LENGTH, "");
    bar.say(count());
  }

  @Override
  public void advanced(double share) {
    this.share = share;
    bar.say(count());
    bar.at((long) Math.floor(share * BAR_LENGTH));
  }

  /** The bar is as long as the work; what is counted are networks that are done. */
  private String count() {
    String count = String.format(Locale.ROOT, "%,d of %,d networks", finished, total);
    return share < 1 ? count : count + ", evaluating";
  }

  @Override
  public void finished(Trial trial, TrialResult result) {
    finished++;
    bar.say(count());
    TrainingResult training = result.training();
    bar.print(
        String.format(
            Locale.ROOT,
            "%3d of %d  %-44s %6s %4.0f s%s",
            finished,
            total,
            trial.name(),
            training.finals().map(finals -> TextTable.share(finals.test().accuracy())).orElse("-"),
            training.totalSeconds(),
            ending(training.outcome())));
  }

  @Override
  public void notice(String line) {
    bar.print(line);
  }

  /** What a line has room for. */
  private static String ending(Outcome outcome) {
    if (outcome instanceof Outcome.PredictsOneClass one) {
      return " always " + one.label();
    }
    return outcome instanceof Outcome.Diverged ? " diverged" : "";
  }

  @Override
  public void close() {
    bar.close();
  }
}
