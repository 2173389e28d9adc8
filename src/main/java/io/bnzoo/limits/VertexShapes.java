package io.bnzoo.limits;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * The shapes that vertices without a layer give, from the shapes that they take.
 *
 * @param networkInputs by name
 * @param preprocessors what preprocessors give
 */
record VertexShapes(Map<String, ActivationShape> networkInputs, PreprocessorShapes preprocessors) {

  /**
   * The shape of a vertex' output.
   *
   * @throws IOException saying why it cannot take its inputs
   */
  ActivationShape of(GraphVertex vertex, List<ActivationShape> inputs) throws IOException {
    ActivationShape in = inputs.get(0);
    if (vertex instanceof FrozenVertex frozen) {
      return of(frozen.getUnderlying(), inputs);
    }
    if (vertex instanceof MergeVertex merge) {
      return merged(merge, inputs);
    }
    if (vertex instanceof ElementWiseVertex) {
      return largest(inputs);
    }
    if (vertex instanceof StackVertex) {
      return in.withRows(inputs.stream().mapToLong(ActivationShape::rows).sum());
    }
    if (vertex instanceof UnstackVertex unstack) {
      require(unstack.getFrom() < unstack.getStackSize(), "takes from beyond its stackSize");
      require(
          preprocessors.known() != Sizes.GIVEN || unstack.getStackSize() <= in.rows(),
          "has the stackSize " + unstack.getStackSize() + " and gets " + in.rows());
      return in.withRows(Math.max(1, in.rows() / unstack.getStackSize()));
    }
    if (vertex instanceof SubsetVertex subset) {
      require(
          subset.getFrom() <= subset.getTo()
              && (preprocessors.known() == Sizes.UNKNOWN || subset.getTo() < in.channels()),
          String.format(
              Locale.ROOT,
              "takes the values from %d to %d out of %d",
              subset.getFrom(),
              subset.getTo(),
              in.channels()));
      return in.withChannels(subset.getTo() - subset.getFrom() + 1L);
    }
    if (vertex instanceof ReshapeVertex reshape) {
      return reshaped(reshape, in);
    }
    if (vertex instanceof L2NormalizeVertex normalize) {
      int[] axes = normalize.getDimension();
      require(
          axes == null || Arrays.stream(axes).allMatch(axis -> axis > 0 && axis < in.axes() + 2),
          "has a dimension that its input of " + in + " does not have");
      return in;
    }
    if (vertex instanceof L2Vertex) {
      return ActivationShape.vector(1).withRows(in.rows());
    }
    if (vertex instanceof PoolHelperVertex) {
      return in.withSizes(in.sizes().stream().map(size -> size - 1).toList());
    }
    if (vertex instanceof PreprocessorVertex preprocessor) {
      return preprocessors.of(preprocessor.getPreProcessor(), in);
    }
    if (vertex instanceof ScaleVertex || vertex instanceof ShiftVertex) {
      return in;
    }
    return ofSequences(vertex, inputs);
  }

  private ActivationShape ofSequences(GraphVertex vertex, List<ActivationShape> inputs)
      throws IOException {
    ActivationShape in = inputs.get(0);
    if (vertex instanceof LastTimeStepVertex last) {
      requireInput(last.getMaskArrayInputName());
      return sequence(in).withSizes(List.of());
    }
    if (vertex instanceof ReverseTimeSeriesVertex reverse) {
      requireInput(reverse.getMaskArrayInputName());
      return sequence(in);
    }
    if (vertex instanceof DuplicateToTimeSeriesVertex duplicate) {
      require(
          networkInputs.containsKey(duplicate.getInputName()),
          "has an inputName that is none of the graph's");
      return in.withSizes(sequence(networkInputs.get(duplicate.getInputName())).sizes());
    }
    if (vertex instanceof AttentionVertex attention) {
      return sequence(in)
          .withChannels(
              attention.isProjectInput() ? attention.getNOut() : attention.getNInValues());
    }
    List<InputType> types = new ArrayList<>();
    for (ActivationShape input : inputs) {
      types.add(input.type());
    }
    InputType out = vertex.getOutputType(0, types.toArray(InputType[]::new));
    return ActivationShape.of(out, 1).withRows(in.rows());
  }

  private void requireInput(String nameOrNull) throws IOException {
    require(
        nameOrNull == null || networkInputs.containsKey(nameOrNull),
        "has a maskArrayInputName that is none of the graph's inputs");
  }

  private static ActivationShape sequence(ActivationShape in) throws IOException {
    require(in.axes() == 1, "takes sequences, gets " + in);
    return in;
  }

  /** Along the channels, or where the file says another axis, along that. */
  private static ActivationShape merged(MergeVertex merge, List<ActivationShape> inputs)
      throws IOException {
    ActivationShape first = inputs.get(0);
    int rank = first.axes() + 2;
    int axis = merge.getMergeAxis() < 0 ? merge.getMergeAxis() + rank : merge.getMergeAxis();
    require(axis > 0 && axis < rank, "has the mergeAxis " + merge.getMergeAxis());
    List<Long> merged = null;
    for (ActivationShape input : inputs) {
      require(
          input.axes() == first.axes() && input.rows() == first.rows(),
          "merges " + first + " and " + input);
      List<Long> all = input.inOrder();
      if (merged == null) {
        merged = all;
      } else {
        long sum = merged.get(axis - 1) + all.get(axis - 1);
        all.set(axis - 1, merged.get(axis - 1));
        require(all.equals(merged), "merges " + first + " and " + input);
        merged.set(axis - 1, sum);
      }
    }
    return first.ofOrder(merged);
  }

  private static ActivationShape largest(List<ActivationShape> inputs) throws IOException {
    ActivationShape largest = inputs.get(0);
    for (ActivationShape input : inputs) {
      require(input.axes() == largest.axes(), "combines " + largest + " and " + input);
      largest = input.floats() > largest.floats() ? input : largest;
    }
    return largest;
  }

  /** One axis may be -1, which stands for what is left; the first one is the examples'. */
  private ActivationShape reshaped(ReshapeVertex reshape, ActivationShape in) throws IOException {
    int[] shape = reshape.getNewShape();
    long open = Arrays.stream(shape).filter(size -> size == -1).count();
    require(open <= 1 && (open == 1 || shape[0] == 1), "has a newShape for a number of examples");
    require(shape.length >= 2 && shape.length <= 5, "has a newShape of " + shape.length + " axes");
    long known = 1;
    for (int axis = 1; axis < shape.length; axis++) {
      require(shape[axis] != 0 && shape[0] != 0, "has a newShape without values");
      known = ActivationShape.product(known, Math.max(1, shape[axis]));
    }
    boolean fits = in.floats() % known == 0;
    require(
        fits || preprocessors.known() == Sizes.UNKNOWN,
        "has a newShape that its input of " + in + " has not");
    boolean left = open == 1 && shape[0] != -1;
    long rows = left ? in.rows() : Math.max(1, in.floats() / known);
    List<Long> sizes = new ArrayList<>();
    for (int axis = 1; axis < shape.length; axis++) {
      sizes.add(shape[axis] == -1 ? Math.max(1, in.floats() / in.rows() / known) : shape[axis]);
    }
    long channels = sizes.remove(0);
    return new ActivationShape(rows, channels, sizes, CNN2DFormat.NCHW);
  }

  private static void require(boolean condition, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException(otherwise);
    }
  }
}
