package io.bnzoo.limits;

import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.distribution.BinomialDistribution;
import org.deeplearning4j.nn.conf.distribution.ConstantDistribution;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.distribution.LogNormalDistribution;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.OrthogonalDistribution;
import org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.variational.BernoulliReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.CompositeReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.ExponentialReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.GaussianReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanAvg;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * A small network of Deeplearning4j's layers, or of both libraries', that predicts.
 *
 * @param name for messages
 * @param model initialized
 * @param type of its input
 * @param input of one example or a few
 */
public record StockNetwork(String name, Model model, InputType type, INDArray input) {

  /** All kinds of layers, vertices and whatever else has numbers. */
  public static List<StockNetwork> all() {
    List<StockNetwork> all = new ArrayList<>();
    addVectors(all);
    addImages(all);
    addOtherAxes(all);
    addSequences(all);
    addGraphs(all);
    return all;
  }

  public INDArray predict(Model loaded) {
    return loaded instanceof MultiLayerNetwork network
        ? network.output(input)
        : ((ComputationGraph) loaded).output(inputs())[0];
  }

  private INDArray[] inputs() {
    int count = ((ComputationGraph) model).getNumInputArrays();
    INDArray[] inputs = new INDArray[count];
    java.util.Arrays.fill(inputs, input);
    return inputs;
  }

