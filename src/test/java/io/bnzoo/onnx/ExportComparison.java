package io.bnzoo.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.bench.OnnxSession;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.engine.ThreeWays;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.SamePredictions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.onnx.OpSchemaRegistry;
import org.bytedeco.onnx.ShapeInferenceOptions;
import org.bytedeco.onnx.global.onnx;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network beside the file that was exported from it. */
final class ExportComparison {
  private static final double RELATIVE = 1e-4;
  private static final int STRICT = 1;
  private static final int BATCH = 250;

  /** A network and its file. */
  private record Exported(Model network, Path file) {
    static Exported to(Path file, Model network, List<InputType> inputs) throws IOException {
      OnnxExport.write(
          new StoredModel(network, Optional.empty(), Optional.empty(), Optional.empty()),
          inputs,
          file);
      assertValid(file);
      return new Exported(network, file);
    }

    void assertSame(INDArray[] features) throws IOException {
      try (OnnxSession session = OnnxSession.open(file, 1)) {
        INDArray[] found = session.output(features);
        INDArray[] expected = ThreeWays.exact((NeuralNetwork) network, features);
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
          double largest = expected[i].amaxNumber().doubleValue();
          ArrayAssert.assertClose(found[i], expected[i], RELATIVE * largest, 0);
        }
      }
    }
  }

  private final List<InputType> inputs;
  private final Exported whole;

  /** The network without the activations of its outputs, which make small what differs much. */
  private final Exported logits;

  /** Exports a network, and has ONNX's own checker see the file. */
  ExportComparison(Model network, List<InputType> inputs, Path folder) throws IOException {
    this.inputs = inputs;
    whole = Exported.to(folder.resolve("model.onnx"), network, inputs);
    logits = Exported.to(folder.resolve("logits.onnx"), SamePredictions.logits(network), inputs);
  }

  /**
   * Asserts that the official checker, which is full of exceptions, has none, inferred shapes
   * included.
   */
  static void assertValid(Path file) throws IOException {
    onnx.check_model(file.toString());
    Path inferred = file.resolveSibling("inferred.onnx");
    try (BytePointer from = new BytePointer(file.toString());
        BytePointer to = new BytePointer(inferred.toString())) {
      onnx.InferShapes(
          from, to, OpSchemaRegistry.Instance(), new ShapeInferenceOptions(true, STRICT, false));
    }
    assertThat(inferred).isNotEmptyFile();
    Files.delete(inferred);
  }

  /**
   * Asserts that ONNX Runtime gives what Deeplearning4j gives in doubles, and the same logits, of
   * so many examples at a time.
   */
  void assertSameOutputs(int... batchSizes) throws IOException {
    for (int batch : batchSizes) {
      INDArray[] features = features(batch);
      whole.assertSame(features);
      logits.assertSame(features);
    }
  }

  /** Asserts the same of logits alone, for images. */
  void assertSameLogits(LabeledImages images, ImageInput input) {
    images
        .inBatches(BATCH)
        .forEach(
            batch -> {
              try {
                logits.assertSame(new INDArray[] {input.shaped(batch.images(), images.shape())});
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private INDArray[] features(int batch) {
    Nd4j.getRandom().setSeed(batch);
    return inputs.stream()
        .map(
            input -> {
              long[] shape = input.getShape(true);
              shape[0] = batch;
              return Nd4j.rand(DataType.FLOAT, shape);
            })
        .toArray(INDArray[]::new);
  }
}
