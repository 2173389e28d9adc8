package io.bnzoo.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.ImageShape;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ImageToSequenceTest {
  private static final ImageShape SHAPE = ImageShape.withChannels(2).height(3).width(4);

  /** Two images; each value tells image, channel, row and column. */
  private static INDArray images() {
    INDArray images = Nd4j.zeros(DataType.FLOAT, 2, 2, 3, 4);
    for (int n = 0; n < 2; n++) {
      for (int c = 0; c < 2; c++) {
        for (int h = 0; h < 3; h++) {
          for (int w = 0; w < 4; w++) {
            images.putScalar(new int[] {n, c, h, w}, value(n, c, h, w));
          }
        }
      }
    }
    return images;
  }

  private static int value(int n, int c, int h, int w) {
    return 1000 * n + 100 * c + 10 * h + w;
  }

  private static INDArray sequences(ImageToSequence processor, INDArray images) {
    return processor.preProcess(images, (int) images.size(0), LayerWorkspaceMgr.noWorkspaces());
  }

  @Test
  void aStepIsARowChannelAfterChannel() {
    INDArray sequences = sequences(ImageToSequence.rows(SHAPE), images());
    assertThat(sequences.shape()).containsExactly(2, 8, 3);
    for (int n = 0; n < 2; n++) {
      for (int f = 0; f < 8; f++) {
        for (int h = 0; h < 3; h++) {
          assertThat(sequences.getInt(n, f, h)).isEqualTo(value(n, f / 4, h, f % 4));
        }
      }
    }
  }

  @Test
  void orAPixelRowByRowAlsoOfFlatImages() {
    INDArray sequences = sequences(ImageToSequence.pixels(SHAPE), images());
    assertThat(sequences.shape()).containsExactly(2, 2, 12);
    for (int t = 0; t < 12; t++) {
      assertThat(sequences.getInt(1, 1, t)).isEqualTo(value(1, 1, t / 4, t % 4));
    }
    INDArray flat = images().dup('c').reshape('c', 2, 24);
    assertThat(sequences(ImageToSequence.pixels(SHAPE), flat)).isEqualTo(sequences);
  }

  @Test
  void aPermutationShowsEachPixelOnceInTheSameOrderForAllImages() {
    INDArray sequences = sequences(ImageToSequence.permuted(SHAPE, 3), images());
    int[] shown = IntStream.range(0, 12).map(t -> sequences.getInt(0, 0, t)).toArray();
    assertThat(shown).doesNotHaveDuplicates().isNotEqualTo(Arrays.stream(shown).sorted().toArray());
    for (int t = 0; t < 12; t++) {
      assertThat(sequences.getInt(1, 1, t)).isEqualTo(1100 + shown[t]);
    }
    assertThat(ImageToSequence.permuted(SHAPE, 3)).isEqualTo(ImageToSequence.permuted(SHAPE, 3));
    assertThat(ImageToSequence.permuted(SHAPE, 3)).isNotEqualTo(ImageToSequence.permuted(SHAPE, 4));
  }

  @Test
  void drawingWithReplacementLeavesAThirdOfThePixelsOut() {
    INDArray image = Nd4j.arange(784).castTo(DataType.FLOAT).reshape(1, 784);
    INDArray sequence = sequences(ImageToSequence.drawnWithReplacement(ImageShape.MNIST, 1), image);
    Set<Integer> shown =
        IntStream.range(0, 784).mapToObj(t -> sequence.getInt(0, 0, t)).collect(Collectors.toSet());
    assertThat(shown.size() / 784.0).isCloseTo(1 - Math.exp(-1), within(0.04));
  }

  @Test
  void theGradientIsThatOfALinearMap() {
    for (ImageToSequence processor :
        new ImageToSequence[] {
          ImageToSequence.rows(SHAPE),
          ImageToSequence.permuted(SHAPE, 1),
          ImageToSequence.drawnWithReplacement(SHAPE, 1)
        }) {
      INDArray images = images().dup('c').reshape('c', 2, 24);
      INDArray sequences = sequences(processor, images);
      INDArray gradient = Nd4j.rand(DataType.FLOAT, sequences.shape());
      INDArray back = processor.backprop(gradient, 2, LayerWorkspaceMgr.noWorkspaces());
      double forward = sequences.mul(gradient).sumNumber().doubleValue();
      assertThat(back.mul(images).sumNumber().doubleValue())
          .isCloseTo(forward, within(1e-5 * forward));
    }
  }

  private static MultiLayerConfiguration configuration() {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new BatchNormLstm.Builder(12).nOut(3).build())
        .layer(
            new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build())
        .inputPreProcessor(0, ImageToSequence.permuted(SHAPE, 5))
        .setInputType(InputType.convolutionalFlat(3, 4, 2))
        .build();
  }

  @Test
  void aNetworkOfImagesKeepsItsPermutationInJson() {
    MultiLayerConfiguration configuration = configuration();
    assertThat(((BatchNormLstm) configuration.getConf(0).getLayer()).getNIn()).isEqualTo(2);
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(read.getInputPreProcess(0)).isEqualTo(ImageToSequence.permuted(SHAPE, 5));
    assertThat(read).isEqualTo(configuration).isEqualTo(configuration.clone());
  }

  @Test
  void aFilesOrderMayNotPointOutsideOfTheImage() {
    String json = configuration().toJson();
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(
            () ->
                MultiLayerConfiguration.fromJson(
                    json.replaceFirst("\"order\" : \\[ \\d+", "\"order\" : [ 24")))
        .withStackTraceContaining("an image of 24 values has none at 24");
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(
            () ->
                MultiLayerConfiguration.fromJson(
                    json.replaceFirst("(\"order\" : \\[[^\\]]*\\],\\s+\"steps\" : )12", "$1" + 7)))
        .withStackTraceContaining("24 values cannot be shown in 7 steps");
  }

  @Test
  void imagesOfAnotherSizeAreRefused() {
    ImageToSequence rows = ImageToSequence.rows(SHAPE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sequences(rows, Nd4j.zeros(2, 25)))
        .withMessage("images of 24 values are needed for 3 steps of 8, got the shape [2, 25]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rows.getOutputType(InputType.feedForward(25)))
        .withMessageContaining("got the input type");
  }
}
