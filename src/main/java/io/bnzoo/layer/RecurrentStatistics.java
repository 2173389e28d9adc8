package io.bnzoo.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Recomputes the running statistics of a trained network's {@link BatchNormLstm} layers.
 *
 * <p>The statistics that training leaves behind are a moving average: it trails the weights, and a
 * step whose inputs hardly differ, such as the black border of an image, has a variance so small
 * that a mean which is a little off is off by many standard deviations. The paper therefore
 * evaluates with each step's batch statistics averaged over the training set, with fixed weights,
 * and large batches. So does this: the network runs as in training, and each step gets the mean and
 * the variance of all values that it had: the mean of the batches' variances plus the variance of
 * their means. Weights, optimizer state and other layers stay as they are.
 *
 * <p>Other layers run as in training, too: leave dropout out while it runs.
 *
 * <p>Source: T. Cooijmans et al., "Recurrent Batch Normalization", 2016, section 3, and its
 * published evaluation, whose batches have 5,000 sequences.
 */
public final class RecurrentStatistics {
  private RecurrentStatistics() {}

  /**
   * Of a sequence of layers.
   *
   * @param sequences the training data, in batches as large as memory allows; it is reset first
   * @return how many sequences there were
   * @throws IllegalArgumentException if the network has no such layer, or one within Bidirectional,
   *     or there are no sequences; nothing has changed then
   */
  public static long recompute(MultiLayerNetwork network, DataSetIterator sequences) {
    return recompute(
        network.getLayers(),
        new MultiDataSetIteratorAdapter(sequences),
        batch -> {
          network.setLayerMaskArrays(mask(batch), null);
          network.feedForward(batch.getFeatures(0), true);
          network.clearLayerMaskArrays();
        });
  }

  /** Of a graph; otherwise the same. */
  public static long recompute(ComputationGraph graph, MultiDataSetIterator sequences) {
    return recompute(
        graph.getLayers(),
        sequences,
        batch -> {
          graph.setLayerMaskArrays(batch.getFeaturesMaskArrays(), null);
          graph.feedForward(batch.getFeatures(), true);
          graph.clearLayerMaskArrays();
        });
  }

  /** Whether a network has layers of this kind, all of which can be recomputed. */
  public static boolean areIn(MultiLayerNetwork network) {
    List<BatchNormLstm> layers =
        Arrays.stream(network.getLayers())
            .map(layer -> WrappedLayers.innermost(layer.conf().getLayer()))
            .filter(BatchNormLstm.class::isInstance)
            .map(BatchNormLstm.class::cast)
            .toList();
    return !layers.isEmpty()
        && layers.size()
            == Arrays.stream(network.getLayers())
                .filter(layer -> WrappedLayers.innermost(layer) instanceof BatchNormLstmRuntime)
                .count();
  }

  private static INDArray mask(MultiDataSet batch) {
    return batch.getFeaturesMaskArrays() == null ? null : batch.getFeaturesMaskArray(0);
  }

  private static long recompute(
      Layer[] layers, MultiDataSetIterator sequences, Consumer<MultiDataSet> forward) {
    List<BatchNormLstmRuntime> found = found(layers);
    sequences.reset();
    if (!sequences.hasNext()) {
      throw new IllegalArgumentException("there are no sequences to compute the statistics of");
    }
    long count = 0;
    found.forEach(BatchNormLstmRuntime::startSums);
    try {
      while (sequences.hasNext()) {
        MultiDataSet batch = sequences.next();
        forward.accept(batch);
        count += batch.getFeatures(0).size(0);
      }
      found.forEach(BatchNormLstmRuntime::writeSums);
    } finally {
      found.forEach(BatchNormLstmRuntime::endSums);
    }
    return count;
  }

  private static List<BatchNormLstmRuntime> found(Layer[] layers) {
    List<BatchNormLstmRuntime> found = new ArrayList<>();
    for (Layer layer : layers) {
      if (WrappedLayers.innermost(layer) instanceof BatchNormLstmRuntime runtime) {
        found.add(runtime);
      } else if (WrappedLayers.innermost(layer.conf().getLayer()) instanceof BatchNormLstm inside) {
        throw new IllegalArgumentException(
            "the statistics of "
                + inside.getLayerName()
                + " cannot be recomputed: it is within a Bidirectional");
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "the network has no BatchNormLstm among its layers "
              + Arrays.stream(layers)
                  .map(layer -> layer.conf().getLayer().getLayerName())
                  .toList());
    }
    return found;
  }
}
