package io.bnzoo.engine;

import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
import org.deeplearning4j.zoo.model.Xception;
import org.deeplearning4j.zoo.model.YOLO2;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model of Deeplearning4j's zoo for small images and few of them: Deeplearning4j takes seconds
 * for a step in doubles.
 */
public enum StockModel {
  LENET(64, 8, 5),
  SIMPLE_CNN(64, 8, 0),
  SQUEEZE_NET(64, 4, 5),
  ALEX_NET(96, 2, 5),
  DARKNET19(64, 4, 3),
  TINY_YOLO(96, 2, 3),
  VGG_16(64, 2, 2),
  RES_NET50(96, 2, 2),
  YOLO_2(64, 2, 2),
  XCEPTION(96, 2, 2),
  U_NET(64, 1, 1),
  /** Predicts only: Deeplearning4j itself trains centres. */
  FACE_NET(96, 2, 0),
  INCEPTION_RES_NET(96, 2, 0);

  private static final int CLASSES = 10;

  private final int side;
  private final int batch;
  private final int steps;

  StockModel(int side, int batch, int steps) {
    this.side = side;
    this.batch = batch;
    this.steps = steps;
  }

  private ZooModel<?> model(int... size) {
    return switch (this) {
      case LENET -> LeNet.builder().inputShape(size).numClasses(CLASSES).build();
      case SIMPLE_CNN -> SimpleCNN.builder().inputShape(size).numClasses(CLASSES).build();
      case SQUEEZE_NET -> SqueezeNet.builder().inputShape(size).numClasses(CLASSES).build();
      case ALEX_NET -> AlexNet.builder().inputShape(size).numClasses(CLASSES).build();
      case DARKNET19 -> Darknet19.builder().inputShape(size).numClasses(CLASSES).build();
      case TINY_YOLO -> TinyYOLO.builder().inputShape(size).numClasses(CLASSES).build();
      case VGG_16 -> VGG16.builder().inputShape(size).numClasses(CLASSES).build();
      case RES_NET50 -> ResNet50.builder().inputShape(size).numClasses(CLASSES).build();
      case YOLO_2 -> YOLO2.builder().inputShape(size).numClasses(CLASSES).build();
      case XCEPTION -> Xception.builder().inputShape(size).numClasses(CLASSES).build();
      case U_NET -> UNet.builder().inputShape(size).build();
      case FACE_NET -> FaceNetNN4Small2.builder().inputShape(size).numClasses(CLASSES).build();
      case INCEPTION_RES_NET ->
          InceptionResNetV1.builder().inputShape(size).numClasses(CLASSES).build();
    };
  }

  /** Without dropout, whose masks are others here than there. */
  public NeuralNetwork network() {
    Model made = model(3, side, side).init();
    NeuralNetwork network = (NeuralNetwork) made;
    ThreeWays.layers(network).forEach(layer -> layer.conf().getLayer().setIDropout(null));
    Nd4j.getRandom().setSeed(4);
    made.paramTable().forEach(StockModel::run);
    return network;
  }

  /** Running statistics as if there had been batches, large enough to keep numbers finite. */
  private static void run(String name, INDArray array) {
    if (name.endsWith("log10stdev")) {
      array.assign(Nd4j.rand(DataType.FLOAT, array.shape()).muli(0.4).addi(0.2));
    } else if (name.endsWith("_mean")) {
      array.assign(Nd4j.rand(DataType.FLOAT, array.shape()).subi(0.5));
    }
  }

  /** What {@link #network} is given. */
  public InputType input() {
    return InputType.convolutional(side, side, 3);
  }

  /** Asserts that it predicts and, if it has a loss, learns as it does with Deeplearning4j. */
  void assertWorksAlike() {
    ThreeWays network = new ThreeWays(network(), 0.02);
    INDArray images = Nd4j.rand(DataType.FLOAT, batch, 3, side, side);
    network.assertSamePredictions(images);
    if (steps > 0) {
      MultiDataSet data = new MultiDataSet(images, labels(new Random(3)));
      network.assertSameGradients(data);
      network.assertSameScores(data, steps);
    }
  }

  private INDArray labels(Random random) {
    return switch (this) {
      case U_NET -> Nd4j.rand(DataType.FLOAT, batch, 1, side, side).gt(0.5).castTo(DataType.FLOAT);
      case TINY_YOLO, YOLO_2 -> boxes(random, side / 32);
      default -> {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, CLASSES);
        for (int i = 0; i < batch; i++) {
          labels.putScalar(i, random.nextInt(CLASSES), 1);
        }
        yield labels;
      }
    };
  }

  /** A box in each image, in cells of a grid. */
  private INDArray boxes(Random random, int grid) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, 4 + CLASSES, grid, grid);
    for (int i = 0; i < batch; i++) {
      double x = random.nextDouble() * grid;
      double y = random.nextDouble() * grid;
      double width = 0.3 + random.nextDouble();
      double height = 0.3 + random.nextDouble();
      double[] box = {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
      for (int k = 0; k < box.length; k++) {
        labels.putScalar(new int[] {i, k, (int) y, (int) x}, box[k]);
      }
      labels.putScalar(new int[] {i, 4 + random.nextInt(CLASSES), (int) y, (int) x}, 1);
    }
    return labels;
  }
}
