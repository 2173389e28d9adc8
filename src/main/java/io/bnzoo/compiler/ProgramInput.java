package io.bnzoo.compiler;

import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** Where a program is given the values of one of its inputs. */
final class ProgramInput {
  private final Tensor bytes;
  private final Tensor levels;
  private final Tensor tensor;
  private final List<Kernel> conversion;

  /**
   * Makes room.
   *
   * @param bench without kernels
   */
  ProgramInput(MapSize size, long batch, Workbench bench) {
    bytes = bench.tensor(Layout.bytes(batch, size.values()));
    levels = greyLevels(bytes, bench);
    conversion = bench.take();
    tensor =
        bench.view(
            levels,
            size.isPixel()
                ? Layout.rowByRow(batch, size.values())
                : Layout.rowByRow(batch, size.channels(), size.height(), size.width()));
  }

  /** {@code pixels / 255}. */
  private static Tensor greyLevels(Tensor pixels, Workbench bench) {
    Layout layout = Layout.rowByRow(pixels.layout().size());
    Tensor levels = bench.tensor(layout);
    bench.reorder(pixels, levels);
    bench.add(
        bench.own(Primitives.quotient(layout)),
        Map.of(
            Argument.SOURCE, levels,
            Argument.SECOND_SOURCE, bench.number(255, 2),
            Argument.DESTINATION, levels));
    return levels;
  }

  /** What is written, as [N,F] or [N,C,H,W]. */
  Tensor tensor() {
    return tensor;
  }

  /**
   * Writes a batch, [N,values], channel after channel, row by row.
   *
   * @param values bytes, which are divided by 255, or floats
   * @return an upper bound on the L2 norm of what was written
   */
  double write(Buffer values) {
    Floats floats = levels.values();
    if (values instanceof ByteBuffer given) {
      bytes.floats().write(given.duplicate());
      conversion.forEach(Kernel::run);
      return Math.sqrt(floats.length()); // No pixel is above 1.
    }
    floats.write(((FloatBuffer) values).duplicate());
    return Math.sqrt(floats.squares());
  }
}
