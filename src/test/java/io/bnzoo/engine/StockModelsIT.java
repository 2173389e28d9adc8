package io.bnzoo.engine;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The larger ones of Deeplearning4j's own models. */
class StockModelsIT {
  @ParameterizedTest
  @EnumSource(
      value = StockModel.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LENET", "SIMPLE_CNN", "SQUEEZE_NET"})
  void isTrainedAsByDeeplearning4j(StockModel model) {
    model.assertWorksAlike();
  }
}
