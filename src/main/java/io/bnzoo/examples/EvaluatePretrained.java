package io.bnzoo.examples;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.train.ModelEvaluation;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.PretrainedType;

/** Evaluates a network that is trained already: some seconds. */
public final class EvaluatePretrained {
  private EvaluatePretrained() {}

  /** Takes no arguments; prints the accuracy. */
  public static void main(String[] arguments) throws IOException {
    DeepCnn model = DeepCnn.builder().normalization(Normalization.batchNorm()).build();
    MultiLayerNetwork network = model.initPretrained(PretrainedType.MNIST);
    LabeledImages images = ImageDataset.digits().test();
    try (ModelEvaluation evaluation = new ModelEvaluation(network, EngineChoice.AUTO, images)) {
      System.out.println(evaluation.run(ProgressListener.NONE).accuracy());
    }
  }
}
