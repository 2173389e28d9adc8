package io.bnzoo.backend;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.cpu.nativecpu.ops.NativeOpExecutioner;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's executioner, with arrays brought into the order in which its oneDNN kernels read them.
 *
 * <p>ND4J 1.0.0-M2.1 hands oneDNN the strides of an array only in some cases. A convolution of NHWC
 * images reads and writes every array as if it were in 'c' order without gaps: another one gives
 * wrong values, and writes beyond the array's end. So do biases, means and variances with gaps,
 * batch normalization of arrays in 'f' order (Deeplearning4j issue 8860), and softmax's gradient in
 * that order. Deeplearning4j passes such arrays along: the gradient behind a ReLU inside an NHWC
 * convolution is one. Here they are copied before and, where they are results, after the operation;
 * all other arrays go through as they are.
 *
 * <p>Softmax of more than three axes is wrong along every axis but the last, in any order, and is
 * left to ND4J's own kernel.
 */
public final class OrderedExecutioner extends NativeOpExecutioner {

  /**
   * The operations with a oneDNN kernel, but for matmul, concat, tanh and its gradient, which are
   * right in every order.
   */
  static final Set<String> ONEDNN_OPERATIONS =
      Set.of(
          "avgpool2d",
          "avgpool2d_bp",
          "avgpool3dnew",
          "avgpool3dnew_bp",
          "batchnorm",
          "batchnorm_bp",
          "conv2d",
          "conv2d_bp",
          "conv3dnew",
          "conv3dnew_bp",
          "deconv2d",
          "deconv2d_bp",
          "deconv2d_tf",
          "deconv3d",
          "deconv3d_bp",
          "depthwise_conv2d",
          "depthwise_conv2d_bp",
          "lrn",
          "lstmLayer",
          "maxpool2d",
          "maxpool2d_bp",
          "maxpool3dnew",
          "maxpool3dnew_bp",
          "softmax",
          "softmax_bp",
          "xw_plus_b",
          "xw_plus_b_bp");

  private OrderedExecutioner() {}

  /**
   * Makes this ND4J's executioner, once.
   *
   * @return whether it is; not where another backend runs or somebody has put in one of their own
   */
  public static synchronized boolean install() {
    if (Nd4j.getExecutioner() instanceof OrderedExecutioner) {
      return true;
    }
    if (Nd4j.getExecutioner().getClass() != NativeOpExecutioner.class) {
      return false;
    }
    try {
      // ND4J takes the class from the property opexec as well, but only before its first use.
      Field executioner = Nd4j.class.getDeclaredField("OP_EXECUTIONER_INSTANCE");
      executioner.setAccessible(true);
      executioner.set(null, new OrderedExecutioner());
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
  }

  @Override
  public INDArray[] exec(CustomOp operation, OpContext context) {
    if (!ONEDNN_OPERATIONS.contains(operation.opName())) {
      return super.exec(operation, context);
    }
    List<INDArray> inputs = context.getInputArrays();
    if (operation.opName().equals("softmax") && inputs.get(0).rank() > 3) {
      context.allowHelpers(false);
    }
    List<INDArray> outputs = context.getOutputArrays();
    if (inputs.stream().allMatch(OrderedExecutioner::inOrder)
        && outputs.stream().allMatch(OrderedExecutioner::inOrder)) {
      return super.exec(operation, context);
    }
    return execInOrder(operation, context, inputs, outputs);
  }

  private INDArray[] execInOrder(
      CustomOp operation, OpContext context, List<INDArray> inputs, List<INDArray> outputs) {
    List<INDArray> orderedInputs = List.of();
    List<INDArray> orderedOutputs = List.of();
    // Outside of workspaces a copy's memory can be given back at once.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      orderedInputs = inputs.stream().map(OrderedExecutioner::ordered).toList();
      orderedOutputs = outputs.stream().map(OrderedExecutioner::ordered).toList();
      replace(orderedInputs, context::setInputArray);
      replace(orderedOutputs, context::setOutputArray);
      super.exec(operation, context);
      for (int i = 0; i < outputs.size(); i++) {
        if (outputs.get(i) != orderedOutputs.get(i)) {
          outputs.get(i).assign(orderedOutputs.get(i));
        }
      }
      return outputs.toArray(INDArray[]::new);
    } finally {
      replace(inputs, context::setInputArray);
      replace(outputs, context::setOutputArray);
      close(orderedInputs, inputs);
      close(orderedOutputs, outputs);
    }
  }

  /** Whether the values lie one after the other; the stride of an axis of size 1 means nothing. */
  private static boolean inOrder(INDArray array) {
    if (array.isEmpty()) {
      return true;
    }
    long stride = 1;
    for (int axis = array.rank() - 1; axis >= 0; axis--) {
      long size = array.size(axis);
      if (size != 1 && array.stride(axis) != stride) {
        return false;
      }
      stride *= size;
    }
    return array.rank() < 2 || array.ordering() == 'c';
  }

  private static INDArray ordered(INDArray array) {
    return inOrder(array) ? array : array.dup('c');
  }

  private static void replace(List<INDArray> arrays, BiConsumer<Integer, INDArray> setter) {
    for (int i = 0; i < arrays.size(); i++) {
      setter.accept(i, arrays.get(i));
    }
  }

  private static void close(List<INDArray> copies, List<INDArray> originals) {
    for (int i = 0; i < copies.size(); i++) {
      if (copies.get(i) != originals.get(i)) {
        copies.get(i).close();
      }
    }
  }
}
