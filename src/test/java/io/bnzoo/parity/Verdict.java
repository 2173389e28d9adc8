package io.bnzoo.parity;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How far an implementation of ours and TensorFlow are from double precision, over the same runs.
 */
record Verdict(Distances ours, Distances tensorFlow) {

  /** One of ours: a normalization and what computes it. */
  record Subject(String normalization, EngineChoice engine) {
    @Override
    public String toString() {
      return normalization + " on " + engine.label();
    }
  }

  /** All implementations of ours for runs of one kind. */
  static List<Subject> subjects(List<RecordedRun> runs) {
    return subjects(runs.get(0), 0);
  }

  /**
   * All batch norms of ours for the first run, one for the others: they are compared with each
   * other elsewhere, and here each takes seconds.
   */
  private static List<Subject> subjects(RecordedRun run, int index) {
    List<Subject> subjects = new ArrayList<>();
    for (Normalization normalization : run.implementations()) {
      boolean always =
          switch (run.description().batchNorm()) {
            case NONE -> true;
            case MOMENTS -> normalization.label().equals(Normalization.lowLevel().label());
            case FUSED -> normalization.label().equals(Normalization.batchNorm().label());
          };
      if (index == 0 || always) {
        subjects.add(new Subject(normalization.label(), EngineChoice.DL4J));
        subjects.add(new Subject(normalization.label(), EngineChoice.ONEDNN));
      }
    }
    return subjects;
  }

  /** Judges all of ours over runs of one kind, two runs side by side. */
  static Map<Subject, Verdict> of(List<RecordedRun> runs, ImageDataset digits)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Map<Subject, Verdict>>> each = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        RecordedRun run = runs.get(i);
        List<Subject> subjects = subjects(run, i);
        each.add(threads.submit(() -> of(run, subjects, digits)));
      }
      Map<Subject, Verdict> verdicts = new LinkedHashMap<>();
      for (Future<Map<Subject, Verdict>> ofRun : each) {
        ofRun.get().forEach((subject, verdict) -> verdicts.merge(subject, verdict, Verdict::and));
      }
      return verdicts;
    } finally {
      threads.shutdownNow();
    }
  }

  private static Map<Subject, Verdict> of(
      RecordedRun run, List<Subject> subjects, ImageDataset digits) throws IOException {
    ExactRun exact = new ExactRun(run, digits);
    Distances tensorFlow = exact.ofTensorFlow();
    Map<Subject, Verdict> verdicts = new LinkedHashMap<>();
    for (Subject subject : subjects) {
      Normalization normalization =
          run.implementations().stream()
              .filter(each -> each.label().equals(subject.normalization()))
              .findFirst()
              .orElseThrow();
      Observation ours = Observation.of(run, digits, normalization, subject.engine());
      verdicts.put(subject, new Verdict(exact.of(ours), tensorFlow));
    }
    return verdicts;
  }

  /** Over the runs of both. */
  private Verdict and(Verdict other) {
    return new Verdict(ours.and(other.ours), tensorFlow.and(other.tensorFlow));
  }
}
