package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorPoolTest {
  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  private Tensor tensor(long length) {
    return pool.tensor(Layout.rowByRow(length));
  }

  @Test
  void recycledMemoryIsReusedByTheNextTensorThatItFits() {
    Tensor first = tensor(100);
    Tensor second = tensor(100);
    assertThat(second.floats()).isNotSameAs(first.floats());
    pool.recycle(first);
    assertThat(tensor(101).floats()).as("too long").isNotSameAs(first.floats());
    assertThat(tensor(49).floats()).as("a waste").isNotSameAs(first.floats());
    assertThat(tensor(50).floats()).isSameAs(first.floats());
    assertThat(tensor(50).floats()).as("taken already").isNotSameAs(first.floats());
  }

  @Test
  void theSmallestMemoryThatFitsIsTaken() {
    Tensor large = tensor(100);
    Tensor small = tensor(80);
    pool.recycle(large);
    pool.recycle(small);
    assertThat(tensor(70).floats()).isSameAs(small.floats());
  }

  @Test
  void memoryIsNotRecycledTwice() {
    Tensor tensor = tensor(3);
    Tensor view = pool.tensor(Layout.rowByRow(3, 1), tensor.floats());
    pool.recycle(tensor);
    assertThatIllegalStateException()
        .isThrownBy(() -> pool.recycle(view))
        .withMessage("the memory of [3, 1] is free already");
    assertThat(tensor(3).floats()).isSameAs(tensor.floats());
    pool.recycle(tensor);
  }

  @Test
  void aConstantHasMemoryOfItsOwn() {
    Tensor tensor = tensor(2);
    pool.recycle(tensor);
    Floats constant = pool.constant(new float[] {1, 2});
    tensor(2).floats().write(new float[] {3, 4});
    float[] values = new float[2];
    constant.read(values);
    assertThat(values).containsExactly(1, 2);
  }

  @Test
  void aTensorHasRoomForItsLayout() {
    Floats floats = pool.constant(new float[5]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pool.tensor(Layout.rowByRow(2, 3), floats))
        .withMessage("[2, 3] needs 6 floats, got 5");
  }

  @Test
  void aSealedPoolMakesNoKernels() {
    Tensor from = tensor(3);
    Tensor to = tensor(3);
    Kernel before = pool.reorder(from, to);
    pool.seal();
    from.floats().write(new float[] {1, 2, 3});
    before.run();
    assertThat(TensorValues.read(to)).containsExactly(1, 2, 3);
    assertThatIllegalStateException()
        .isThrownBy(() -> pool.reorder(from, to))
        .withMessage("the pool is sealed: make all kernels before");
  }

  @Test
  void closingFreesAllMemory() {
    long before = Pointer.totalBytes();
    try (TensorPool other = new TensorPool()) {
      Tensor from = other.tensor(Layout.rowByRow(100_000));
      other.reorder(from, other.tensor(Layout.rowByRow(100_000)));
      other.constant(new float[100_000]);
      other.seal();
      assertThat(Pointer.totalBytes() - before).isGreaterThanOrEqualTo(1_200_000);
    }
    assertThat(Pointer.totalBytes() - before).isLessThan(100_000);
  }
}
