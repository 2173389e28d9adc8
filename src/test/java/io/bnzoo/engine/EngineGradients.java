package io.bnzoo.engine;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What oneDNN's engine finds on its way. */
public final class EngineGradients {
  private EngineGradients() {}

  /**
   * Trains a network for one step.
   *
   * @return a network like it, with the gradients of the mean loss where its weights were
   */
  public static MultiLayerNetwork ofStep(MultiLayerNetwork network, LabeledImages batch) {
    try (OneDnnEngine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(batch);
      INDArray gradients = engine.gradients();
      MultiLayerNetwork holder = network.clone();
      holder.params().assign(gradients.reshape(holder.params().shape()));
      return holder;
    }
  }
}
