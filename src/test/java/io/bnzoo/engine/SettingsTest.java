package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.layer.Arithmetic;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.stepfunctions.GradientStepFunction;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitUniform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
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
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Every field of every class that a configuration is made of, set to another value: oneDNN's engine
 * then trains as Deeplearning4j's does, or says that it cannot. A field that is not listed here
 * fails: nobody has thought of what it does.
 */
class SettingsTest {
  private static final LabeledImages BATCH = TestDigits.draw(6, 5);
  private static final ISchedule SCHEDULE =
      new ExponentialSchedule(ScheduleType.ITERATION, 0.2, 0.5);

  /**
   * Another value of a field.
   *
   * @param refusal what oneDNN's engine then says; empty if it trains as Deeplearning4j does
   */
  private record Setting(Object value, String refusal) {}

  /** What has the field. */
  private enum Owner {
    NETWORK(MultiLayerConfiguration.class),
    EACH_LAYER(NeuralNetConfiguration.class),
    CONVOLUTION(ConvolutionLayer.class),
    POOLING(SubsamplingLayer.class),
    GLOBAL_POOLING(GlobalPoolingLayer.class),
    BATCH_NORM(BatchNormalization.class),
    ACTIVATION(ActivationLayer.class),
    DENSE(DenseLayer.class),
    LOW_LEVEL(LowLevelBatchNormalization.class),
    BIAS(ChannelwiseBias.class),
    OUTPUT(OutputLayer.class),
    SGD(Sgd.class),
    NESTEROVS(Nesterovs.class),
    ADAM(Adam.class),
    NO_OP(NoOp.class),
    AMS_GRAD(AMSGrad.class),
    ADA_MAX(AdaMax.class),
    NADAM(Nadam.class),
    RMS_PROP(RmsProp.class),
    ADA_GRAD(AdaGrad.class),
    ADA_DELTA(AdaDelta.class),
    L1(L1Regularization.class),
    L2(L2Regularization.class),
    WEIGHT_DECAY(WeightDecay.class),
    RELU(ActivationReLU.class),
    LEAKY_RELU(ActivationLReLU.class),
    ELU(ActivationELU.class),
    SOFTMAX_LOSS(LossMCXENT.class),
    SIGMOID_LOSS(LossBinaryXENT.class);

    private final Class<?> type;

    Owner(Class<?> type) {
      this.type = type;
    }

