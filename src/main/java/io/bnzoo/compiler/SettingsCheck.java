package io.bnzoo.compiler;

import io.bnzoo.layer.BatchNormLstm;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeGradientStepFunction;
import org.deeplearning4j.nn.conf.stepfunctions.StepFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * What a configuration can set, changes the training of a network, and has no kernels here.
 *
 * <p>Classes are compared, not asked with instanceof: a subclass may compute anything.
 */
final class SettingsCheck {
  private static final List<Class<? extends IUpdater>> UPDATERS =
      List.of(
          Sgd.class,
          NoOp.class,
          Nesterovs.class,
          Adam.class,
          AMSGrad.class,
          AdaMax.class,
          Nadam.class,
          RmsProp.class,
          AdaGrad.class,
          AdaDelta.class);
  private static final List<Class<? extends Regularization>> REGULARIZATIONS =
      List.of(L1Regularization.class, L2Regularization.class, WeightDecay.class);

  /** Those that Deeplearning4j applies dropout to, where there are kernels for them. */
  private static final Set<Class<?>> DROPPING =
      Set.of(
          DropoutLayer.class,
          DenseLayer.class,
          ConvolutionLayer.class,
          OutputLayer.class,
          LSTM.class,
          BatchNormLstm.class);

  private SettingsCheck() {}

  /** Checks what is set for a network as a whole. */
  static void check(MultiLayerConfiguration configuration) {
    check(configuration.getDataType(), configuration.getBackpropType());
    configuration.getConfs().forEach(SettingsCheck::check);
  }

  /** The same for a graph. */
  static void check(ComputationGraphConfiguration configuration) {
    check(configuration.getDataType(), configuration.getBackpropType());
    for (GraphVertex vertex : configuration.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        check(layer.getLayerConf());
      }
    }
  }

  private static void check(DataType numbers, BackpropType backpropagation) {
    require(numbers == DataType.FLOAT, "its numbers are not floats");
    require(backpropagation == BackpropType.Standard, "its backpropagation is truncated");
  }

  /** Checks what is set for a network as a whole, but kept beside each layer. */
  static void check(NeuralNetConfiguration configuration) {
    OptimizationAlgorithm algorithm = configuration.getOptimizationAlgo();
    require(
        algorithm == OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT,
        "it is optimized by " + algorithm);
    StepFunction step = configuration.getStepFunction();
    require(
        step == null || step.getClass() == NegativeGradientStepFunction.class,
        "there is no kernel for its step function " + name(step));
  }

  /** Checks what is set for one layer, but for how its parameters are learned. */
  static void check(Layer layer) {
    require(
        layer.getConstraints() == null || layer.getConstraints().isEmpty(),
        describe(layer) + " has constraints");
    if (layer instanceof BaseLayer base) {
      require(base.getWeightNoise() == null, describe(layer) + " has weight noise");
    }
    if (layer instanceof DenseLayer dense) {
      require(!dense.hasLayerNorm(), describe(layer) + " normalizes layers");
    } else if (layer instanceof BatchNormalization normalization) {
      require(
          normalization.isMinibatch(), describe(layer) + " takes a batch for everything there is");
    }
  }

  /** The probability with which a layer keeps each value that it is given; 1 without dropout. */
  static double keep(Layer layer) {
    IDropout dropout = layer.getIDropout();
    if (dropout == null) {
      return 1;
    }
    require(
        DROPPING.contains(layer.getClass()) && dropout.getClass() == Dropout.class,
        describe(layer) + " has " + name(dropout));
    Dropout usual = (Dropout) dropout;
    require(usual.getPSchedule() == null, describe(layer) + " changes its dropout by a schedule");
    return usual.getP();
  }

  /** The updater of a parameter, as it is now. */
  static IUpdater updater(Layer layer, String parameter) {
    IUpdater updater = layer.getUpdaterByParam(parameter);
    require(
        updater != null && UPDATERS.contains(updater.getClass()),
        "there is no kernel for the updater " + name(updater) + " of " + describe(layer));
    return updater instanceof AdaGrad adaGrad ? copy(adaGrad) : updater.clone();
  }

  /** Its own copy would lose the schedule. */
  private static AdaGrad copy(AdaGrad adaGrad) {
    return AdaGrad.builder()
        .learningRate(adaGrad.getLearningRate())
        .learningRateSchedule(adaGrad.getLearningRateSchedule())
        .epsilon(adaGrad.getEpsilon())
        .build();
  }

  /** The regularizations of a parameter. */
  static List<Regularization> regularizations(Layer layer, String parameter) {
    List<Regularization> regularizations = layer.getRegularizationByParam(parameter);
    if (regularizations == null) {
      return List.of();
    }
    for (Regularization each : regularizations) {
      require(REGULARIZATIONS.contains(each.getClass()), describe(layer) + " has " + name(each));
    }
    return List.copyOf(regularizations);
  }

  /** A layer's type and name. */
  static String describe(Layer layer) {
    String type = layer.getClass().getSimpleName();
    return layer.getLayerName() == null ? type : type + " " + layer.getLayerName();
  }

  private static String name(Object setting) {
    return setting == null ? "(none)" : setting.getClass().getSimpleName();
  }

  /** Refuses the network unless a condition holds. */
  static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new UnsupportedNetworkException(otherwise);
    }
  }
}
