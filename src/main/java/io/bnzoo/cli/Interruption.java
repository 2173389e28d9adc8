package io.bnzoo.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Whether the command has been asked to stop.
 *
 * <p>On Ctrl-C the JVM ends at once, unless the command is at work that it wants to write down:
 * then the JVM waits, up to a minute, for it to end its step and do so.
 */
final class Interruption implements BooleanSupplier {
  private static final long PATIENCE_SECONDS = 60;

  private volatile CountDownLatch work = new CountDownLatch(0);
  private volatile boolean requested;

  private Interruption() {}

  /** Work whose results so far are worth waiting for; it is over when this is closed. */
  interface Work extends AutoCloseable {
    @Override
    void close();
  }

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

  /** To be held by a command while it asks {@link #getAsBoolean} between its steps. */
  Work beginWork() {
    CountDownLatch latch = new CountDownLatch(1);
    work = latch;
    return latch::countDown;
  }

  private void requestAndWait() {
    CountDownLatch atWork = work;
    if (atWork.getCount() == 0) {
      return;
    }
    request();
    System.err.println("\nStopping: what has been measured so far is being written.");
    try {
      if (!atWork.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("Gave up waiting.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