  private static void addVectors(List<StockNetwork> all) {
    List<IUpdater> updaters =
        List.of(
            new Adam(new StepSchedule(ScheduleType.ITERATION, 0.1, 0.5, 10)),
            new AdaMax(new ExponentialSchedule(ScheduleType.EPOCH, 0.1, 0.9)),
            new AMSGrad(new InverseSchedule(ScheduleType.ITERATION, 0.1, 0.9, 2)),
            new AdaDelta(),
            new AdaGrad(new PolySchedule(ScheduleType.ITERATION, 0.1, 2, 100)),
            new Nadam(new SigmoidSchedule(ScheduleType.ITERATION, 0.1, 0.9, 10)),
            new Nesterovs(
                new FixedSchedule(0.1),
                new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.9, 10, 0.5))),
            new RmsProp(new CycleSchedule(ScheduleType.ITERATION, 0.1, 1, 20, 5, 0.5)),
            new Sgd(0.1));
    List<IWeightInit> inits = new ArrayList<>();
    for (Distribution distribution :
        List.of(
            new NormalDistribution(0, 1),
            new TruncatedNormalDistribution(0, 1),
            new UniformDistribution(-1, 1),
            new ConstantDistribution(0.5),
            new LogNormalDistribution(0, 1),
            new OrthogonalDistribution(1.0),
            new BinomialDistribution(3, 0.5))) {
      inits.add(new WeightInitDistribution(distribution));
    }
    inits.add(new WeightInitConstant(0.1));
    inits.add(new WeightInitIdentity(0.5));
    inits.add(new WeightInitVarScalingNormalFanAvg(2.0));
    List<IActivation> activations =
        List.of(
            new ActivationELU(0.5),
            new ActivationLReLU(0.1),
            new ActivationRReLU(0.1, 0.2),
            new ActivationReLU(6.0, 0.1, 0.2),
            new ActivationThresholdedReLU(0.5));
    INDArray weights = Nd4j.createFromArray(new float[] {1, 2, 3}).reshape(1, 3);
    List<ILossFunction> losses =
        List.of(
            new LossMCXENT(weights),
            new LossBinaryXENT(1e-5, weights),
            new LossL1(weights),
            new LossL2(weights),
            new LossMAPE(weights),
            new LossMSLE(weights),
            new LossFMeasure(0.5));
    for (int i = 0; i < updaters.size(); i++) {
      ILossFunction loss = losses.get(i % losses.size());
      boolean single = loss instanceof LossFMeasure;
      IWeightInit init = inits.get(i);
      IActivation activation = activations.get(i % activations.size());
      IUpdater updater = updaters.get(i);
      all.add(
          sequential(
              "dense-" + i,
              builder().updater(updater).l1(0.1).l2(0.1).weightDecay(0.1).list(),
              InputType.feedForward(6),
              layers -> {
                layers.layer(
                    new DenseLayer.Builder()
                        .nOut(6)
                        .weightInit(init)
                        .activation(activation)
                        .build());
                layers.layer(
                    new OutputLayer.Builder(loss)
                        .nOut(single ? 1 : 3)
                        .activation(
                            loss instanceof LossMCXENT ? Activation.SOFTMAX : Activation.SIGMOID)
                        .build());
              },
              1,
              6));
    }
    all.add(
        sequential(
            "vectors",
            builder()
                .dropOut(new Dropout(new FixedSchedule(0.5)))
                .weightNoise(new DropConnect(0.5))
                .constrainWeights(
                    new MaxNormConstraint(2, 1),
                    new MinMaxNormConstraint(0.1, 2, 0.5, 1),
                    new UnitNormConstraint(1))
                .list(),
            InputType.feedForward(6),
            layers -> {
              layers.layer(new AutoEncoder.Builder().nOut(5).corruptionLevel(0.3).build());
              layers.layer(
                  new DenseLayer.Builder()
                      .nOut(4)
                      .hasLayerNorm(true)
                      .dropOut(new GaussianDropout(0.3))
                      .weightNoise(new WeightNoise(new NormalDistribution(0, 1)))
                      .build());
              layers.layer(new BatchNormalization.Builder().build());
              layers.layer(new LowLevelBatchNormalization.Builder().build());
              layers.layer(new ChannelwiseBias.Builder().build());
              layers.layer(new PReLULayer.Builder().inputShape(4).sharedAxes(1).build());
              layers.layer(new DropoutLayer(new AlphaDropout(0.5)));
              layers.layer(new ActivationLayer(Activation.TANH));
              layers.layer(
                  new ElementWiseMultiplicationLayer.Builder()
                      .nOut(4)
                      .dropOut(new GaussianNoise(0.1))
                      .build());
              layers.layer(
                  new FrozenLayer(
                      new DenseLayer.Builder().nOut(4).activation(Activation.RELU).build()));
              layers.layer(
                  new FrozenLayerWithBackprop(
                      new DenseLayer.Builder().nOut(4).activation(Activation.RELU).build()));
              layers.layer(
                  new CenterLossOutputLayer.Builder()
                      .nOut(3)
                      .activation(Activation.SOFTMAX)
                      .build());
            },
            2,
            6));
    all.add(
        sequential(
            "variational",
            builder().list(),
            InputType.feedForward(6),
            layers -> {
              layers.layer(
                  new VariationalAutoencoder.Builder()
                      .encoderLayerSizes(5, 4)
                      .decoderLayerSizes(4, 5)
                      .nOut(3)
                      .numSamples(2)
                      .reconstructionDistribution(
                          new CompositeReconstructionDistribution.Builder()
                              .addDistribution(2, new GaussianReconstructionDistribution())
                              .addDistribution(2, new BernoulliReconstructionDistribution())
                              .addDistribution(2, new ExponentialReconstructionDistribution())
                              .build())
                      .build());
              layers.layer(new DenseLayer.Builder().nOut(3).build());
              layers.layer(new LossLayer.Builder(new LossMSE()).build());
            },
            1,
            6));
    all.add(
        sequential(
            "embedding",
            builder().list(),
            InputType.feedForward(1),
            layers -> {
              layers.layer(new EmbeddingLayer.Builder().nIn(9).nOut(4).build());
              layers.layer(new RepeatVector.Builder<>(3).build());
              layers.layer(new RnnOutputLayer.Builder(new LossMSE()).nOut(2).build());
            },
            1,
            1));
  }

  private static void addImages(List<StockNetwork> all) {
    all.add(
        sequential(
            "images",
            builder().convolutionMode(ConvolutionMode.Truncate).list(),
            InputType.convolutionalFlat(12, 12, 1),
            layers -> {
              layers.layer(new ZeroPaddingLayer.Builder(1, 1, 2, 2).build());
              layers.layer(
                  new ConvolutionLayer.Builder(3, 3)
                      .nOut(4)
                      .padding(1, 1)
                      .dropOut(new SpatialDropout(0.5))
                      .build());
              layers.layer(new LocalResponseNormalization.Builder().build());
              layers.layer(new BatchNormalization.Builder().build());
              layers.layer(new LowLevelBatchNormalization.Builder().build());
              layers.layer(new SubsamplingLayer.Builder(2, 2).stride(2, 2).build());
              layers.layer(new Cropping2D.Builder(1, 0, 0, 1).build());
              layers.layer(new Upsampling2D.Builder(2).build());
              layers.layer(
                  new SubsamplingLayer.Builder(PoolingType.PNORM)
                      .pnorm(2)
                      .kernelSize(2, 2)
                      .stride(1, 1)
                      .build());
              layers.layer(new PReLULayer.Builder().inputShape(4, 11, 13).sharedAxes(2, 3).build());
              layers.layer(new DenseLayer.Builder().nOut(5).build());
              layers.layer(output(3));
            },
            2,
            144));
    all.add(
        sequential(
            "convolutions",
            builder().list(),
            InputType.convolutional(12, 12, 2),
            layers -> {
              layers.layer(new SpaceToDepthLayer.Builder<>(2).build());
              layers.layer(
                  new DepthwiseConvolution2D.Builder(3, 3)
                      .depthMultiplier(2)
                      .convolutionMode(ConvolutionMode.Same)
                      .build());
              layers.layer(
                  new SeparableConvolution2D.Builder(3, 3).depthMultiplier(2).nOut(3).build());
              layers.layer(new Deconvolution2D.Builder(2, 2).stride(2, 2).nOut(2).build());
              layers.layer(new CnnLossLayer.Builder(new LossMSE()).build());
            },
            1,
            2,
            12,
            12));
    all.add(
        sequential(
            "channels-last",
            builder().convolutionMode(ConvolutionMode.Same).list(),
            InputType.convolutional(8, 8, 2, CNN2DFormat.NHWC),
            layers -> {
              layers.layer(
                  new ConvolutionLayer.Builder(3, 3)
                      .dataFormat(CNN2DFormat.NHWC)
                      .dilation(2, 2)
                      .nOut(3)
                      .build());
              layers.layer(
                  new SubsamplingLayer.Builder(2, 2)
                      .dataFormat(CNN2DFormat.NHWC)
                      .stride(2, 2)
                      .build());
              layers.layer(
                  new LowLevelBatchNormalization.Builder().format(CNN2DFormat.NHWC).build());
              layers.layer(
                  new GlobalPoolingLayer.Builder(PoolingType.AVG).poolingDimensions(1, 2).build());
              layers.layer(output(3));
            },
            1,
            8,
            8,
            2));
    all.add(
        sequential(
            "space-to-batch",
            builder().list(),
            InputType.convolutional(6, 6, 1),
            layers -> {
              layers.layer(
                  new SpaceToBatchLayer.Builder<>(new int[] {2, 2}, new int[][] {{1, 1}, {1, 1}})
                      .build());
              layers.layer(new GlobalPoolingLayer.Builder(PoolingType.PNORM).pnorm(2).build());
              layers.layer(output(2));
            },
            1,
            1,
            6,
            6));
    all.add(
        sequential(
            "locally-connected",
            builder().list(),
            InputType.convolutional(6, 6, 1),
            layers -> {
              layers.layer(
                  new LocallyConnected2D.Builder()
                      .kernelSize(2, 2)
                      .setInputSize(6, 6)
                      .convolutionMode(ConvolutionMode.Same)
                      .nOut(2)
                      .build());
              layers.layer(output(2));
            },
            1,
            1,
            6,
            6));
    all.add(
        sequential(
            "capsules",
            builder().list(),
            InputType.convolutional(8, 8, 1),
            layers -> {
              layers.layer(
                  new PrimaryCapsules.Builder(4, 2)
                      .kernelSize(3, 3)
                      .stride(2, 2)
                      .useLeakyReLU(0.1)
                      .build());
              layers.layer(new CapsuleLayer.Builder(3, 4, 2).build());
              layers.layer(new CapsuleStrengthLayer.Builder().build());
              layers.layer(new LossLayer.Builder(new LossMSE()).build());
            },
            1,
            1,
            8,
            8));
    all.add(
        sequential(
            "boxes",
            builder().list(),
            InputType.convolutional(6, 6, 1),
            layers -> {
              layers.layer(new ConvolutionLayer.Builder(3, 3).nOut(14).build());
              layers.layer(
                  new Yolo2OutputLayer.Builder()
                      .boundingBoxPriors(Nd4j.createFromArray(new float[][] {{1, 2}, {2, 1}}))
                      .build());
            },
            1,
            1,
            6,
            6));
  }

  private static void addOtherAxes(List<StockNetwork> all) {
    all.add(
        sequential(
            "one-axis",
            builder().list(),
            InputType.recurrent(3, 12),
            layers -> {
              layers.layer(new ZeroPadding1DLayer.Builder(1, 2).build());
              layers.layer(new Convolution1DLayer.Builder(3, 1).nOut(4).build());
              layers.layer(new Subsampling1DLayer.Builder(2, 2).build());
              layers.layer(new Upsampling1D.Builder(2).build());
              layers.layer(new Cropping1D.Builder(1, 1).build());
              layers.layer(new RnnOutputLayer.Builder(new LossMSE()).nOut(2).build());
            },
            1,
            3,
            12));
    all.add(
        sequential(
            "one-axis-connected",
            builder().list(),
            InputType.recurrent(3, 8),
            layers -> {
              layers.layer(
                  new LocallyConnected1D.Builder()
                      .kernelSize(2)
                      .setInputSize(8)
                      .convolutionMode(ConvolutionMode.Truncate)
                      .nOut(2)
                      .build());
              layers.layer(new GlobalPoolingLayer.Builder(PoolingType.MAX).build());
              layers.layer(output(2));
            },
            1,
            3,
            8));
    all.add(
        sequential(
            "three-axes",
            builder().list(),
            InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 8, 8, 8, 1),
            layers -> {
              layers.layer(new ZeroPadding3DLayer.Builder(1, 1, 1).build());
              layers.layer(new Convolution3D.Builder(3, 3, 3).nOut(2).build());
              layers.layer(
                  new Subsampling3DLayer.Builder(PoolingType.MAX)
                      .kernelSize(2, 2, 2)
                      .stride(2, 2, 2)
                      .build());
              layers.layer(new Upsampling3D.Builder(2).build());
              layers.layer(new Cropping3D.Builder(1, 1, 1).build());
              layers.layer(
                  new Deconvolution3D.Builder()
                      .kernelSize(2, 2, 2)
                      .stride(2, 2, 2)
                      .nOut(2)
                      .build());
              layers.layer(
                  new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW)
                      .lossFunction(new LossMSE())
                      .build());
            },
            1,
            1,
            8,
            8,
            8));
    all.add(
        sequential(
            "three-axes-dense",
            builder().list(),
            InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 4, 4, 4, 1),
            layers -> {
              layers.layer(new Convolution3D.Builder(2, 2, 2).nOut(2).build());
              layers.layer(new GlobalPoolingLayer.Builder(PoolingType.SUM).build());
              layers.layer(output(2));
            },
            1,
            1,
            4,
            4,
            4));
  }

  @SuppressWarnings("deprecation") // Files may have these layers still.
  private static void addSequences(List<StockNetwork> all) {
    all.add(
        sequential(
            "recurrent",
            builder().list(),
            InputType.recurrent(3, 5),
            layers -> {
              layers.layer(new LSTM.Builder().nOut(4).build());
              layers.layer(new GravesLSTM.Builder().nOut(4).build());
              layers.layer(new GravesBidirectionalLSTM.Builder().nOut(4).build());
              layers.layer(new SimpleRnn.Builder().nOut(4).build());
              layers.layer(
                  new Bidirectional(
                      Bidirectional.Mode.CONCAT, new SimpleRnn.Builder().nOut(3).build()));
              layers.layer(new TimeDistributed(new DenseLayer.Builder().nIn(6).nOut(4).build()));
              layers.layer(new MaskZeroLayer(new SimpleRnn.Builder().nIn(4).nOut(4).build(), 0.5));
              layers.layer(new DenseLayer.Builder().nOut(3).build());
              layers.layer(new SimpleRnn.Builder().nOut(3).build());
              layers.layer(new RnnLossLayer.Builder(new LossMSE()).build());
            },
            2,
            3,
            5));
    all.add(
        sequential(
            "last-step",
            builder().list(),
            InputType.recurrent(3, 5),
            layers -> {
              layers.layer(new LastTimeStep(new LSTM.Builder().nOut(4).build()));
              layers.layer(output(2));
            },
            1,
            3,
            5));
    all.add(
        sequential(
            "recurrent-batch-norm",
            builder().list(),
            InputType.recurrent(3, 5),
            layers -> {
              layers.layer(new BatchNormLstm.Builder(5).nOut(4).initialStateNoise(0.1).build());
              layers.layer(
                  new Bidirectional(
                      Bidirectional.Mode.CONCAT, new BatchNormLstm.Builder(3).nOut(2).build()));
              layers.layer(new RnnLossLayer.Builder(new LossMSE()).build());
            },
            2,
            3,
            5));
    ImageShape shape = ImageShape.withChannels(3).height(6).width(4);
    all.add(
        sequential(
            "rows",
            builder().list(),
            InputType.convolutionalFlat(6, 4, 3),
            layers -> {
              layers.inputPreProcessor(0, ImageToSequence.rows(shape));
              layers.layer(new LastTimeStep(new BatchNormLstm.Builder(6).nOut(4).build()));
              layers.layer(output(2));
            },
            2,
            72));
    all.add(
        sequential(
            "attention",
            builder().list(),
            InputType.recurrent(4, 5),
            layers -> {
              layers.layer(
                  new SelfAttentionLayer.Builder()
                      .nOut(4)
                      .nHeads(2)
                      .headSize(2)
                      .projectInput(true)
                      .build());
              layers.layer(new GlobalPoolingLayer.Builder(PoolingType.MAX).build());
              layers.layer(output(2));
            },
            1,
            4,
            5));
    all.add(
        sequential(
            "recurrent-attention",
            builder().list(),
            InputType.recurrent(4, 5),
            layers -> {
              layers.layer(
                  new RecurrentAttentionLayer.Builder()
                      .nOut(4)
                      .nHeads(2)
                      .headSize(2)
                      .projectInput(true)
                      .build());
              layers.layer(new GlobalPoolingLayer.Builder(PoolingType.MAX).build());
              layers.layer(output(2));
            },
            1,
            4,
            5));
    all.add(
        sequential(
            "embedded-sequence",
            builder().list(),
            InputType.recurrent(1, 5),
            layers -> {
              layers.layer(
                  new EmbeddingSequenceLayer.Builder().nIn(9).nOut(4).inputLength(5).build());
              layers.layer(new LSTM.Builder().nOut(3).build());
              layers.layer(new RnnOutputLayer.Builder(new LossMSE()).nOut(2).build());
            },
            1,
            1,
            5));
    all.add(
        sequential(
            "frames",
            builder().list(),
            InputType.convolutional(6, 6, 1),
            layers -> {
              layers.layer(new ConvolutionLayer.Builder(3, 3).nOut(2).build());
              layers.layer(new LSTM.Builder().nIn(32).nOut(3).build());
              layers.layer(new RnnOutputLayer.Builder(new LossMSE()).nOut(2).build());
              layers.inputPreProcessor(
                  1,
                  new ComposableInputPreProcessor(
                      new InputPreProcessor[] {
                        new CnnToFeedForwardPreProcessor(4, 4, 2),
                        new FeedForwardToRnnPreProcessor(org.deeplearning4j.nn.conf.RNNFormat.NCW)
                      }));
            },
            1,
            1,
            6,
            6));
  }

  private static void addGraphs(List<StockNetwork> all) {
    all.add(
        graph(
            "vertices",
            InputType.feedForward(6),
            graph ->
                graph
                    .addLayer("a", new DenseLayer.Builder().nOut(4).build(), "in")
                    .addLayer("b", new DenseLayer.Builder().nOut(4).build(), "in")
                    .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                    .addVertex("merged", new MergeVertex(), "sum", "b")
                    .addVertex("subset", new SubsetVertex(1, 4), "merged")
                    .addVertex("scaled", new ScaleVertex(0.5), "subset")
                    .addVertex("shifted", new ShiftVertex(0.5), "scaled")
                    .addVertex("unit", new L2NormalizeVertex(new int[] {1}, 1e-8), "shifted")
                    .addVertex("reshaped", new ReshapeVertex(-1, 4), "unit")
                    .addVertex("stacked", new StackVertex(), "reshaped", "a")
                    .addVertex("unstacked", new UnstackVertex(1, 2), "stacked")
                    .addVertex("distance", new L2Vertex(), "unstacked", "b")
                    .addLayer("out", output(2), "distance")
                    .setOutputs("out"),
            1,
            6));
    all.add(
        graph(
            "image-vertices",
            InputType.convolutional(9, 9, 1),
            graph ->
                graph
                    .addLayer("conv", new ConvolutionLayer.Builder(2, 2).nOut(2).build(), "in")
                    .addVertex("cropped", new PoolHelperVertex(), "conv")
                    .addVertex("merged", new MergeVertex(), "cropped", "cropped")
                    .addLayer(
                        "pool", new GlobalPoolingLayer.Builder(PoolingType.MAX).build(), "merged")
                    .addLayer("out", output(2), "pool")
                    .setOutputs("out"),
            1,
            1,
            9,
            9));
    all.add(
        graph(
            "preprocessor-vertex",
            InputType.convolutional(4, 4, 1),
            graph ->
                graph
                    .addVertex(
                        "flat",
                        new PreprocessorVertex(new CnnToFeedForwardPreProcessor(4, 4, 1)),
                        "in")
                    .addLayer("out", output(2), "flat")
                    .setOutputs("out"),
            1,
            1,
            4,
            4));
    all.add(
        graph(
            "sequence-vertices",
            InputType.recurrent(3, 5),
            graph ->
                graph
                    .addLayer("lstm", new LSTM.Builder().nOut(4).build(), "in")
                    .addVertex("backwards", new ReverseTimeSeriesVertex("in"), "lstm")
                    .addVertex("last", new LastTimeStepVertex("in"), "backwards")
                    .addVertex("again", new DuplicateToTimeSeriesVertex("in"), "last")
                    .addVertex(
                        "attention",
                        new AttentionVertex.Builder()
                            .nInKeys(4)
                            .nInQueries(4)
                            .nInValues(4)
                            .nOut(4)
                            .nHeads(2)
                            .headSize(2)
                            .projectInput(true)
                            .build(),
                        "again",
                        "lstm",
                        "lstm")
                    .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(new LossMSE()).nOut(2).build(),
                        "attention")
                    .setOutputs("out"),
            1,
            3,
            5));
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder(new LossMCXENT())
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder().seed(1).activation(Activation.TANH);
  }

  private static StockNetwork sequential(
      String name,
      ListBuilder builder,
      InputType type,
      Consumer<ListBuilder> layers,
      long... shape) {
    layers.accept(builder);
    MultiLayerNetwork network = new MultiLayerNetwork(builder.setInputType(type).build());
    network.init();
    return new StockNetwork(name, network, type, Nd4j.ones(shape).muli(0.5f));
  }

  private static StockNetwork graph(
      String name, InputType type, Consumer<GraphBuilder> vertices, long... shape) {
    GraphBuilder builder = builder().graphBuilder().addInputs("in").setInputTypes(type);
    vertices.accept(builder);
    ComputationGraph network = new ComputationGraph(builder.build());
    network.init();
    return new StockNetwork(name, network, type, Nd4j.ones(shape).muli(0.5f));
  }

  /** Its configuration alone. */
  public String json() {
    return model instanceof MultiLayerNetwork network
        ? network.getLayerWiseConfigurations().toJson()
        : ((ComputationGraph) model).getConfiguration().toJson();
  }

  @Override
  public String toString() {
    return name;
  }
}
