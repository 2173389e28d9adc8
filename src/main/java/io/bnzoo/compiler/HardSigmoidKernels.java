package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.ImagePrimitives;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;
import java.util.Map;

/** A hard sigmoid of each value. */
final class HardSigmoidKernels implements OperationKernels {
  private final Workbench bench;
  private Tensor result;

  HardSigmoidKernels(Workbench bench) {
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor given) {
    long[] size = given.layout().size();
    Layout layout = size.length == 4 ? Layout.channelsLast(size) : Layout.rowByRow(size);
    Tensor source = bench.arranged(given, layout);
    result = bench.tensor(layout);
    Layout flat = Layout.rowByRow(layout.floats());
    bench.add(
        bench.own(ImagePrimitives.hardSigmoid(flat)),
        Map.of(
            Argument.SOURCE, bench.view(source, flat),
            Argument.SECOND_SOURCE, bench.number(1, 1),
            Argument.DESTINATION, bench.view(result, flat)));
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.rearranged(given, result.layout());
    Layout flat = Layout.rowByRow(result.layout().floats());
    Tensor values = bench.view(result, flat);
    Tensor changed = bench.view(gradient, flat);
    bench.add(
        bench.own(ImagePrimitives.hardSigmoidGradient(flat)),
        Map.of(
            Argument.SOURCE, values,
            Argument.SECOND_SOURCE, bench.number(1, 1),
            Argument.OPERAND_OF_FIRST_POST_OP, values,
            Argument.OPERAND_OF_SECOND_POST_OP, bench.number(0, 1),
            Argument.OPERAND_OF_THIRD_POST_OP, changed,
            Argument.DESTINATION, changed));
    bench.recycle(result);
    return gradient;
  }
}
