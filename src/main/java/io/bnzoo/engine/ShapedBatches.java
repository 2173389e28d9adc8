package io.bnzoo.engine;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import java.util.stream.StreamSupport;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Batches of images in the shape that a network takes, for what asks for an iterator. */
record ShapedBatches(Iterable<? extends ImageBatch> batches, ImageInput input, ImageShape shape) {

  DataSetIterator iterator() {
    Iterable<DataSet> shaped =
        () -> StreamSupport.stream(batches.spliterator(), false).map(this::shaped).iterator();
    return new ExistingDataSetIterator(shaped);
  }

  private DataSet shaped(ImageBatch batch) {
    return new DataSet(input.shaped(batch.images(), shape), batch.oneHotLabels());
  }
}
