package io.bnzoo.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code bnzoo bench}. */
@Command(name = "bench")
final class BenchCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return Bnzoo.SUCCESS;
  }
}
