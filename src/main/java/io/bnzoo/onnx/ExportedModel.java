package io.bnzoo.onnx;

import java.util.List;
import java.util.Optional;

/**
 * What has been written.
 *
 * @param inputs what the model takes
 * @param outputs what it gives
 * @param nodes how many nodes its graph has
 * @param batchNormalizations how many of them are batch normalizations
 * @param normalizer what the first nodes do to pixels, where the model was saved with a normalizer
 * @param opset the version of ONNX's operators
 * @param bytes the size of the file
 */
public record ExportedModel(
    List<Tensor> inputs,
    List<Tensor> outputs,
    int nodes,
    long batchNormalizations,
    Optional<String> normalizer,
    long opset,
    long bytes) {
  /** Copies the lists. */
  public ExportedModel {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * An input or an output, of floats.
   *
   * @param name of the layer or the input
   * @param shape of one example; before it comes the number of examples, which is free
   */
  public record Tensor(String name, List<Long> shape) {
    /** Copies the list. */
    public Tensor {
      shape = List.copyOf(shape);
    }

    /** Name and shape, such as "input [batch, 784]". */
    public String description() {
      StringBuilder text = new StringBuilder(name).append(" [batch");
      shape.forEach(axis -> text.append(", ").append(axis));
      return text.append(']').toString();
    }
  }
}
