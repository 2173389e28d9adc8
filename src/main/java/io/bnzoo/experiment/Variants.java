package io.bnzoo.experiment;

import io.bnzoo.zoo.Architecture;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The variants that can be compared, by label. */
public final class Variants {
  private static final List<Normalization> DEFAULT_PLACEMENT =
      List.of(
          Normalization.none(),
          Normalization.batchNorm(),
          Normalization.lowLevel(),
          Normalization.speltOut());

  private static final List<Normalization> ALL =
      DEFAULT_PLACEMENT.stream().flatMap(one -> one.inEveryPlacement().stream()).toList();

  private static final List<Normalization> RECURRENT =
      List.of(
          Normalization.none(),
          Normalization.recurrentBatchNorm(),
          Normalization.recurrentBatchNorm().withInitialGamma(1),
          Normalization.recurrentBatchNorm().withStatistics(Normalization.TimeSteps.SHARED));

  private Variants() {}

  /** Those that a model can have, in the order in which they are shown. */
  public static List<Normalization> of(Zoo.Entry entry) {
    return isRecurrent(entry) ? RECURRENT : ALL;
  }

  /** Of these, each normalization in the default placement. */
  public static List<Normalization> inDefaultPlacement(Zoo.Entry entry) {
    return isRecurrent(entry) ? RECURRENT : DEFAULT_PLACEMENT;
  }

  /** Of these, without and with batch normalization: the model's main comparison. */
  public static List<Normalization> pair(Zoo.Entry entry) {
    return inDefaultPlacement(entry).subList(0, 2);
  }

  private static boolean isRecurrent(Zoo.Entry entry) {
    return entry.builder().get().build().spec().architecture() instanceof Architecture.Recurrent;
  }

  /** Those of LSTMs, in the order in which they are shown. */
  public static List<Normalization> recurrent() {
    return RECURRENT;
  }

  /** Without and with batch normalization: the main comparison of networks of linear layers. */
  public static List<Normalization> pair() {
    return DEFAULT_PLACEMENT.subList(0, 2);
  }

  /** Each normalization of linear layers in the default placement. */
  public static List<Normalization> inDefaultPlacement() {
    return DEFAULT_PLACEMENT;
  }

  /**
   * Each normalization of linear layers in each placement, in the order in which they are shown.
   */
  public static List<Normalization> all() {
    return ALL;
  }

  /** Any of them, whatever model can have it. */
  public static Optional<Normalization> find(String label) {
    return Stream.concat(ALL.stream(), RECURRENT.stream())
        .filter(variant -> variant.label().equals(label))
        .findFirst();
  }
}
