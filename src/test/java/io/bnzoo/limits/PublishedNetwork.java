package io.bnzoo.limits;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.zoo.model.AlexNet;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.FaceNetNN4Small2;
import org.deeplearning4j.zoo.model.InceptionResNetV1;
import org.deeplearning4j.zoo.model.LeNet;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.SimpleCNN;
import org.deeplearning4j.zoo.model.SqueezeNet;
import org.deeplearning4j.zoo.model.TextGenerationLSTM;
import org.deeplearning4j.zoo.model.TinyYOLO;
import org.deeplearning4j.zoo.model.UNet;
import org.deeplearning4j.zoo.model.VGG16;
import org.deeplearning4j.zoo.model.VGG19;
import org.deeplearning4j.zoo.model.Xception;
import org.deeplearning4j.zoo.model.YOLO2;
import org.nd4j.linalg.activations.Activation;

/**
 * Deeplearning4j's own zoo as configurations; none of the networks is ever made.
 *
 * <p>NASNet is missing: Deeplearning4j 1.0.0-M2.1 cannot build it.
 *
 * @param name of the model
 * @param json its configuration
 * @param input what it takes, in the size that it was published for
 */
record PublishedNetwork(String name, String json, InputType input) {
  private static final int CLASSES = 1000;

  static List<PublishedNetwork> all() {
    List<PublishedNetwork> all = new ArrayList<>();
    all.add(of("AlexNet", AlexNet.builder().numClasses(CLASSES).build().conf(), images(224)));
    all.add(of("SimpleCNN", SimpleCNN.builder().numClasses(10).build().conf(), images(48)));
    all.add(
        of(
            "LeNet",
            LeNet.builder().numClasses(10).build().conf(),
            InputType.convolutionalFlat(28, 28, 1)));
    all.add(
        of(
            "TextGenerationLSTM",
            TextGenerationLSTM.builder().inputShape(new int[] {40, 47}).build().conf(),
            InputType.recurrent(47, 1000)));
    all.add(of("Darknet19", Darknet19.builder().numClasses(CLASSES).build().conf(), images(224)));
    all.add(of("FaceNet", FaceNetNN4Small2.builder().numClasses(10).build().conf(), images(96)));
    all.add(of("TinyYOLO", TinyYOLO.builder().numClasses(20).build().conf(), images(416)));
    all.add(of("YOLO2", YOLO2.builder().numClasses(80).build().conf(), images(608)));
    InputType flat = InputType.convolutionalFlat(224, 224, 3);
    all.add(of("VGG16", VGG16.builder().numClasses(CLASSES).build().conf(), flat));
    all.add(of("VGG19", VGG19.builder().numClasses(CLASSES).build().conf(), flat));
    all.add(
        of(
            "ResNet50",
            ResNet50.builder().numClasses(CLASSES).build().graphBuilder().build(),
            images(224)));
    all.add(of("SqueezeNet", SqueezeNet.builder().numClasses(CLASSES).build().graphBuilder(), 227));
    all.add(of("UNet", UNet.builder().build().graphBuilder(), 512));
    all.add(of("Xception", Xception.builder().numClasses(CLASSES).build().graphBuilder(), 299));
    all.add(inceptionResNet());
    return all;
  }

  /** Its last layers are added where the network is made. */
  private static PublishedNetwork inceptionResNet() {
    GraphBuilder builder =
        InceptionResNetV1.builder()
            .numClasses(CLASSES)
            .build()
            .graphBuilder("input")
            .addLayer("bottleneck", new DenseLayer.Builder().nOut(128).build(), "avgpool")
            .addVertex("embeddings", new L2NormalizeVertex(new int[] {1}, 1e-10), "bottleneck")
            .addLayer(
                "output",
                new CenterLossOutputLayer.Builder()
                    .activation(Activation.SOFTMAX)
                    .nOut(CLASSES)
                    .build(),
                "embeddings")
            .setOutputs("output");
    return of("InceptionResNetV1", builder, 160);
  }

  boolean isGraph() {
    return json.contains("\"networkInputs\"");
  }

  private static InputType images(int side) {
    return InputType.convolutional(side, side, 3);
  }

  private static PublishedNetwork of(String name, GraphBuilder builder, int side) {
    return of(name, builder.addInputs("input").setInputTypes(images(side)).build(), images(side));
  }

  private static PublishedNetwork of(String name, MultiLayerConfiguration conf, InputType input) {
    return new PublishedNetwork(name, conf.toJson(), input);
  }

  private static PublishedNetwork of(
      String name, ComputationGraphConfiguration conf, InputType input) {
    return new PublishedNetwork(name, conf.toJson(), input);
  }

  @Override
  public String toString() {
    return name;
  }
}
