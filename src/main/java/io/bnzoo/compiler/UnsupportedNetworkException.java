package io.bnzoo.compiler;

/** Says which part of a network has no kernels here. */
public final class UnsupportedNetworkException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String reason;

  /**
   * A refusal.
   *
   * @param reason which part it is, in words that complete "because"
   */
  public UnsupportedNetworkException(String reason) {
    super("oneDNN cannot run this network: " + reason);
    this.reason = reason;
  }

  /** What it is, in words that complete "because". */
  public String reason() {
    return reason;
  }
}
