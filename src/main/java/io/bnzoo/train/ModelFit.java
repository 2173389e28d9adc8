package io.bnzoo.train;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.NetworkInput;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Whether a model can be given images, as far as its configuration tells. */
final class ModelFit {
  private ModelFit() {}

  /**
   * Checks what a model takes and gives.
   *
   * @throws IllegalArgumentException saying what it has in the place of one such image, one output,
   *     as many classes
   */
  static void require(Model model, LabeledImages images) {
    if (model instanceof ComputationGraph graph) {
      int inputs = graph.getNumInputArrays();
      int outputs = graph.getNumOutputArrays();
      require(
          inputs == 1 && outputs == 1,
          "the model has %d input(s) and %d output(s); it needs one of each",
          inputs,
          outputs);
    }
    ImageShape shape = images.shape();
    Optional<String> taken = NetworkInput.otherThan(shape, model);
    require(
        taken.isEmpty(),
        "the model takes %s; the images are %d x %d x %d",
        taken.orElse(""),
        shape.height(),
        shape.width(),
        shape.channels());
    if (!hasLoss(model)) {
      return; // Such as one that ends in a softmax; what it gives has to be seen.
    }
    Layer last = lastLayer(model);
    if (last.conf().getLayer() instanceof BaseOutputLayer output) {
      requireClasses(output.getNOut(), images);
    }
  }

  /** Whether a model's last layer has a loss. */
  static boolean hasLoss(Model model) {
    return lastLayer(model) instanceof IOutputLayer;
  }

  /** Checks how many classes a model gives. */
  static void requireClasses(long classes, ImageBatch images) {
    require(
        classes == images.classes(),
        "the model gives %,d %s; the images have %d",
        classes,
        classes == 1 ? "class" : "classes",
        images.classes());
  }

  private static Layer lastLayer(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getLayer(network.getnLayers() - 1)
        : ((ComputationGraph) model).getOutputLayer(0);
  }

  private static void require(boolean condition, String format, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, format, values));
    }
  }
}
