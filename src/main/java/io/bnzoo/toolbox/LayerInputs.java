package io.bnzoo.toolbox;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.CompiledNetwork;
import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSource;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.OneDnn;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What batch normalizations are given when their model predicts: by running statistics, without
 * dropout. oneDNN's kernels compute it where the model has kernels for all of its layers, and
 * Deeplearning4j does elsewhere.
 */
public final class LayerInputs {
  /** Of what is computed at once, in floats. */
  private static final long MOST_VALUES = 1 << 24;

  private static final int MOST_IMAGES = 256;

  private final Model model;
  private final ImageShape shape;
  private final ImageInput input;

  /**
   * The inputs in a model.
   *
   * @param model a {@link MultiLayerNetwork} or a {@link ComputationGraph} with one input
   * @param shape of the images that it is given
   * @throws IllegalArgumentException if it does not take such images
   */
  public LayerInputs(Model model, ImageShape shape) {
    this.model = model;
    this.shape = shape;
    this.input = ImageInput.of(model, shape);
  }

  /** Is given the inputs of one layer for some images. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Looks at them.
     *
     * @param layer its position among those asked for
     * @param values [N,F] or [N,C,pixels], row by row
     * @param images how many there are
     */
    void visit(int layer, float[] values, int images);
  }

  /**
   * Lets all images through the model, with the parameters that it has now.
   *
   * @param images as the model expects them, normalized if it needs that
   * @param atMost how many images are shown at once, at least 1; fewer where their activations are
   *     large
   */
  public void visit(
      List<BatchNorm> layers,
      ImageSource images,
      int atMost,
      ProgressListener progress,
      Visitor visitor) {
    try (Walk walk = walk(layers)) {
      long ofOne = Math.max(1, walk.valuesOfOneImage());
      int chunk = (int) Math.max(1, Math.min(Math.min(atMost, MOST_IMAGES), MOST_VALUES / ofOne));
      long seen = 0;
      Iterator<? extends ImageBatch> batches = images.inBatches(chunk).iterator();
      while (batches.hasNext()) {
        ImageBatch some = batches.next();
        List<float[]> given = walk.given(some);
        for (int i = 0; i < given.size(); i++) {
          visitor.visit(i, given.get(i), some.size());
        }
        seen += some.size();
        progress.advanced("looking into the model", seen, -1);
      }
    }
  }

  /**
   * Mean and variance of what each layer is given over all images.
   *
   * @throws IllegalArgumentException if there are no images
   */
  public List<Moments> moments(
      List<BatchNorm> layers, ImageSource images, ProgressListener progress) {
    List<Moments> moments = layers.stream().map(layer -> new Moments(layer.features())).toList();
    visit(
        layers,
        images,
        MOST_IMAGES,
        progress,
        (layer, values, count) -> moments.get(layer).add(values, count));
    if (moments.stream().anyMatch(found -> found.count() == 0)) {
      throw new IllegalArgumentException("statistics need at least 1 image, got none");
    }
    return moments;
  }

  /** One way to compute the inputs. */
  private interface Walk extends AutoCloseable {
    List<float[]> given(ImageBatch images);

    long valuesOfOneImage();

    @Override
    void close();
  }

  private Walk walk(List<BatchNorm> layers) {
    if (OneDnn.obstacle().isPresent()) {
      return new ByDeeplearning4j(layers);
    }
    try {
      return new ByKernels(
          graph().before(layers.stream().map(layer -> layer.position(model)).toList()));
    } catch (UnsupportedNetworkException e) {
      return new ByDeeplearning4j(layers);
    }
  }

  private NetworkGraph graph() {
    InputType type = input.type(shape);
    return model instanceof ComputationGraph graph
        ? NetworkGraph.of(graph, List.of(type))
        : NetworkGraph.of((MultiLayerNetwork) model, type);
  }

  private final class ByKernels implements Walk {
    private final NetworkGraph graph;
    private final CompiledNetwork compiled;

    ByKernels(NetworkGraph graph) {
      NativeBackend.useThreads(Runtime.getRuntime().availableProcessors());
      this.graph = graph;
      this.compiled = new CompiledNetwork(graph, model);
    }

    @Override
    public List<float[]> given(ImageBatch images) {
      try {
        return compiled.outputs(List.of(images.pixels()), images.size(), Mode.INFERENCE);
      } finally {
        Reference.reachabilityFence(images);
      }
    }

    @Override
    public long valuesOfOneImage() {
      return graph.outputSizes().stream().mapToLong(size -> size.values()).sum();
    }

    @Override
    public void close() {
      compiled.close();
    }
  }

  private final class ByDeeplearning4j implements Walk {
    private final List<BatchNorm> layers;

    ByDeeplearning4j(List<BatchNorm> layers) {
      this.layers = layers;
    }

    @Override
    public List<float[]> given(ImageBatch images) {
      INDArray features = input.shaped(images.images(), shape);
      return model instanceof ComputationGraph graph
          ? ofGraph(graph, features)
          : ofSequence((MultiLayerNetwork) model, features);
    }

    private List<float[]> ofSequence(MultiLayerNetwork network, INDArray features) {
      List<INDArray> activations = network.feedForward(features, false);
      List<float[]> given = new ArrayList<>();
      for (BatchNorm layer : layers) {
        int index = Integer.parseInt(layer.key());
        INDArray before = activations.get(index);
        InputPreProcessor preprocessor =
            network.getLayerWiseConfigurations().getInputPreProcess(index);
        given.add(values(layer, processed(before, preprocessor)));
      }
      return given;
    }

    private List<float[]> ofGraph(ComputationGraph graph, INDArray features) {
      Map<String, INDArray> activations = graph.feedForward(features, false);
      List<float[]> given = new ArrayList<>();
      for (BatchNorm layer : layers) {
        String before = graph.getConfiguration().getVertexInputs().get(layer.key()).get(0);
        LayerVertex vertex = (LayerVertex) graph.getConfiguration().getVertices().get(layer.key());
        given.add(values(layer, processed(activations.get(before), vertex.getPreProcessor())));
      }
      return given;
    }

    private INDArray processed(INDArray given, InputPreProcessor preprocessor) {
      return preprocessor == null
          ? given
          : preprocessor.preProcess(
              given.dup(), (int) given.size(0), LayerWorkspaceMgr.noWorkspaces());
    }

    private float[] values(BatchNorm layer, INDArray given) {
      INDArray channelsFirst =
          given.rank() == 4 && layer.hasChannelsLast() ? given.permute(0, 3, 1, 2) : given;
      return channelsFirst.castTo(DataType.FLOAT).dup('c').data().asFloat();
    }

    /** All activations are there at once. */
    @Override
    public long valuesOfOneImage() {
      return MOST_VALUES / 16;
    }

    @Override
    public void close() {}
  }
}
