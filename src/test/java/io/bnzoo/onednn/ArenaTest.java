package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArenaTest {
  private final Arena arena = new Arena();

  @AfterEach
  void close() {
    arena.close();
  }

  private Tensor tensor(long length) {
    return arena.tensor(Layout.rowByRow(length));
  }

  @Test
  void memoryThatWasGivenBackServesTheNextTensorThatItFits() {
    Tensor first = tensor(100);
    Tensor second = tensor(100);
    assertThat(second.floats()).isNotSameAs(first.floats());
    arena.recycle(first);
    assertThat(tensor(101).floats()).as("too long").isNotSameAs(first.floats());
    assertThat(tensor(49).floats()).as("a waste").isNotSameAs(first.floats());
    assertThat(tensor(50).floats()).isSameAs(first.floats());
    assertThat(tensor(50).floats()).as("taken already").isNotSameAs(first.floats());
  }

  @Test
  void theSmallestMemoryThatFitsIsTaken() {
    Tensor large = tensor(100);
    Tensor small = tensor(80);
    arena.recycle(large);
    arena.recycle(small);
    assertThat(tensor(70).floats()).isSameAs(small.floats());
  }

  @Test
  void memoryIsNotGivenBackTwice() {
    Tensor tensor = tensor(3);
    Tensor view = arena.tensor(Layout.rowByRow(3, 1), tensor.floats());
    arena.recycle(tensor);
    assertThatIllegalStateException()
        .isThrownBy(() -> arena.recycle(view))
        .withMessage("the memory of [3, 1] is free already");
    assertThat(tensor(3).floats()).isSameAs(tensor.floats());
    arena.recycle(tensor);
  }

  @Test
  void aConstantHasMemoryOfItsOwn() {
    Tensor tensor = tensor(2);
    arena.recycle(tensor);
    Floats constant = arena.constant(new float[] {1, 2});
    tensor(2).floats().write(new float[] {3, 4});
    float[] values = new float[2];
    constant.read(values);
    assertThat(values).containsExactly(1, 2);
  }

  @Test
  void aTensorHasRoomForItsLayout() {
    Floats floats = arena.constant(new float[5]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> arena.tensor(Layout.rowByRow(2, 3), floats))
        .withMessage("[2, 3] needs 6 floats, got 5");
  }

  @Test
  void aKernelThatIsMadeAfterTheScratchpadIsRefused() {
    Tensor from = tensor(3);
    Tensor to = tensor(3);
    Kernel before = arena.reorder(from, to);
    arena.seal();
    from.floats().write(new float[] {1, 2, 3});
    before.run();
    assertThat(TensorValues.read(to)).containsExactly(1, 2, 3);
    assertThatIllegalStateException()
        .isThrownBy(() -> arena.reorder(from, to))
        .withMessage("the scratchpad is there, make kernels before it");
  }

  @Test
  void closingFreesAllMemory() {
    long before = Pointer.totalBytes();
    try (Arena other = new Arena()) {
      Tensor from = other.tensor(Layout.rowByRow(100_000));
      other.reorder(from, other.tensor(Layout.rowByRow(100_000)));
      other.constant(new float[100_000]);
      other.seal();
      assertThat(Pointer.totalBytes() - before).isGreaterThanOrEqualTo(1_200_000);
    }
    assertThat(Pointer.totalBytes() - before).isLessThan(100_000);
  }
}
