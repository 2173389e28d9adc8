package io.bnzoo.limits;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * In which bounds the numbers of a configuration have to be, by the names of their fields.
 *
 * <p>The bounds are wide: they keep out what Deeplearning4j's native code divides by, allocates or
 * counts to without a check of its own, not what is merely unwise. What several numbers need
 * together is checked by {@link ActivationShapes}.
 */
final class NumberBounds {
  /** What single precision has room for, with some left for squares of sums. */
  private static final double FINITE = 1e30;

  private static final double ABOVE_ZERO = Double.MIN_NORMAL;

  private static final double LARGEST_SIZE = 1 << 24;

  private static final double LARGEST_WINDOW = 1 << 12;

  private static final Map<String, Bounds> TABLE = table();

  private NumberBounds() {}

  /** Both ends are allowed. */
  record Bounds(double least, double most) {
    boolean include(double value) {
      return value >= least && value <= most; // Not NaN.
    }

    @Override
    public String toString() {
      if (least == -FINITE && most == FINITE) {
        return "finite";
      }
      return least == ABOVE_ZERO
          ? "above 0 and at most " + shown(most)
          : "from " + shown(least) + " to " + shown(most);
    }

    private static String shown(double end) {
      return end == Math.rint(end) && Math.abs(end) < 1e10
          ? Long.toString((long) end)
          : Double.toString(end);
    }
  }

  /** The bounds of a field that has an entry in the table. */
  static Optional<Bounds> of(Class<?> owner, String field) {
    return Optional.ofNullable(
        TABLE.getOrDefault(owner.getSimpleName() + "." + field, TABLE.get(field)));
  }

  /** The bounds of any other number, as in a class of the user's own. */
  static Bounds ofUnknown() {
    return new Bounds(-FINITE, FINITE);
  }

  private static Map<String, Bounds> table() {
    Map<String, Bounds> table = new HashMap<>();
    addSizes(table);
    addWindows(table);
    addCounts(table);
    addShares(table);
    addReals(table);
    return Map.copyOf(table);
  }

  /** How many values, channels or classes there are; 0 where it is not known or not used. */
  private static void addSizes(Map<String, Bounds> table) {
    put(table, 0, LARGEST_SIZE, "nIn", "nOut", "nInKeys", "nInQueries", "nInValues", "featureDim");
    put(table, 0, LARGEST_SIZE, "inputHeight", "inputWidth", "inputDepth", "numChannels");
    put(table, 0, LARGEST_SIZE, "shape", "inputSize", "outputSize", "inputCapsules");
    put(table, 0, LARGEST_SIZE, "inputCapsuleDimensions", "inputChannels", "totalSize");
    put(table, 0, LARGEST_SIZE, "headSize", "hiddenSize", "timeSteps", "from", "to", "channels");
    put(table, 0, Long.MAX_VALUE, "product"); // Computed from the three numbers before it.
    put(table, 1, LARGEST_SIZE, "encoderLayerSizes", "decoderLayerSizes", "distributionSizes");
    put(table, 1, LARGEST_SIZE, "height", "width", "depth", "features", "tsLength");
    put(table, 1, LARGEST_SIZE, "mLabelWidth", "inputLength", "weightParams", "biasParams");
    put(table, 0, 1 << 16, "capsules");
    put(table, 1, 1 << 12, "capsuleDimensions", "PrimaryCapsules.channels");
    put(
        table,
        -1,
        LARGEST_SIZE,
        "newShape",
        "maskShape",
        "inputShape",
        "timeSeriesLength",
        "targetShape");
    put(table, 1, LARGEST_SIZE, "PReLULayer.inputShape");
    put(table, 1, LARGEST_SIZE, "BatchNormLstm.steps", "ImageToSequence.steps");
    put(table, 0, LARGEST_SIZE, "ImageToSequence.order");
  }

  private static void addWindows(Map<String, Bounds> table) {
    put(table, 1, LARGEST_WINDOW, "kernelSize", "kernel", "stride", "dilation", "windowSize");
    put(table, 0, LARGEST_WINDOW, "padding", "paddingBr", "paddingR", "cropping");
    put(table, 1, LARGEST_WINDOW, "blockSize", "blocks", "size", "n", "nQueries", "stackSize");
    put(table, 1, LARGEST_WINDOW, "InputTypeFeedForward.size", "InputTypeRecurrent.size");
    put(table, 1, 1024, "nHeads", "depthMultiplier", "routings", "numSamples", "mMixtures");
    // Axes, of arrays that have five at most.
    put(table, 0, 5, "dimension", "dimensions", "poolingDimensions", "sharedAxes");
    put(table, 0, 5, "permutationIndices");
    put(table, -4, 4, "mergeAxis");
    put(table, 1, 3, "channelAxis");
    put(table, 'c', 'f', "reshapeOrder");
  }

  private static void addCounts(Map<String, Bounds> table) {
    double most = Integer.MAX_VALUE;
    put(table, 0, most, "epochCount", "iterationCount", "maxNumLineSearchIterations");
    put(table, 0, most, "helperCountFail", "lastEpochSinceRUpdated", "annealingLength");
    put(table, 0, most, "numberOfTrials", "allKeysSorted", "topologicalOrder", "pnorm");
    put(table, 1, most, "tbpttFwdLength", "tbpttBackLength", "maxIter", "numIter");
    put(table, 1, most, "cycleLength", "stepSize", "step");
    put(table, Long.MIN_VALUE, Long.MAX_VALUE, "seed");
  }

  private static void addShares(Map<String, Bounds> table) {
    put(table, 0, 1, "decay", "beta1", "beta2", "rho", "rmsDecay", "momentum", "rate", "nu");
    put(table, 0, 1, "corruptionLevel", "probabilityOfSuccess", "annealingDecay", "decayRate");
    put(table, 0, 0.5, "clipEps", "softmaxClipEps");
    put(table, ABOVE_ZERO, 1, "p", "weightRetainProb");
    put(table, 0, 1000, "eps", "epsilon");
    for (String own : List.of("LowLevelBatchNormalization", "BatchNormLstm")) {
      put(table, 0, Math.nextDown(1.0), own + ".decay");
      put(table, ABOVE_ZERO, 1000, own + ".epsilon");
    }
    put(table, 0, 1e6, "learningRate", "initialLearningRate", "maxLearningRate", "increment");
    put(table, 0, 1e6, "lambdaCoord", "lambdaNoObj", "CenterLossOutputLayer.lambda");
  }

  private static void addReals(Map<String, Bounds> table) {
    put(table, 0, FINITE, "std", "stddev", "min", "maxNorm", "gradientNormalizationThreshold");
    put(table, 0, FINITE, "max", "k", "initialStateNoise");
    for (String name :
        new String[] {
          "a",
          "b",
          "alpha",
          "alphaPrime",
          "lambda",
          "beta",
          "gamma",
          "biasInit",
          "gainInit",
          "visibleBiasInit",
          "forgetGateBiasInit",
          "forgetBias",
          "initialGamma",
          "gain",
          "mean",
          "lower",
          "upper",
          "value",
          "values",
          "initialValue",
          "initialRValue",
          "momentumSchedule",
          "power",
          "scale",
          "scaleFactor",
          "shiftFactor",
          "theta",
          "threshold",
          "negativeSlope",
          "l",
          "u",
          "leak",
          "sparsity",
          "maskingValue",
          "lastPValue"
        }) {
      put(table, -FINITE, FINITE, name);
    }
  }

  private static void put(Map<String, Bounds> table, double least, double most, String... names) {
    for (String name : names) {
      table.put(name, new Bounds(least, most));
    }
  }
}
