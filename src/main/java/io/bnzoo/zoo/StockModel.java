package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSize;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.zoo.ZooModel;
import org.deeplearning4j.zoo.model.AlexNet;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.FaceNetNN4Small2;
import org.deeplearning4j.zoo.model.InceptionResNetV1;
import org.deeplearning4j.zoo.model.LeNet;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.SimpleCNN;
import org.deeplearning4j.zoo.model.SqueezeNet;
import org.deeplearning4j.zoo.model.TinyYOLO;
import org.deeplearning4j.zoo.model.UNet;
import org.deeplearning4j.zoo.model.VGG16;
import org.deeplearning4j.zoo.model.VGG19;
import org.deeplearning4j.zoo.model.Xception;
import org.deeplearning4j.zoo.model.YOLO2;

/** The models for images that Deeplearning4j brings with it, as it builds them. */
public enum StockModel {
  /** Two convolutions with maximum pooling. */
  LENET("LeNet", atLeast(1), (s, n) -> LeNet.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Ten convolutions with batch normalization and average pooling; it has no loss. */
  SIMPLE_CNN(
      "SimpleCNN",
      atLeast(1),
      (s, n) -> SimpleCNN.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Thirteen convolutions with maximum pooling. */
  VGG_16(
      "VGG16", atLeast(1), (s, n) -> VGG16.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Sixteen convolutions with maximum pooling. */
  VGG_19(
      "VGG19", atLeast(1), (s, n) -> VGG19.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Nineteen convolutions with batch normalization and leaky ReLU. */
  DARKNET_19(
      "Darknet19",
      atLeast(1),
      (s, n) -> Darknet19.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Five convolutions with local response normalization. */
  ALEX_NET(
      "AlexNet",
      atLeast(43),
      (s, n) -> AlexNet.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Fifty-three convolutions with batch normalization, in residual blocks. */
  RESNET_50(
      "ResNet50",
      atLeast(69),
      (s, n) -> ResNet50.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Twenty-six convolutions, in blocks whose branches are merged. */
  SQUEEZE_NET(
      "SqueezeNet",
      atLeast(23),
      (s, n) -> SqueezeNet.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Segments images: pooled, then upsampled and merged with what was pooled. */
  U_NET(
      "UNet", multipleOf(16), (s, n) -> UNet.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Detects objects by nine convolutions with batch normalization. */
  TINY_YOLO(
      "TinyYOLO",
      atLeast(1),
      (s, n) -> TinyYOLO.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Detects objects by twenty-three convolutions with batch normalization. */
  YOLO_2(
      "YOLO2",
      multipleOf(32),
      (s, n) -> YOLO2.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Separable convolutions with batch normalization, in residual blocks. */
  XCEPTION(
      "Xception",
      atLeast(7),
      (s, n) -> Xception.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Branches of convolutions with batch normalization; trained by a loss of centers. */
  INCEPTION_RESNET_V1(
      "InceptionResNetV1",
      atLeast(75),
      (s, n) -> InceptionResNetV1.builder().inputShape(s).numClasses(n).seed(1).build()),
  /** Embeds faces: branches of convolutions; trained by a loss of centers. */
  FACENET_NN4_SMALL2(
      "FaceNetNN4Small2",
      atLeast(1),
      (s, n) -> FaceNetNN4Small2.builder().inputShape(s).numClasses(n).seed(1).build());

  private static final int USUAL_SIDE = 64;
  private static final int USUAL_STEP = 32;

  /**
   * Which images a model takes.
   *
   * @param least the height and width that they need at least
   * @param multipleOf what both must be multiples of
   */
  private record Sides(int least, int multipleOf) {
    boolean take(int side) {
      return side >= least && side % multipleOf == 0;
    }

    @Override
    public String toString() {
      return multipleOf == 1
          ? "images of at least " + least + " x " + least + " pixels"
          : "images whose height and width are multiples of " + multipleOf;
    }
  }

  private static Sides atLeast(int side) {
    return new Sides(side, 1);
  }

  private static Sides multipleOf(int side) {
    return new Sides(side, side);
  }

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // A record of numbers.
  private final Sides sides;

  @SuppressWarnings("ImmutableEnumChecker") // A constructor's call.
  private final BiFunction<int[], Integer, ZooModel<?>> builder;

  StockModel(String label, Sides sides, BiFunction<int[], Integer, ZooModel<?>> builder) {
    this.label = label;
    this.sides = sides;
    this.builder = builder;
  }

  /** Deeplearning4j's name for it. */
  public String label() {
    return label;
  }

  /** A small size of images that it takes: 64 x 64 pixels, or what it needs above them. */
  public ImageSize smallSize() {
    int side = USUAL_SIDE;
    while (!sides.take(side)) {
      side += USUAL_STEP;
    }
    return new ImageSize(side, side);
  }

  /**
   * Checks a size of images.
   *
   * @throws IllegalArgumentException if the model cannot be built for them, saying which it takes
   */
  public void requireSize(int height, int width) {
    if (!sides.take(height) || !sides.take(width)) {
      throw new IllegalArgumentException(
          label + " takes " + sides + ", got " + height + " x " + width);
    }
  }

  /** Finds a model by its label, whatever letters of it are capitals. */
  public static Optional<StockModel> find(String label) {
    return Stream.of(values()).filter(model -> model.label.equalsIgnoreCase(label)).findFirst();
  }

  /**
   * Builds the network, initialized, always from the same seed.
   *
   * @throws IllegalArgumentException see {@link #requireSize}
   */
  public Model build(ImageShape images, int classes) {
    requireSize(images.height(), images.width());
    // Whatever its documentation says, each of them takes the last for the height.
    int[] shape = {images.channels(), images.width(), images.height()};
    return builder.apply(shape, classes).init();
  }
}
