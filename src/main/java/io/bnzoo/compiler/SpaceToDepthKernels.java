package io.bnzoo.compiler;

import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;

/**
 * The pixels of blocks side by side as channels: the same values in another order, which both sides
 * see as [N, channel, row of blocks, row in block, column of blocks, column in block].
 */
record SpaceToDepthKernels(Operation.SpaceToDepthOp operation, Workbench bench)
    implements OperationKernels {
  @Override
  public Tensor forward(Tensor source) {
    long batch = source.layout().size(0);
    MapSize input = operation.input();
    long block = operation.block();
    Tensor inOrder = bench.arranged(source, input.channelsLast(batch));
    Tensor result =
        bench.tensor(
            new MapSize(
                    input.channels() * block * block, input.height() / block, input.width() / block)
                .channelsLast(batch));
    bench.reorder(bench.view(inOrder, ofPixels(batch)), bench.view(result, ofBlocks(batch)));
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    long[] size = given.layout().size();
    Tensor gradient = bench.rearranged(given, Layout.channelsLast(size));
    Tensor found = bench.tensor(operation.input().channelsLast(size[0]));
    bench.reorder(bench.view(gradient, ofBlocks(size[0])), bench.view(found, ofPixels(size[0])));
    bench.recycle(gradient);
    return found;
  }

  private long[] size(long batch) {
    MapSize input = operation.input();
    long block = operation.block();
    return new long[] {
      batch, input.channels(), input.height() / block, block, input.width() / block, block
    };
  }

  private Layout ofPixels(long batch) {
    long channels = operation.input().channels();
    long row = operation.input().width() * channels;
    long block = operation.block();
    return Layout.strided(
        size(batch),
        new long[] {operation.input().values(), 1, block * row, row, block * channels, channels});
  }

  private Layout ofBlocks(long batch) {
    long channels = operation.input().channels();
    long block = operation.block();
    long pixel = channels * block * block;
    return Layout.strided(
        size(batch),
        new long[] {
          operation.input().values(),
          1,
          operation.input().width() / block * pixel,
          block * channels,
          pixel,
          channels
        });
  }
}
