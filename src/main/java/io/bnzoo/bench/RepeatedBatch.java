package io.bnzoo.bench;

import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** The same batch, a number of times; keeps how long whoever takes it needs for each. */
final class RepeatedBatch implements MultiDataSetIterator {
  private final transient MultiDataSet batch;
  private final double[] milliseconds;
  private int given;
  private long start;

  RepeatedBatch(MultiDataSet batch, int times) {
    this.batch = batch;
    this.milliseconds = new double[times];
  }

  /** From when a batch was given to when the next one was asked for. */
  double[] milliseconds() {
    return milliseconds.clone();
  }

  @Override
  public boolean hasNext() {
    if (given > 0 && milliseconds[given - 1] == 0) {
      milliseconds[given - 1] = (System.nanoTime() - start) / 1e6;
    }
    return given < milliseconds.length;
  }

  @Override
  public MultiDataSet next() {
    given++;
    start = System.nanoTime();
    return batch;
  }

  @Override
  public MultiDataSet next(int count) {
    return next();
  }

  @Override
  public void setPreProcessor(MultiDataSetPreProcessor none) {
    throw new UnsupportedOperationException("the batch is given as it is");
  }

  @Override
  public MultiDataSetPreProcessor getPreProcessor() {
    return null;
  }

  @Override
  public boolean resetSupported() {
    return false;
  }

  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException("it is given once");
  }
}
