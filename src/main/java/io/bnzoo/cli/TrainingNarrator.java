package io.bnzoo.cli;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.report.Narrator;
import io.bnzoo.train.Sample;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;

/** A {@link Narrator} on a terminal, with a progress bar below its lines. */
final class TrainingNarrator implements Comparison.Listener {
  private final Terminal terminal;
  private final Narrator narrator;
  private Terminal.Bar bar;

  TrainingNarrator(Terminal terminal) {
    this.terminal = terminal;
    this.narrator = new Narrator(line -> bar.print(line));
    this.bar = terminal.noBar();
  }

  @Override
  public TrainingListener starting(NetworkSpec spec, TrainingPlan plan) {
    TrainingListener lines = narrator.starting(spec, plan);
    return new TrainingListener() {
      @Override
      public void started() {
        bar = terminal.bar(spec.normalization().label(), plan.batches(), "batches");
      }

      @Override
      public void stepped(int done, int total) {
        bar.at(done);
      }

      @Override
      public void measured(Sample sample) {
        lines.measured(sample);
      }

      @Override
      public void evaluating() {
        bar.say("evaluating");
      }

      @Override
      public void ended() {
        bar.close();
        bar = terminal.noBar();
      }
    };
  }

  @Override
  public void finished(Comparison.VariantResult variant) {
    narrator.finished(variant);
  }

  @Override
  public void notice(String line) {
    terminal.warn(line);
  }
}
