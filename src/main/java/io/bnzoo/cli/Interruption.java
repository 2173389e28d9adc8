package io.bnzoo.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Whether the command has been asked to stop.
 *
 * <p>On Ctrl-C the JVM waits, up to a minute, for the command to end its step and write down what
 * it has.
 */
final class Interruption implements BooleanSupplier {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean requested;

  private Interruption() {}

  /** One that nothing ever requests. */
  static Interruption never() {
    return new Interruption();
  }

  /** One that is requested when the JVM is told to go, by Ctrl-C or a signal. */
  static Interruption onCtrlC() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::requestAndWait, "interruption"));
    return interruption;
  }

  @Override
  public boolean getAsBoolean() {
    return requested;
  }

  void request() {
    requested = true;
  }

  /** To be called when the command has nothing more to write. */
  void commandEnded() {
    ended.countDown();
  }

  private void requestAndWait() {
    if (ended.getCount() == 0) {
      return;
    }
    request();
    System.err.println("\nStopping: what has been measured so far is being written.");
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("Gave up waiting.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
