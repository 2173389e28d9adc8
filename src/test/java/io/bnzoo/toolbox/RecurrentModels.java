package io.bnzoo.toolbox;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ImageToSequence;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.RmsProp;

/** Small recurrent networks, trained on generated digits within some seconds. */
public final class RecurrentModels {
  /** Four rows at a time, which takes a quarter as long as one. */
  static final int STEPS = 7;

  private static final int BATCH = 32;

  private RecurrentModels() {}

  /** A layer of 24, named. */
  public static BatchNormLstm.Builder layer(int steps) {
    return new BatchNormLstm.Builder(steps).nOut(24).initialStateNoise(0.1).name("lstm");
  }

  static MultiLayerNetwork network(Layer... layers) {
    ImageShape fourRows = ImageShape.withChannels(1).height(STEPS).width(112);
    ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(new RmsProp(0.01))
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(TrainedModels.output())
                .inputPreProcessor(0, ImageToSequence.rows(fourRows))
                .setInputType(InputType.feedForward(784))
                .build());
    network.init();
    return network;
  }

  /** As training leaves it: with moving averages. */
  public static MultiLayerNetwork trained(BatchNormLstm layer, int batches) {
    MultiLayerNetwork network = network(new LastTimeStep(layer));
    Nd4j.getRandom().setSeed(3);
    LabeledImages images = TrainedModels.TRAINING;
    for (int i = 0; i < batches; i++) {
      int start = i % (images.size() / BATCH) * BATCH;
      LabeledImages batch = images.slice(start, start + BATCH);
      network.fit(batch.images(), oneHot(batch));
    }
    return network;
  }

  private static INDArray oneHot(ImageBatch images) {
    INDArray labels = Nd4j.zeros(images.size(), 10);
    for (int i = 0; i < images.size(); i++) {
      labels.putScalar(i, images.label(i), 1);
    }
    return labels;
  }
}
