package io.bnzoo.bench;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.Accelerated;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.Threads;
import io.bnzoo.files.Reason;
import io.bnzoo.limits.PredictionLimits;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.StoredNormalizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model beside the file that was exported from it, which ONNX Runtime runs: what both give, and
 * how fast.
 *
 * <p>Both have all cores and the same batches; the first one is computed once before the clock
 * runs.
 */
public final class OnnxCheck implements AutoCloseable {
  private static final int LARGEST_BATCH = 100;

  /** Of all activations of a batch; an eighth of a GiB. */
  private static final long MOST_VALUES = 1 << 25;

  /** What rounding may come to, as a part of the largest output. */
  private static final double ROUNDING = 1e-3;

  private final StoredModel stored;
  private final List<InputType> inputs;
  private final Accelerated engine;
  private final OnnxSession session;
  private final int batchSize;

  private double largestDifference;
  private double largestOutput;
  private long nanoseconds;
  private long onnxNanoseconds;
  private int examples;
  private int right;
  private int onnxRight;
  private boolean tellsClasses;

  /**
   * What has been found.
   *
   * @param examples how many there were
   * @param largestDifference of two outputs; infinite where only one of them is NaN
   * @param largestOutput the largest absolute value of the model's own
   * @param accuracy the model's own; none without labels, or where the outputs are no classes
   * @param onnxAccuracy that of the file
   * @param examplesPerSecond by this library
   * @param onnxExamplesPerSecond by ONNX Runtime
   * @param onnxRuntime its version
   */
  public record Result(
      int examples,
      double largestDifference,
      double largestOutput,
      Optional<Double> accuracy,
      Optional<Double> onnxAccuracy,
      double examplesPerSecond,
      double onnxExamplesPerSecond,
      String onnxRuntime) {

    /** Whether the outputs are the same but for rounding. */
    public boolean isSame() {
      return largestDifference <= ROUNDING * largestOutput;
    }
  }

  /** The same examples, as the model is given them and as the file is. */
  private record Batch(List<INDArray> features, List<INDArray> onnxFeatures) {}

  /** What keeps ONNX Runtime, which is an optional dependency, from running here. */
  public static Optional<String> obstacle() {
    try {
      OnnxSession.runtimeVersion();
      return Optional.empty();
    } catch (NoClassDefFoundError e) {
      return Optional.of("com.microsoft.onnxruntime:onnxruntime:1.28.0 is not on the class path");
    } catch (LinkageError e) { // As on a machine that it has no native library for.
      return Optional.of("it cannot be loaded here, " + Reason.of(e));
    }
  }

  /**
   * Opens a file.
   *
   * @param inputs what the model is given
   * @throws IOException if ONNX Runtime refuses the file
   */
  public OnnxCheck(StoredModel stored, List<InputType> inputs, Path file) throws IOException {
    this.stored = stored;
    this.inputs = List.copyOf(inputs);
    this.session = OnnxSession.open(file, Threads.all());
    this.engine = new MeasuredModel.Loaded(stored.model(), inputs).accelerated();
    long values =
        PredictionLimits.valuesPerExample(stored.model(), inputs.toArray(InputType[]::new));
    this.batchSize = (int) Math.max(1, Math.min(LARGEST_BATCH, MOST_VALUES / values));
  }

  /** Compares the outputs for images, and how many of them are recognized. */
  public Result over(LabeledImages images, ProgressListener progress) {
    images
        .inBatches(batchSize)
        .forEach(
            some -> {
              add(batch(some), Optional.of(some));
              progress.advanced("checking", examples, images.size());
            });
    return result();
  }

  /** Compares the outputs for random values, as large as pixels. */
  public Result overRandomValues(int count, long seed) {
    Nd4j.getRandom().setSeed(seed);
    for (int left = count; left > 0; left -= batchSize) {
      int size = Math.min(left, batchSize);
      add(randomBatch(size), Optional.empty());
    }
    return result();
  }

  private Batch batch(LabeledImages images) {
    ImageShape shape = images.shape();
    ImageInput input = order(inputs.get(0));
    if (stored.normalizer().isEmpty()) {
      List<INDArray> same = List.of(input.shaped(images.images(), shape));
      return new Batch(same, same);
    }
    StoredNormalizer normalizer = stored.normalizer().get();
    return new Batch(
        List.of(input.shaped(normalizer.apply(images).images(), shape)),
        List.of(input.shaped(images.images(normalizer.pixels()), shape)));
  }

