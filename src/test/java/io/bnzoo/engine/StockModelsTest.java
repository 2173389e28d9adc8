package io.bnzoo.engine;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The small ones of Deeplearning4j's own models; the others are in {@link StockModelsIT}. */
class StockModelsTest {
  @ParameterizedTest
  @EnumSource(
      value = StockModel.class,
      names = {"LENET", "SIMPLE_CNN", "SQUEEZE_NET"})
  void isTrainedAsByDeeplearning4j(StockModel model) {
    model.assertWorksAlike();
  }
}
