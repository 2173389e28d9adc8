package io.bnzoo.onnx;

import io.bnzoo.engine.StockModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The small ones of Deeplearning4j's own models; the others are in {@link StockExportsIT}. */
class StockExportsTest {
  @ParameterizedTest
  @EnumSource(
      value = StockModel.class,
      names = {"LENET", "SIMPLE_CNN", "SQUEEZE_NET"})
  void outputsAndLogitsAreThoseOfDeeplearning4j(StockModel model, @TempDir Path folder)
      throws IOException {
    new ExportComparison((Model) model.network(), List.of(model.input()), folder)
        .assertSameOutputs(1, 25);
  }
}
