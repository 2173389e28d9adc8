package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class BenchCommandIT extends CommandRun {
  @Test
  void showsEveryNetworkWithItsRatiosWithin80Columns() {
    assertThat(run("bench", "mlp", "--blocks", "1", "--variants", "plain,batch-norm"))
        .isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("network +setup +ms/step +fastest +slowest +x faster +x BN +x floor")
        .containsPattern("mlp plain +stock +\\d+\\.\\d+ .* 1\\.00 +\\d+\\.\\d+ +\\d+\\.\\d+")
        .containsPattern("mlp batch-norm +dl4j +\\d+\\.\\d+ .* 1\\.00")
        .containsPattern("mlp batch-norm +onednn +\\d+\\.\\d+");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }
}