  private Batch randomBatch(int size) {
    List<INDArray> given = new ArrayList<>();
    List<INDArray> onnxGiven = new ArrayList<>();
    for (InputType type : inputs) {
      ImageShape shape = shape(type);
      INDArray flat = Nd4j.rand(DataType.FLOAT, size, shape.size());
      stored.normalizer().ifPresent(normalizer -> flat.muli(normalizer.pixels().white()));
      INDArray normalized =
          stored.normalizer().map(each -> each.apply(flat.dup('c'), shape)).orElse(flat);
      given.add(order(type).shaped(normalized, shape));
      onnxGiven.add(order(type).shaped(flat, shape));
    }
    return new Batch(given, onnxGiven);
  }

  private static ImageInput order(InputType type) {
    if (!(type instanceof InputTypeConvolutional images)) {
      return ImageInput.FLAT;
    }
    return images.getFormat() == CNN2DFormat.NCHW ? ImageInput.NCHW : ImageInput.NHWC;
  }

  private static ImageShape shape(InputType type) {
    return type instanceof InputTypeConvolutional images
        ? ImageShape.withChannels((int) images.getChannels())
            .height((int) images.getHeight())
            .width((int) images.getWidth())
        : ImageShape.withChannels(1).height(1).width((int) type.arrayElementsPerExample());
  }

  private void add(Batch batch, Optional<LabeledImages> labels) {
    INDArray[] onnxFeatures = batch.onnxFeatures().toArray(INDArray[]::new);
    if (examples == 0) {
      engine.output(copies(batch.features()));
      session.output(onnxFeatures);
    }
    INDArray[] features = copies(batch.features());
    long start = System.nanoTime();
    INDArray[] found = engine.output(features);
    long between = System.nanoTime();
    INDArray[] onnxFound = session.output(onnxFeatures);
    onnxNanoseconds += System.nanoTime() - between;
    nanoseconds += between - start;
    examples += Math.toIntExact(features[0].size(0));
    for (int i = 0; i < found.length; i++) {
      compare(found[i], onnxFound[i]);
    }
    labels.ifPresent(some -> count(some, found[0], onnxFound[0]));
  }

  /** Some of Deeplearning4j's layers predict in place. */
  private static INDArray[] copies(List<INDArray> features) {
    return features.stream().map(INDArray::dup).toArray(INDArray[]::new);
  }

  private void compare(INDArray found, INDArray onnxFound) {
    float[] values = found.dup('c').data().asFloat();
    float[] onnxValues = onnxFound.dup('c').data().asFloat();
    for (int i = 0; i < values.length; i++) {
      double difference = Math.abs((double) values[i] - onnxValues[i]);
      boolean same = Float.compare(values[i], onnxValues[i]) == 0; // NaN or infinite, too.
      if (!same) {
        largestDifference =
            Math.max(
                largestDifference,
                Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
      }
      if (Float.isFinite(values[i])) {
        largestOutput = Math.max(largestOutput, Math.abs(values[i]));
      }
    }
  }

  private void count(LabeledImages images, INDArray found, INDArray onnxFound) {
    tellsClasses = found.rank() == 2 && images.classes() > 1 && found.size(1) == images.classes();
    if (tellsClasses) {
      right += recognized(images, found);
      onnxRight += recognized(images, onnxFound);
    }
  }

  private static int recognized(LabeledImages images, INDArray outputs) {
    int[] predicted = outputs.argMax(1).data().asInt();
    return (int)
        IntStream.range(0, predicted.length).filter(i -> predicted[i] == images.label(i)).count();
  }

  private Result result() {
    Function<Integer, Optional<Double>> share =
        count -> tellsClasses ? Optional.of((double) count / examples) : Optional.empty();
    return new Result(
        examples,
        largestDifference,
        largestOutput,
        share.apply(right),
        share.apply(onnxRight),
        examples / (nanoseconds / 1e9),
        examples / (onnxNanoseconds / 1e9),
        OnnxSession.runtimeVersion());
  }

  @Override
  public void close() {
    engine.close();
    session.close();
  }
}
