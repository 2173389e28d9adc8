package io.bnzoo.toolbox;

import java.util.List;
import java.util.Locale;

/**
 * One thing that a diagnosis has found.
 *
 * @param symptom what it is about
 * @param severity how much it matters
 * @param layers the names of the layers that it is about, in order; none if it is the whole model
 * @param evidence what was measured or read, as a sentence
 * @param remedy what to do, as a sentence
 */
public record Finding(
    Symptom symptom, Severity severity, List<String> layers, String evidence, String remedy) {

  /** How much it matters. */
  public enum Severity {
    /** It spoils predictions. */
    ERROR,
    /** It may spoil predictions, now or in the next training. */
    WARNING,
    /** Worth knowing; nothing is wrong because of it. */
    NOTE;

    /** In lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a finding is about. */
  public enum Symptom {
    /** Parameters that are NaN or infinite, or a variance below 0. */
    NOT_FINITE,
    /** Running statistics that are still 0 and 1 after a training. */
    NEVER_UPDATED,
    /** A share of the initial 0 and 1 that is still in the running statistics. */
    INITIAL_SHARE,
    /** Features that are the same for every image. */
    DEAD_FEATURES,
    /** Features whose variance is below epsilon, so that normalizing leaves them small. */
    WEAK_FEATURES,
    /** Gradient clipping or normalization that Deeplearning4j applies to running statistics too. */
    CLIPPED_STATISTICS,
    /** A bias in the layer before, which batch norm subtracts again. */
    REDUNDANT_BIAS,
    /** L1, L2 or weight decay on gamma and beta. */
    DECAYED_GAMMA,
    /** A locked gamma or beta that Deeplearning4j ignores. */
    IGNORED_LOCK,
    /** A running variance that is kept as a logarithm. */
    LOG_DEVIATION,
    /** Running statistics that are an average over a few batches. */
    SHORT_WINDOW,
    /** An epsilon that is too small or too large for what it is added to. */
    EPSILON,
    /** The claim that a batch is all there is. */
    FULL_BATCH,
    /** Dropout whose noise is in the running variance. */
    DROPOUT_BEFORE,
    /** Batch norm over sequences. */
    SEQUENCES,
    /** Deeplearning4j's default activation where another one, or batch norm, follows. */
    LEFTOVER_SIGMOID,
    /** Running statistics that all time steps share. */
    SHARED_STATISTICS,
    /** First time steps that are nearly the same for every sequence. */
    CONSTANT_STEPS,
    /** A gamma within a recurrence that starts too large for the gradient. */
    LARGE_GAMMA,
    /** Moving averages of a recurrent layer that the weights have moved away from. */
    TRAILING_STATISTICS,
    /** Running statistics that do not fit what the layer is given. */
    DRIFT,
    /** Running variances that are too small by the factor of very small batches. */
    SMALL_BATCHES,
    /** A frozen layer whose running statistics do not fit what it is given. */
    FROZEN_STATISTICS,
    /** Images that are not like those that the model was trained on. */
    OTHER_IMAGES;

    /** Its name as JSON and tables have it, such as {@code never-updated}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Copies the list. */
  public Finding {
    layers = List.copyOf(layers);
  }

  /** Whether something is wrong because of it. */
  boolean isWrong() {
    return severity != Severity.NOTE;
  }

  /** The same about how much it matters. */
  Finding as(Severity choice) {
    return new Finding(symptom, choice, layers, evidence, remedy);
  }
}
