package io.bnzoo.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.bench.OnnxSession;
import io.bnzoo.engine.ThreeWays;
import io.bnzoo.storage.StoredModel;
import java.io.IOException;
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

  private final Model network;
  private final List<InputType> inputs;
  private final Path file;

  /** Exports a network, and has ONNX's own checker see the file. */
  ExportComparison(Model network, List<InputType> inputs, Path folder) throws IOException {
    this.network = network;
    this.inputs = inputs;
    this.file = folder.resolve("model.onnx");
    OnnxExport.write(
        new StoredModel(network, Optional.empty(), Optional.empty(), Optional.empty()),
        inputs,
        file);
    assertValid(file);
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

  Path file() {
    return file;
  }

  /**
   * Asserts that ONNX Runtime gives what Deeplearning4j gives in doubles, of one example and of
   * several.
   */
  void assertSameOutputs(int... batchSizes) throws IOException {
    try (OnnxSession session = OnnxSession.open(file, 1)) {
      for (int batch : batchSizes) {
        INDArray[] features = features(batch);
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
