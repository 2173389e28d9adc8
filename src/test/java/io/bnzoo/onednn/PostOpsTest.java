package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.dnnl.dnnl_binary_desc_t;
import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.Test;

class PostOpsTest {
  private static final Layout ROW = Layout.rowByRow(4);
  private static final float[] SOURCE = {-2, -0.5f, 1, 3};
  private static final float[] FACTORS = {3, -1, 0.5f, 2};
  private static final float[] BEFORE = {10, 20, 30, 40};

  /** The source times 1, and the post-ops; the destination had {@link #BEFORE}. */
  private static float[] result(PostOps postOps, Argument... factors) {
    dnnl_binary_desc_t operation = new dnnl_binary_desc_t();
    OneDnn.check(
        dnnl.dnnl_binary_desc_init(
            operation,
            dnnl.dnnl_binary_mul,
            ROW.description(),
            Layout.number(1).description(),
            ROW.description()),
        "multiply with 1");
    try (TensorPool pool = new TensorPool()) {
      Tensor destination = TensorValues.tensor(pool, ROW, BEFORE);
      Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
      arguments.put(Argument.SOURCE, TensorValues.tensor(pool, ROW, SOURCE));
      arguments.put(Argument.SECOND_SOURCE, TensorValues.tensor(pool, Layout.number(1), 1));
      arguments.put(Argument.DESTINATION, destination);
      for (Argument factor : factors) {
        arguments.put(factor, TensorValues.tensor(pool, ROW, FACTORS));
      }
      Kernel kernel = pool.kernel(pool.own(Primitive.of(operation, postOps, null)), arguments);
      pool.seal();
      kernel.run();
      return TensorValues.read(destination);
    }
  }

  private static void assertEach(float[] result, IntToDoubleFunction expected) {
    for (int i = 0; i < SOURCE.length; i++) {
      double value = expected.applyAsDouble(i);
      assertThat((double) result[i]).isCloseTo(value, within(1e-5 * Math.abs(value)));
    }
  }

  private static PostOps square(PostOps postOps) {
    return postOps.apply(dnnl.dnnl_eltwise_square, 0, 0);
  }

  @Test
  void withoutPostOpsTheResultStaysAsItIs() {
    assertThat(PostOps.none().isEmpty()).isTrue();
    assertThat(result(PostOps.none())).containsExactly(SOURCE);
  }

  @Test
  void postOpsFollowOneAnotherInTheirOrder() {
    assertEach(result(square(PostOps.none().scale(3))), i -> 9 * Math.pow(SOURCE[i], 2));
    assertEach(result(square(PostOps.none()).scale(3)), i -> 3 * Math.pow(SOURCE[i], 2));
  }

  @Test
  void appendingLeavesTheShorterListUnchanged() {
    PostOps scaled = PostOps.none().scale(2);
    assertThat(square(scaled)).isNotSameAs(scaled);
    assertThat(scaled.isEmpty()).isFalse();
    assertEach(result(scaled), i -> 2 * SOURCE[i]);
  }

  @Test
  void aShareOfWhatTheDestinationHadIsAddedInItsTurn() {
    assertEach(
        result(square(PostOps.none().addTo(0.5))), i -> Math.pow(SOURCE[i] + 0.5 * BEFORE[i], 2));
  }

  @Test
  void factorsBelongToTheFourthAndTheFifthPostOp() {
    PostOps three = square(PostOps.none()).scale(2).apply(dnnl.dnnl_eltwise_abs, 0, 0);
    assertEach(
        result(three.multiply(ROW), Argument.OPERAND_OF_FOURTH_POST_OP),
        i -> 2 * Math.pow(SOURCE[i], 2) * FACTORS[i]);
    assertEach(
        result(square(three).multiply(ROW), Argument.OPERAND_OF_FIFTH_POST_OP),
        i -> 4 * Math.pow(SOURCE[i], 4) * FACTORS[i]);
  }
}
