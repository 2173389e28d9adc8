package io.bnzoo.examples;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.BatchStream;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.train.ModelEvaluation;
import java.io.IOException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/** Puts the low-level layer into a network of one's own and trains that: some seconds. */
public final class NormalizeByHand {
  private NormalizeByHand() {}

  /** Takes no arguments; prints the accuracy. */
  public static void main(String[] arguments) throws IOException {
    NativeBackend.enableOneDnn();
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Adam(0.002))
            .activation(Activation.IDENTITY)
            .list()
            .layer(new DenseLayer.Builder().nOut(100).hasBias(false).build())
            .layer(new LowLevelBatchNormalization.Builder().decay(0.99).epsilon(0.001).build())
            .layer(new ActivationLayer(Activation.RELU))
            .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
            .setInputType(InputType.feedForward(784))
            .build();

    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    ImageDataset digits = ImageDataset.digits();
    BatchStream batches = new BatchStream(digits.train(), 64, 1);
    for (int step = 0; step < 1000; step++) {
      LabeledImages batch = batches.next();
      network.fit(batch.images(), batch.oneHotLabels());
    }
    try (ModelEvaluation evaluation =
        new ModelEvaluation(network, EngineChoice.AUTO, digits.test())) {
      System.out.println(evaluation.run(ProgressListener.NONE).accuracy());
    }
  }
}
