package io.bnzoo.program;

import io.bnzoo.onednn.Temporaries;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * What a network computes, up to the logits, as operations that there are kernels for.
 *
 * @param input the images that it takes
 * @param classes how many logits it gives for each
 */
public record Blueprint(Operation.ImageSize input, List<Operation> operations, long classes) {

  public Blueprint {
    operations = List.copyOf(operations);
  }

  /**
   * Reads a network's configuration.
   *
   * @throws UnsupportedNetworkException if a part of it has no kernels here
   */
  public static Blueprint of(MultiLayerNetwork network) throws UnsupportedNetworkException {
    try (Temporaries made = new Temporaries()) {
      return new NetworkReader(network).read();
    }
  }

  /**
   * The floating-point operations of a training step, those of convolutions and matrix products
   * alone: a multiplication and an addition for each product of a weight and a value, forward, for
   * the gradient of the weights, and, but for the first layer, for that of the values.
   */
  public long operationsOfStep(int batch) {
    long products = 0;
    long ways = 2;
    for (Operation operation : operations) {
      if (operation instanceof Operation.Affine affine) {
        products += ways * affine.products();
        ways = 3;
      }
    }
    return 2 * products * batch;
  }
}
