package io.bnzoo.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A model in ONNX, run by ONNX Runtime on the processor. */
public final class OnnxSession implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;

  private OnnxSession(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /**
   * Loads a file.
   *
   * @param threads how many it may use
   * @throws IOException if ONNX Runtime refuses the file
   */
  public static OnnxSession open(Path file, int threads) throws IOException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      return new OnnxSession(environment, environment.createSession(file.toString(), options));
    } catch (OrtException e) {
      throw new IOException(file + " is refused by ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /** The version of ONNX Runtime. */
  public static String runtimeVersion() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  /** What the model says of itself. */
  public Map<String, String> metadata() {
    try {
      return Map.copyOf(session.getMetadata().getCustomMetadata());
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The model's outputs.
   *
   * @param features of each input, in the order that the file has them
   * @throws IllegalArgumentException if they do not suit the model
   */
  public INDArray[] output(INDArray... features) {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      Iterator<String> names = session.getInputNames().iterator();
      for (INDArray each : features) {
        inputs.put(names.next(), tensor(each));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        List<INDArray> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.add(array((OnnxTensor) output.getValue()));
        }
        return outputs.toArray(INDArray[]::new);
      }
    } catch (OrtException e) {
      throw new IllegalArgumentException("ONNX Runtime says: " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(INDArray values) throws OrtException {
    FloatBuffer floats = FloatBuffer.wrap(values.dup('c').data().asFloat());
    return OnnxTensor.createTensor(environment, floats, values.shape());
  }

  private static INDArray array(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return Nd4j.createFromArray(values).reshape('c', tensor.getInfo().getShape());
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
