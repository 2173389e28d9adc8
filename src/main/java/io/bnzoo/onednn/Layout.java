package io.bnzoo.onednn;

import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_blocking_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;

/**
 * The size of an array of floats and the order in which memory holds them.
 *
 * <p>Sizes of images are always [N,C,H,W] and a convolution's weights as [out,in,h,w], whatever the
 * order in memory.
 */
public final class Layout {
  private final long[] size;

  /** oneDNN's descriptor, byte by byte, so that no native memory has to be freed. */
  private final byte[] bytes;

  private Layout(long[] size, dnnl_memory_desc_t description) {
    this.size = size;
    this.bytes = new byte[description.sizeof()];
    new BytePointer(description).get(bytes);
  }

  /** A copy of a descriptor that somebody else owns. */
  static Layout copyOf(dnnl_memory_desc_t description) {
    long[] size = new long[description.ndims()];
    description.dims().get(size);
    return new Layout(size, description);
  }

  /** Row by row: the last axis is the fastest. */
  public static Layout rowByRow(long... size) {
    long[] strides = new long[size.length];
    long stride = 1;
    for (int axis = size.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= size[axis];
    }
    return strided(size, strides);
  }

  /** One number, as an array with that many axes. */
  public static Layout number(int axes) {
    long[] size = new long[axes];
    Arrays.fill(size, 1);
    return rowByRow(size);
  }

  /** With the given distance between neighbours along each axis. */
  public static Layout strided(long[] size, long[] strides) {
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    OneDnn.check(
        dnnl.dnnl_memory_desc_init_by_strides(
            description, size.length, size, dnnl.dnnl_f32, strides),
        "describe the layout " + Arrays.toString(size));
    return new Layout(size.clone(), description);
  }

  /** Left to the primitive that it is given to. */
  public static Layout any(long... size) {
    return tagged(dnnl.dnnl_format_tag_any, size);
  }

  /** Pixel by pixel, [N,H,W,C] in memory. */
  public static Layout channelsLast(long... size) {
    return tagged(dnnl.dnnl_acdb, size);
  }

  /** Channels in blocks as wide as a register, the last of them padded with zeros. */
  public static Layout blocked(long... size) {
    return tagged(OneDnn.block() == 16 ? dnnl.dnnl_aBcd16b : dnnl.dnnl_aBcd8b, size);
  }

  /**
   * A 1x1 convolution's weights in blocks as wide as a register, the last of them padded with
   * zeros: those of several convolutions, [groups,out,in,1,1], one behind the other.
   */
  public static Layout blockedWeights(long groups, long outputs, long inputs) {
    int tag = OneDnn.block() == 16 ? dnnl.dnnl_aBCde16c16b : dnnl.dnnl_aBCde8c8b;
    return tagged(tag, groups, outputs, inputs, 1, 1);
  }

  /** The same of one, [out,in,1,1]. */
  public static Layout blockedWeights(long outputs, long inputs) {
    int tag = OneDnn.block() == 16 ? dnnl.dnnl_ABcd16b16a : dnnl.dnnl_ABcd8b8a;
    return tagged(tag, outputs, inputs, 1, 1);
  }

  /** That many channels and those that pad the last block of {@link #blocked}. */
  public static long padded(long channels) {
    return (channels + OneDnn.block() - 1) / OneDnn.block() * OneDnn.block();
  }

  /** Whether that many channels fill a register of the processor. */
  public static boolean fillsRegister(long channels) {
    return channels >= OneDnn.block();
  }

  /** A matrix of numbers from 0 to 255, each in a byte, row by row. */
  public static Layout bytes(long rows, long columns) {
    return tagged(dnnl.dnnl_u8, dnnl.dnnl_ab, rows, columns);
  }

  private static Layout tagged(int tag, long... size) {
    return tagged(dnnl.dnnl_f32, tag, size);
  }

  private static Layout tagged(int type, int tag, long... size) {
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    OneDnn.check(
        dnnl.dnnl_memory_desc_init_by_tag(description, size.length, size, type, tag),
        "describe the layout " + Arrays.toString(size));
    return new Layout(size.clone(), description);
  }

  /**
   * A range of this along one axis, for a tensor on the memory of the whole.
   *
   * <p>Note: oneDNN has fast code to reorder a range, but only generic code to compute with one.
   *
   * @param from first index along the axis
   * @param count length of the axis in the range
   */
  public Layout range(int axis, long from, long count) {
    long[] part = size();
    long[] offsets = new long[part.length];
    part[axis] = count;
    offsets[axis] = from;
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    OneDnn.check(
        dnnl.dnnl_memory_desc_init_submemory(description, description(), part, offsets),
        "take " + Arrays.toString(part) + " of " + this);
    return new Layout(part, description);
  }

  /**
   * The same memory with its axes in another order.
   *
   * @param axes for each axis of the result, which of this it is
   */
  public Layout permuted(int... axes) {
    int[] places = new int[axes.length];
    long[] permuted = new long[axes.length];
    for (int axis = 0; axis < axes.length; axis++) {
      places[axes[axis]] = axis;
      permuted[axis] = size[axes[axis]];
    }
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    OneDnn.check(
        dnnl.dnnl_memory_desc_permute_axes(description, description(), places),
        "permute the axes of " + this);
    return new Layout(permuted, description);
  }

  /** Whether all values of an index along the first axis stand before those of the next. */
  public boolean isOrderedByFirst() {
    dnnl_memory_desc_t description = description();
    long[] strides = new long[size.length];
    description.format_desc_blocking().strides().get(strides);
    for (int axis = 1; axis < size.length; axis++) {
      if (size[axis] > 1 && strides[axis] > strides[0]) {
        return false;
      }
    }
    return true;
  }

  /** The length of each axis. */
  public long[] size() {
    return size.clone();
  }

  /** The length of one axis. */
  public long size(int axis) {
    return size[axis];
  }

  /** The distance between neighbours along each axis, in a layout without blocks. */
  public long[] strides() {
    dnnl_memory_desc_t description = description();
    long[] strides = new long[size.length];
    description.format_desc_blocking().strides().get(strides);
    return strides;
  }

  /** The size of the memory in floats, padding included. */
  public long floats() {
    dnnl_memory_desc_t description = description();
    if (description.offset0() > 0) {
      return end(description);
    }
    long bytes = dnnl.dnnl_memory_desc_get_size(description);
    return (bytes + Float.BYTES - 1) / Float.BYTES;
  }

  /** Behind the last float of a range, of which oneDNN says no size. */
  private static long end(dnnl_memory_desc_t description) {
    dnnl_blocking_desc_t order = description.format_desc_blocking();
    long[] blocks = new long[description.ndims()];
    description.padded_dims().get(blocks);
    long block = 1;
    for (int i = 0; i < order.inner_nblks(); i++) {
      block *= order.inner_blks().get(i);
      blocks[(int) order.inner_idxs().get(i)] /= order.inner_blks().get(i);
    }
    long end = description.offset0() + block;
    for (int axis = 0; axis < blocks.length; axis++) {
      end += (blocks[axis] - 1) * order.strides().get(axis);
    }
    return end;
  }

  /** oneDNN's descriptor, in memory of its own. */
  dnnl_memory_desc_t description() {
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    new BytePointer(description).put(bytes);
    return description;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout layout
        && Arrays.equals(size, layout.size)
        && dnnl.dnnl_memory_desc_equal(description(), layout.description()) != 0;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(size);
  }

  @Override
  public String toString() {
    return Arrays.toString(size);
  }
}
