package io.bnzoo.zoo;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where batch normalization stands in a hidden block, and where the block has a bias.
 *
 * <p>These are the ways that the sources show. A network without normalization has only one: linear
 * map with bias, activation.
 */
public enum Placement {
  /**
   * Affine map without bias, normalization, activation: the default, and what Ioffe and Szegedy
   * recommend. The normalization subtracts the mean and any bias with it; beta does the rest.
   */
  BEFORE_ACTIVATION("", false, BlockOperation.NORMALIZATION, BlockOperation.ACTIVATION),
  /**
   * The same with a bias in the linear layer, which has no effect; its gradient is 0 but for
   * rounding.
   */
  BEFORE_ACTIVATION_WITH_BIAS(
      "-with-bias", true, BlockOperation.NORMALIZATION, BlockOperation.ACTIVATION),
  /** Affine map with bias, activation, normalization. */
  AFTER_ACTIVATION_WITH_BIAS(
      "-after-with-bias", true, BlockOperation.ACTIVATION, BlockOperation.NORMALIZATION),
  /** Affine map without bias, activation, normalization. */
  AFTER_ACTIVATION("-after", false, BlockOperation.ACTIVATION, BlockOperation.NORMALIZATION),
  /**
   * Affine map without bias, normalization, a bias of its own, activation. The bias repeats beta:
   * the two have the same gradient.
   */
  BEFORE_ACTIVATION_THEN_BIAS(
      "-then-bias",
      false,
      BlockOperation.NORMALIZATION,
      BlockOperation.BIAS,
      BlockOperation.ACTIVATION);

  /** What follows the linear layer. */
  public enum BlockOperation {
    /** The normalization of the block. */
    NORMALIZATION,
    /** A bias of its own. */
    BIAS,
    /** The activation. */
    ACTIVATION
  }

  private final String suffix;
  private final boolean linearBias;

  @SuppressWarnings("ImmutableEnumChecker") // Only ever List.of.
  private final List<BlockOperation> parts;

  Placement(String suffix, boolean linearBias, BlockOperation... parts) {
    this.suffix = suffix;
    this.linearBias = linearBias;
    this.parts = List.of(parts);
  }

  /** A normalization in every placement. */
  static List<Normalization> each(Function<Placement, ? extends Normalization> placed) {
    return Stream.of(values()).<Normalization>map(placed).toList();
  }

  /** What a normalization's label ends in; nothing for the default. */
  String suffix() {
    return suffix;
  }

  /** Whether the linear layer has a bias. */
  public boolean linearBias() {
    return linearBias;
  }

  /** What follows the linear layer, in order. */
  public List<BlockOperation> parts() {
    return parts;
  }
}
