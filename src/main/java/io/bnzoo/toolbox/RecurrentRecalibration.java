package io.bnzoo.toolbox;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.compiler.CompiledNetwork;
import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.compiler.StepStatisticsPass;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.RecurrentStatistics;
import io.bnzoo.layer.WrappedLayers;
import io.bnzoo.limits.PredictionLimits;
import io.bnzoo.limits.RunningVariances;
import io.bnzoo.onednn.OneDnn;
import java.lang.ref.Reference;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Recomputes the running statistics of a model's {@link BatchNormLstm} layers over images. */
final class RecurrentRecalibration {
  /** Of what is computed at once, in floats; a pass as in training keeps some times as much. */
  private static final long MOST_VALUES = 1 << 25;

  private static final int MOST_IMAGES = 1000;

  private static final String TASK = "recomputing the statistics of each time step";

  private final Model model;
  private final ImageSource images;
  private final ImageInput input;
  private final ProgressListener progress;
  private final int atOnce;
  private final int total;

  private RecurrentRecalibration(Model model, ImageSource images, ProgressListener progress) {
    this.model = model;
    this.images = images;
    this.progress = progress;
    input = ImageInput.of(model, images.shape());
    total = images instanceof LabeledImages known ? known.size() : -1;
    long ofOne = PredictionLimits.valuesPerExample(model, input.type(images.shape()));
    atOnce = (int) Math.max(1, Math.min(MOST_IMAGES, MOST_VALUES / ofOne));
  }

  /** Whether a model has such a layer, also where it cannot be recomputed. */
  static boolean isFor(Model model) {
    for (var layer : RunningVariances.layers(model)) {
      if (WrappedLayers.innermost(layer.conf().getLayer()) instanceof BatchNormLstm) {
        return true;
      }
    }
    return false;
  }

  /**
   * Recomputes them.
   *
   * @return how many images there were
   * @throws IllegalArgumentException if there are none, or a layer's cannot be recomputed
   */
  static long of(Model model, ImageSource images, ProgressListener progress) {
    return new RecurrentRecalibration(model, images, progress).withoutDropout();
  }

  private long withoutDropout() {
    IdentityHashMap<Layer, IDropout> dropouts = new IdentityHashMap<>();
    for (var layer : RunningVariances.layers(model)) {
      Layer configured = WrappedLayers.innermost(layer).conf().getLayer();
      if (configured.getIDropout() != null) {
        dropouts.put(configured, configured.getIDropout());
      }
    }
    dropouts.keySet().forEach(layer -> layer.setIDropout(null));
    try {
      return recompute();
    } finally {
      dropouts.forEach(Layer::setIDropout);
    }
  }

  private long recompute() {
    Optional<NetworkGraph> graph = graph();
    return graph.isPresent() ? byKernels(graph.get()) : byDeeplearning4j();
  }

  /** What the kernels compute, if there are kernels for all layers. */
  private Optional<NetworkGraph> graph() {
    if (OneDnn.obstacle().isPresent()) {
      return Optional.empty();
    }
    InputType type = input.type(images.shape());
    try {
      return Optional.of(
          model instanceof ComputationGraph graph
              ? NetworkGraph.of(graph, List.of(type))
              : NetworkGraph.of((MultiLayerNetwork) model, type));
    } catch (UnsupportedNetworkException e) {
      return Optional.empty();
    }
  }

  private long byKernels(NetworkGraph graph) {
    NativeBackend.useThreads(Runtime.getRuntime().availableProcessors());
    try (CompiledNetwork compiled = new CompiledNetwork(graph, model)) {
      StepStatisticsPass pass = new StepStatisticsPass(compiled);
      long seen = 0;
      Iterator<? extends ImageBatch> batches = images.inBatches(atOnce).iterator();
      while (batches.hasNext()) {
        ImageBatch some = batches.next();
        progress.advanced(TASK, seen, total);
        add(some, pass);
        seen += some.size();
      }
      if (seen == 0) {
        throw new IllegalArgumentException("there are no images to recompute the statistics over");
      }
      progress.advanced(TASK, seen, total);
      pass.write(model);
      return seen;
    }
  }

  private static void add(ImageBatch images, StepStatisticsPass to) {
    try {
      to.add(List.of(images.pixels()), images.size());
    } finally {
      Reference.reachabilityFence(images);
    }
  }

  private long byDeeplearning4j() {
    DataSetIterator batches = new ExistingDataSetIterator(this::batches);
    return model instanceof ComputationGraph graph
        ? RecurrentStatistics.recompute(graph, new MultiDataSetIteratorAdapter(batches))
        : RecurrentStatistics.recompute((MultiLayerNetwork) model, batches);
  }

  private Iterator<DataSet> batches() {
    Iterator<? extends ImageBatch> each = images.inBatches(atOnce).iterator();
    return new Iterator<>() {
      private long seen;

      @Override
      public boolean hasNext() {
        progress.advanced(TASK, seen, total);
        return each.hasNext();
      }

      @Override
      public DataSet next() {
        ImageBatch some = each.next();
        seen += some.size();
        return new DataSet(
            input.shaped(some.images().castTo(DataType.FLOAT).dup(), images.shape()),
            Nd4j.zeros(some.size(), 1));
      }
    };
  }
}
