package io.bnzoo.onnx;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.RandomNetwork;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The zoo's models, after what could have been a training: none of their parameters is 0 or 1. */
class ZooExportsTest {
  private static final LabeledImages DIGITS = TestDigits.draw(1000, 1);

  static Stream<Normalization> normalizations() {
    return Stream.of(
            Normalization.none().inEveryPlacement(),
            Normalization.batchNorm().inEveryPlacement(),
            Normalization.lowLevel().inEveryPlacement(),
            List.of(Normalization.speltOut()))
        .flatMap(List::stream);
  }

  private static ExportComparison exported(MultiLayerNetwork network, InputType input, Path folder)
      throws IOException {
    RandomNetwork.disturb(network);
    return new ExportComparison(network, List.of(input), folder);
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void mlpGivesWhatDeeplearning4jGives(Normalization normalization, @TempDir Path folder)
      throws IOException {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(normalization).seed(3).build().init();
    ExportComparison comparison = exported(network, InputType.feedForward(784), folder);
    comparison.assertSameOutputs(1, 5);
    comparison.assertSameLogits(DIGITS, ImageInput.FLAT);
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void deepCnnGivesWhatDeeplearning4jGives(Normalization normalization, @TempDir Path folder)
      throws IOException {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(normalization).seed(3).build().init();
    ExportComparison comparison =
        exported(network, InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC), folder);
    comparison.assertSameOutputs(1, 5);
    comparison.assertSameLogits(DIGITS, ImageInput.NHWC);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void colouredImagesMayHaveTheirChannelsFirstOrLast(CNN2DFormat format, @TempDir Path folder)
      throws IOException {
    MultiLayerNetwork network =
        DeepCnn.builder()
            .normalization(Normalization.batchNorm())
            .input(ImageShape.withChannels(3).height(12).width(10))
            .dataFormat(format)
            .seed(3)
            .build()
            .init();
    exported(network, InputType.convolutional(12, 10, 3, format), folder)
        .assertSameOutputs(1, 1000);
  }
}
