package org.rapaio.jupyter.kernel.channels;

/**
 * A thread that does the same thing over and over, with a pause after each time, until it is told
 * to stop: what listens on each of the notebook kernel's channels.
 *
 * <p>This takes the place of the class of the same name in rapaio-jupyter-kernel 3.0.1, whose
 * {@code start()} first starts the thread and then says that it should run. Where the new thread
 * looks before that was said, it ends at once, nobody listens on its channel, and the kernel is
 * there but never answers: so it went in every second start on two cores. Here it is said before
 * the thread starts. On the kernel's class path this library comes first.
 *
 * <p>Nor does what goes wrong once end the thread: the kernel listens before it has set up who
 * answers, and Jupyter, which may ask that early, asks again.
 */
public final class LoopThread extends Thread {
  private final long sleep;
  private final Runnable body;
  private volatile boolean running = true;

  /** A thread that runs the body and pauses for so many milliseconds, in turn. */
  public LoopThread(String name, long sleep, Runnable body) {
    super(name);
    this.sleep = sleep;
    this.body = body;
  }

  @Override
  public void run() {
    try {
      while (running) {
        runOnce();
        Thread.sleep(sleep);
      }
    } catch (InterruptedException e) {
      running = false;
    }
  }

  private void runOnce() {
    try {
      body.run();
    } catch (RuntimeException e) {
      getUncaughtExceptionHandler().uncaughtException(this, e); // Which says so.
    }
  }

  /** Ends the thread once it is through with the body and its pause. */
  public void shutdown() {
    running = false;
  }
}
