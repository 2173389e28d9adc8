package io.bnzoo.compiler;

/** Says which part of a network has no kernels here, in words that complete "because". */
public final class UnsupportedNetworkException extends Exception {
  private static final long serialVersionUID = 1;

  public UnsupportedNetworkException(String reason) {
    super(reason);
  }
}
