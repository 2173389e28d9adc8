package io.bnzoo.engine;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
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

/** scratch */
class StockModelsTest {
  private static final Map<String, Function<int[], ZooModel<?>>> MODELS = new TreeMap<>();

  static {
    MODELS.put("LeNet", shape -> LeNet.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "SimpleCNN", shape -> SimpleCNN.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put("VGG16", shape -> VGG16.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "Darknet19", shape -> Darknet19.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "AlexNet", shape -> AlexNet.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "ResNet50", shape -> ResNet50.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "SqueezeNet",
        shape -> SqueezeNet.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put("UNet", shape -> UNet.builder().numClasses(1).inputShape(shape).seed(5).build());
    MODELS.put(
        "TinyYOLO", shape -> TinyYOLO.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put("YOLO2", shape -> YOLO2.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "Xception", shape -> Xception.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "InceptionResNetV1",
        shape -> InceptionResNetV1.builder().numClasses(10).inputShape(shape).seed(5).build());
    MODELS.put(
        "FaceNetNN4Small2",
        shape -> FaceNetNN4Small2.builder().numClasses(10).inputShape(shape).seed(5).build());
  }

  static NeuralNetwork model(String name, int side) {
    Model model = MODELS.get(name).apply(new int[] {3, side, side}).init();
    return (NeuralNetwork) model;
  }
}
