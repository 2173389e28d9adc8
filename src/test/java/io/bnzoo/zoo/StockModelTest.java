package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSize;
import java.util.Locale;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class StockModelTest {
  @ParameterizedTest
  @EnumSource(StockModel.class)
  void everyModelIsFoundByItsNameHoweverItIsWritten(StockModel model) {
    assertThat(StockModel.find(model.label())).contains(model);
    assertThat(StockModel.find(model.label().toLowerCase(Locale.ROOT))).contains(model);
  }

  @ParameterizedTest
  @CsvSource({
    "LeNet, 64",
    "AlexNet, 64",
    "UNet, 64",
    "YOLO2, 64",
    "ResNet50, 96",
    "InceptionResNetV1, 96"
  })
  void theSmallSizeIs64x64OrWhatAModelNeeds(String label, int side) {
    StockModel model = StockModel.find(label).orElseThrow();
    assertThat(model.smallSize()).isEqualTo(new ImageSize(side, side));
  }

  @Test
  void sizesThatAModelCannotBeBuiltForAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StockModel.RESNET_50.requireSize(96, 68))
        .withMessage("ResNet50 takes images of at least 69 x 69 pixels, got 96 x 68");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StockModel.U_NET.requireSize(24, 32))
        .withMessage("UNet takes images whose height and width are multiples of 16, got 24 x 32");
  }

  /** Of those of which more is needed than a pixel. */
  @ParameterizedTest(name = "{0} at {1} x {1}")
  @CsvSource({"SQUEEZE_NET, 23", "U_NET, 16", "RESNET_50, 69"})
  void atTheSmallestSizeAModelPredicts(StockModel model, int side) {
    ComputationGraph network =
        (ComputationGraph) model.build(ImageShape.withChannels(3).height(side).width(side), 10);
    INDArray images = Nd4j.rand(DataType.FLOAT, 1, 3, side, side);
    assertThat(network.outputSingle(images).size(1)).isEqualTo(model == StockModel.U_NET ? 1 : 10);
  }

  @Test
  void theHeightIsTheHeight() {
    MultiLayerNetwork network =
        (MultiLayerNetwork)
            StockModel.LENET.build(ImageShape.withChannels(3).height(28).width(32), 10);
    FeedForwardToCnnPreProcessor images =
        (FeedForwardToCnnPreProcessor) network.getLayerWiseConfigurations().getInputPreProcess(0);
    assertThat(images.getInputHeight()).isEqualTo(28);
    assertThat(images.getInputWidth()).isEqualTo(32);
  }
}
