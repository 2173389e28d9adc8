package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.NativeScope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A network's computation, up to the logits, as operations that have kernels.
 *
 * @param input the size of its input images
 * @param operations in the order in which they run, each on what the one before it gave
 * @param classes the number of logits for each
 */
public record NetworkGraph(Operation.MapSize input, List<Operation> operations, long classes) {

  /** Copies the list. */
  public NetworkGraph {
    operations = List.copyOf(operations);
  }

  /**
   * Reads a network's configuration.
   *
   * @param input what the network is given: vectors, or images in one of the orders of axes
   * @throws UnsupportedNetworkException if a part of it has no kernels here
   */
  public static NetworkGraph of(MultiLayerNetwork network, InputType input) {
    try (NativeScope made = new NativeScope()) {
      return new NetworkReader(network, input).read();
    }
  }

  /** The same computation with each activation function as an operation of its own. */
  NetworkGraph unfused() {
    return new NetworkGraph(
        input, operations.stream().flatMap(NetworkGraph::unfused).toList(), classes);
  }

  private static Stream<Operation> unfused(Operation operation) {
    if (operation instanceof Operation.LinearOp linear && linear.activation().isPresent()) {
      return Stream.of(
          linear.withActivation(Optional.empty()),
          new Operation.ActivationOp(linear.activation().get()));
    }
    if (operation instanceof Operation.NormalizationOp normalization && normalization.rectified()) {
      return Stream.of(
          normalization.withRectified(false), new Operation.ActivationOp(ActivationFunction.RELU));
    }
    return Stream.of(operation);
  }

  /**
   * The floating-point operations of a training step, counting convolutions and matrix products
   * only: a multiplication and an addition for each product of a weight and a value, forward, for
   * the gradient of the weights, and, but for the first layer, for that of the values.
   */
  public long operationsOfStep(int batch) {
    long products = 0;
    long ways = 2;
    for (Operation operation : operations) {
      if (operation instanceof Operation.LinearOp linear) {
        products += ways * linear.products();
        ways = 3;
      }
    }
    return 2 * products * batch;
  }
}
