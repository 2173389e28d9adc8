package io.bnzoo.layer;

import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small recurrent networks and sequences for them. */
final class RecurrentNetworks {
  static final int INPUTS = 3;
  static final int OUTPUTS = 4;
  static final int CLASSES = 2;
  static final int SEQUENCES = 6;
  static final int LENGTH = 5;

  private RecurrentNetworks() {}

  static NeuralNetConfiguration.Builder settings(DataType type) {
    return new NeuralNetConfiguration.Builder().seed(12).dataType(type).updater(new Sgd(0.1));
  }

  static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder settings, RNNFormat format, BatchNormLstm... layers) {
    NeuralNetConfiguration.ListBuilder list = settings.list();
    for (BatchNormLstm layer : layers) {
      list.layer(layer);
    }
    MultiLayerConfiguration configuration =
        list.layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.recurrent(INPUTS, LENGTH, format))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  static BatchNormLstm.Builder layer(int steps) {
    return new BatchNormLstm.Builder(steps).nOut(OUTPUTS);
  }

  /** Sequences whose mean and variance change with the step. */
  static DataSet sequences(DataType type, int seed) {
    Random random = new Random(seed);
    INDArray features = Nd4j.create(type, new long[] {SEQUENCES, INPUTS, LENGTH}, 'c');
    INDArray labels = Nd4j.zeros(type, SEQUENCES, CLASSES, LENGTH);
    for (int n = 0; n < SEQUENCES; n++) {
      for (int t = 0; t < LENGTH; t++) {
        labels.putScalar(new int[] {n, random.nextInt(CLASSES), t}, 1);
        for (int i = 0; i < INPUTS; i++) {
          features.putScalar(new int[] {n, i, t}, (1 + t) * random.nextGaussian() + i - t);
        }
      }
    }
    return new DataSet(features, labels);
  }

  /** The same of different lengths: the first of one step, the last two of all. */
  static DataSet masked(DataType type, int seed) {
    DataSet data = sequences(type, seed);
    INDArray mask = Nd4j.zeros(type, SEQUENCES, LENGTH);
    for (int n = 0; n < SEQUENCES; n++) {
      mask.get(NDArrayIndex.point(n), NDArrayIndex.interval(0, Math.min(LENGTH, n + 1))).assign(1);
    }
    data.setFeaturesMaskArray(mask);
    data.setLabelsMaskArray(mask.dup());
    return data;
  }

  /** [N,I,T] as [N,T,I], and labels likewise. */
  static DataSet stepsFirst(DataSet data) {
    DataSet turned =
        new DataSet(
            data.getFeatures().permute(0, 2, 1).dup('c'),
            data.getLabels().permute(0, 2, 1).dup('c'));
    turned.setFeaturesMaskArray(data.getFeaturesMaskArray());
    turned.setLabelsMaskArray(data.getLabelsMaskArray());
    return turned;
  }
}