    Stream<Field> fields() {
      List<Field> fields = new ArrayList<>();
      for (Class<?> each = type; each != Object.class; each = each.getSuperclass()) {
        for (Field field : each.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
            fields.add(field);
          }
        }
      }
      return fields.stream();
    }
  }

  /** Set by building a network, and of no other use: there is no other value to try. */
  private static final Set<String> STRUCTURE =
      Set.of(
          "NETWORK.confs",
          "NETWORK.inputPreProcessors",
          "EACH_LAYER.layer",
          "EACH_LAYER.variables",
          "CONVOLUTION.nIn",
          "BATCH_NORM.nIn",
          "BATCH_NORM.nOut",
          "DENSE.nIn",
          "OUTPUT.nIn",
          "OUTPUT.nOut",
          "LOW_LEVEL.features",
          "LOW_LEVEL.layerParams",
          "BIAS.features",
          "BIAS.layerParams");

  /**
   * ND4J leaves it out where it pools by oneDNN itself; {@link RandomGraphsTest} compares in double
   * precision, where it does not.
   */
  private static final String WRONG_IN_DL4J = "POOLING.dilation";

  /** Epsilons are so large that the sign of rounding does not show. */
  private static final Map<Owner, Supplier<IUpdater>> UPDATERS =
      Map.of(
          Owner.SGD, () -> new Sgd(0.1),
          Owner.NO_OP, NoOp::new,
          Owner.NESTEROVS, () -> new Nesterovs(0.1, 0.9),
          Owner.ADAM, () -> new Adam(0.001),
          Owner.AMS_GRAD, () -> new AMSGrad(0.001),
          Owner.ADA_MAX, () -> new AdaMax(0.001),
          Owner.NADAM, () -> new Nadam(0.001, 0.9, 0.999, 0.01),
          Owner.RMS_PROP, () -> new RmsProp(0.01, 0.9, 0.01),
          Owner.ADA_GRAD, () -> new AdaGrad(0.01, 0.01),
          Owner.ADA_DELTA, AdaDelta::new);

  private static final Map<Owner, Supplier<Regularization>> REGULARIZATIONS =
      Map.of(
          Owner.L1, () -> new L1Regularization(0.01),
          Owner.L2, () -> new L2Regularization(0.01),
          Owner.WEIGHT_DECAY, () -> new WeightDecay(0.01, true));

  private static final Map<String, Setting> SETTINGS = new HashMap<>();

  private static void same(String fields, Object value) {
    refused(fields, value, "");
  }

  private static void refused(String fields, Object value, String refusal) {
    for (String field : fields.split(" ", -1)) {
      SETTINGS.put(field, new Setting(value, refusal));
    }
  }

  static {
    whole();
    ofAllLayers();
    ofOneLayer();
    ofParts();
  }

  private static void whole() {
    refused("NETWORK.backpropType", BackpropType.TruncatedBPTT, "its backpropagation is truncated");
    same("NETWORK.tbpttFwdLength NETWORK.tbpttBackLength", 3);
    same("NETWORK.validateOutputLayerConfig", false);
    same("NETWORK.trainingWorkspaceMode NETWORK.inferenceWorkspaceMode", WorkspaceMode.NONE);
    same("NETWORK.cacheMode EACH_LAYER.cacheMode", CacheMode.HOST);
    refused("NETWORK.dataType", DataType.DOUBLE, "its numbers are not floats");
    same("NETWORK.iterationCount NETWORK.epochCount", 2);
    same("EACH_LAYER.iterationCount EACH_LAYER.epochCount", 2);
    same("EACH_LAYER.miniBatch", false);
    refused("EACH_LAYER.optimizationAlgo", OptimizationAlgorithm.LBFGS, "it is optimized by LBFGS");
    refused(
        "EACH_LAYER.stepFunction",
        new GradientStepFunction(),
        "there is no kernel for its step function GradientStepFunction");
    same("EACH_LAYER.maxNumLineSearchIterations", 1);
    same("EACH_LAYER.seed", 17L);
    same("EACH_LAYER.minimize", false); // Nothing in Deeplearning4j asks for it.
    same("EACH_LAYER.dataType", DataType.DOUBLE); // The network's counts.
  }

  private static void ofAllLayers() {
    for (Owner owner : Owner.values()) {
      String name = owner + ".";
      same(name + "layerName", "other");
      refused(name + "iDropout", new AlphaDropout(0.5), "has AlphaDropout");
      refused(
          name + "constraints",
          List.of(new MaxNormConstraint(0.1, Set.of("W"), 1)),
          "has constraints");
      refused(name + "weightNoise", new DropConnect(0.5), "has weight noise");
      same(name + "gradientNormalization", GradientNormalization.ClipL2PerLayer);
      same(name + "gradientNormalizationThreshold", 1e-3);
      same(name + "weightInitFn", new WeightInitUniform());
      same(name + "biasInit", 0.3);
      same(name + "gainInit", 0.3);
      same(name + "regularization", List.of(new L1Regularization(0.1)));
      same(name + "regularizationBias", List.of(new WeightDecay(0.1, true)));
      same(name + "iUpdater", new RmsProp(0.1, 0.9, 0.1));
      same(name + "biasUpdater", new RmsProp(0.1, 0.9, 0.1));
      same(name + "timeDistributedFormat", RNNFormat.NWC);
      refused(
          name + "activationFn",
          new ActivationCube(),
          "there is no kernel for the activation cube of");
      same(name + "hasBias", false);
    }
    same("BATCH_NORM.activationFn", new ActivationLReLU(0.2)); // It never applies it.
    for (Owner owner : List.of(Owner.LOW_LEVEL, Owner.BIAS)) {
      same(owner + ".updater", new RmsProp(0.1, 0.9, 0.1));
      same(owner + ".weightInit", WeightInit.ONES);
      same(owner + ".paramWeightInit", Map.of());
      same(owner + ".channelAxis", 3); // The input type sets it.
    }
  }

  private static void ofOneLayer() {
    same("CONVOLUTION.nOut DENSE.nOut", 5L);
    same("CONVOLUTION.kernelSize", new int[] {2, 4});
    same("CONVOLUTION.stride", new int[] {5, 4});
    same("CONVOLUTION.padding", new int[] {1, 2});
    same("CONVOLUTION.dilation", new int[] {2, 1});
    same("CONVOLUTION.convolutionMode", ConvolutionMode.Same);
    same("CONVOLUTION.cnn2dDataFormat", CNN2DFormat.NHWC); // The input type sets it.
    same("CONVOLUTION.cudnnAlgoMode", ConvolutionLayer.AlgoMode.NO_WORKSPACE);
    same("CONVOLUTION.cudnnFwdAlgo", ConvolutionLayer.FwdAlgo.FFT);
    same("CONVOLUTION.cudnnBwdFilterAlgo", ConvolutionLayer.BwdFilterAlgo.FFT);
    same("CONVOLUTION.cudnnBwdDataAlgo", ConvolutionLayer.BwdDataAlgo.FFT);
    same("CONVOLUTION.cudnnAllowFallback BATCH_NORM.cudnnAllowFallback", false);
    same("CONVOLUTION.defaultValueOverriden", true);
    same("POOLING.poolingType", PoolingType.AVG);
    same("POOLING.kernelSize", new int[] {3, 2});
    same("POOLING.stride", new int[] {1, 3});
    same("POOLING.padding", new int[] {1, 0});
    same("POOLING.convolutionMode", ConvolutionMode.Same);
    same("POOLING.cnn2dDataFormat", CNN2DFormat.NHWC); // The input type sets it.
    same("POOLING.cudnnAllowFallback", false);
    same("POOLING.defaultValueOverridden", true);
    same("POOLING.pnorm POOLING.eps", 3); // For pooling by a norm, which is refused.
    same("POOLING.avgPoolIncludePadInDivisor", true); // For averages.
    same("GLOBAL_POOLING.poolingType", PoolingType.AVG);
    same("GLOBAL_POOLING.poolingDimensions", new int[] {1, 2}); // The input type sets them.
    refused("GLOBAL_POOLING.collapseDimensions", false, "does not collapse dimensions");
    same("GLOBAL_POOLING.pnorm", 3); // For pooling by a norm, which is refused.
    same("BATCH_NORM.decay LOW_LEVEL.decay", 0.5);
    same("BATCH_NORM.eps LOW_LEVEL.epsilon", 0.1);
    same("BATCH_NORM.gamma BATCH_NORM.beta", 0.5);
    refused("BATCH_NORM.isMinibatch", false, "takes a batch for everything there is");
    same("BATCH_NORM.lockGammaBeta", true);
    same("BATCH_NORM.useLogStd", true);
    same("BATCH_NORM.cnn2DFormat", CNN2DFormat.NHWC); // The input type sets it.
    refused("DENSE.hasLayerNorm", true, "normalizes layers");
    same("LOW_LEVEL.arithmetic", Arithmetic.SPELT_OUT);
    refused("OUTPUT.lossFn", new LossMSE(), "its loss is no cross-entropy");
    refused("OUTPUT.activationFn", new ActivationHardSigmoid(), "its loss is no cross-entropy");
  }

  private static void ofParts() {
    for (Owner owner : UPDATERS.keySet()) {
      same(owner + ".learningRate", 0.03);
      same(owner + ".learningRateSchedule", SCHEDULE);
      same(owner + ".epsilon", 0.1);
      same(owner + ".beta1 " + owner + ".beta2", 0.5);
    }
    same("NESTEROVS.momentum", 0.5);
    same("NESTEROVS.momentumISchedule", SCHEDULE);
    same("NESTEROVS.momentumSchedule", Map.of(0, 0.1)); // Nothing in Deeplearning4j asks for it.
    same("RMS_PROP.rmsDecay ADA_DELTA.rho", 0.5);
    same("L1.l1 L2.l2 WEIGHT_DECAY.coeff", SCHEDULE);
    same("WEIGHT_DECAY.applyLR", false);
    refused(
        "RELU.max RELU.threshold RELU.negativeSlope",
        0.25,
        "there is no kernel for the activation relu");
    same("LEAKY_RELU.alpha", 0.25);
    refused("ELU.alpha", 0.25, "there is no kernel for the activation elu(alpha=0.25)");
    refused("SOFTMAX_LOSS.softmaxClipEps", 0.1, "its loss clips probabilities at 0.1");
    refused("SOFTMAX_LOSS.weights", Nd4j.linspace(1, 2, 10), "its loss is no cross-entropy");
    refused("SIGMOID_LOSS.clipEps", 0.1, "its loss clips probabilities at 0.1");
    same("SIGMOID_LOSS.weights", Nd4j.linspace(1, 2, 10).reshape(1, 10));
  }

  static Stream<Arguments> fields() {
    return Stream.of(Owner.values())
        .flatMap(owner -> owner.fields().map(field -> Arguments.of(owner, field)))
        .filter(each -> !STRUCTURE.contains(each.get()[0] + "." + name(each)))
        .filter(each -> !WRONG_IN_DL4J.equals(each.get()[0] + "." + name(each)));
  }

  private static String name(Arguments arguments) {
    return ((Field) arguments.get()[1]).getName();
  }

  @ParameterizedTest
  @MethodSource("fields")
  void aFieldIsReadOrHarmlessOrRefused(Owner owner, Field field) throws Exception {
    Setting setting = SETTINGS.get(owner + "." + field.getName());
    assertThat(setting).as("%s has not been thought of", field).isNotNull();
    field.setAccessible(true);
    MultiLayerNetwork network = network(owner, field, setting.value());
    String refusal = BothEngines.answerOrRefusal(network, 1e-3, BothEngines.training(BATCH, 3));
    if (setting.refusal().isEmpty()) {
      assertThat(refusal).isEmpty();
    } else {
      assertThat(refusal).startsWith("oneDNN cannot run this network: ");
      assertThat(refusal).contains(setting.refusal());
    }
  }

  @Test
  void nothingIsListedThatIsNotThere() {
    Set<String> there =
        Stream.of(Owner.values())
            .flatMap(owner -> owner.fields().map(field -> owner + "." + field.getName()))
            .collect(Collectors.toSet());
    assertThat(there).containsAll(STRUCTURE);
  }

  /** Layers are changed before, and the whole after the network is built. */
  private static MultiLayerNetwork network(Owner owner, Field field, Object value)
      throws IllegalAccessException {
    IUpdater updater =
        UPDATERS
            .getOrDefault(
                owner, () -> new Sgd(new ExponentialSchedule(ScheduleType.ITERATION, 0.2, 0.9)))
            .get();
    Optional<Regularization> regularization =
        Optional.ofNullable(REGULARIZATIONS.get(owner)).map(Supplier::get);
    IActivation function =
        switch (owner) {
          case RELU -> new ActivationReLU();
          case LEAKY_RELU -> new ActivationLReLU();
          case ELU -> new ActivationELU();
          default -> new ActivationTanH();
        };
    OutputLayer output =
        owner == Owner.SIGMOID_LOSS
            ? output(LossFunctions.LossFunction.XENT, Activation.SIGMOID)
            : output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX);
    List<Layer> layers = layers(owner, function, output);
    Function<Class<?>, Object> ofType =
        type -> layers.stream().filter(type::isInstance).findFirst().orElseThrow();
    switch (owner) {
      case NETWORK, EACH_LAYER -> {}
      case L1, L2, WEIGHT_DECAY -> field.set(regularization.orElseThrow(), value);
      case RELU, LEAKY_RELU, ELU -> field.set(function, value);
      case SOFTMAX_LOSS, SIGMOID_LOSS -> field.set(output.getLossFn(), value);
      default -> field.set(UPDATERS.containsKey(owner) ? updater : ofType.apply(owner.type), value);
    }
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(updater)
            .regularization(regularization.stream().toList())
            .list();
    layers.forEach(list::layer);
    MultiLayerConfiguration configuration =
        list.setInputType(
                layers.get(0) instanceof DenseLayer
                    ? InputType.feedForward(784)
                    : InputType.convolutional(28, 28, 1))
            .build();
    if (owner == Owner.NETWORK) {
      field.set(configuration, value);
    } else if (owner == Owner.EACH_LAYER) {
      for (NeuralNetConfiguration each : configuration.getConfs()) {
        field.set(each, value);
      }
    }
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  private static List<Layer> layers(Owner owner, IActivation function, OutputLayer output) {
    return switch (owner) {
      case CONVOLUTION, BATCH_NORM ->
          List.of(
              new ConvolutionLayer.Builder(3, 3)
                  .stride(4, 4)
                  .nOut(3)
                  .activation(Activation.IDENTITY)
                  .build(),
              new BatchNormalization.Builder().useLogStd(false).build(),
              new ActivationLayer(Activation.TANH),
              output);
      case POOLING, GLOBAL_POOLING ->
          List.of(
              new ConvolutionLayer.Builder(3, 3)
                  .stride(2, 2)
                  .nOut(3)
                  .activation(Activation.IDENTITY)
                  .build(),
              owner == Owner.POOLING
                  ? new SubsamplingLayer.Builder().kernelSize(2, 2).build()
                  : new GlobalPoolingLayer.Builder().build(),
              output);
      case LOW_LEVEL, BIAS ->
          List.of(
              new DenseLayer.Builder().nOut(4).activation(Activation.IDENTITY).build(),
              new LowLevelBatchNormalization.Builder().build(),
              new ChannelwiseBias.Builder().build(),
              new ActivationLayer(Activation.TANH),
              output);
      default ->
          List.of(
              new DenseLayer.Builder().nOut(4).activation(Activation.IDENTITY).build(),
              new ActivationLayer(function),
              new DenseLayer.Builder().nOut(3).activation(Activation.TANH).build(),
              output);
    };
  }
}
