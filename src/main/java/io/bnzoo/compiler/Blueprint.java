package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.NativeScope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
   * @param input what the network is given: vectors, or images in one of the orders of axes
   * @throws UnsupportedNetworkException if a part of it has no kernels here
   */
  public static Blueprint of(MultiLayerNetwork network, InputType input)
      throws UnsupportedNetworkException {
    try (NativeScope made = new NativeScope()) {
      return new NetworkReader(network).read(input);
    }
  }

  /** The same computation with each function of a result as an operation of its own. */
  Blueprint spelledOut() {
    return new Blueprint(input, operations.stream().flatMap(Blueprint::parts).toList(), classes);
  }

  private static Stream<Operation> parts(Operation operation) {
    if (operation instanceof Operation.Affine affine && affine.then().isPresent()) {
      return Stream.of(
          affine.followedBy(Optional.empty()), new Operation.Application(affine.then().get()));
    }
    if (operation instanceof Operation.Normalization normalization && normalization.rectified()) {
      return Stream.of(
          normalization.thenRectified(false), new Operation.Application(ActivationFunction.RELU));
    }
    return Stream.of(operation);
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
