package io.bnzoo.toolbox;

import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.toolbox.ModelDraft.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * Batch normalization folded into the layers around it, for predictions.
 *
 * <p>With its running statistics a batch normalization is {@code y = a x + c} for each feature,
 * with {@code a = gamma / sqrt(variance + epsilon)} and {@code c = beta - a mean}. Behind a linear
 * layer (dense, convolution, depthwise or separable, also transposed) its weights and bias take
 * that in; else all linear layers behind it do, also behind a flattening. An {@link
 * ActivationLayer} after what was folded becomes the linear layer's own activation, so that one
 * layer is left of three. A {@link ChannelwiseBias} is folded likewise, and dropout, which does
 * nothing in predictions, is no obstacle.
 *
 * <p>What would not be exact is left as it is, with the reason: an activation in between, another
 * reader of the linear layer's result, a convolution behind it that pads with zeros.
 *
 * <p>Note: what is made predicts as the model does, and is not to be trained: without its batch
 * normalization it would learn otherwise.
 */
public final class Folding {
  private static final String RECURRENT = "it normalizes within its recurrence";

  private final ModelDraft draft;
  private final Map<Node, BatchNorm> batchNorms = new HashMap<>();
  private final Map<Node, BatchNorm> recurrent = new HashMap<>();
  private final List<FoldedModel.Folded> folded = new ArrayList<>();

  /** Where a layer can go, or why it cannot. */
  private record Way(List<LinearLayer> layers, Optional<String> objection) {
    static Way not(String objection) {
      return new Way(List.of(), Optional.of(objection));
    }
  }

  private Folding(Model model) {
    draft = new ModelDraft(model);
    Map<String, Node> nodes = new HashMap<>();
    draft.nodes().forEach(node -> nodes.put(node.key(), node));
    for (BatchNorm layer : BatchNorm.allOf(model)) {
      (layer.isRecurrent() ? recurrent : batchNorms).put(nodes.get(layer.key()), layer);
    }
  }

  /**
   * Folds what can be folded, into a new model.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}, initialized; it is not
   *     changed
   */
  public static FoldedModel of(Model model) {
    Folding folding = new Folding(model);
    while (folding.foldsOne()) {} // One that is gone may be what kept another.
    return new FoldedModel(folding.draft.build(), folding.folded, folding.kept());
  }

  private boolean foldsOne() {
    for (Node node : draft.nodes()) {
      Optional<Scaling> scaling = scaling(node);
      if (scaling.isPresent() && folds(node, scaling.get())) {
        return true;
      }
    }
    return false;
  }

  private List<FoldedModel.Kept> kept() {
    List<FoldedModel.Kept> kept = new ArrayList<>();
    for (Node node : draft.nodes()) {
      if (recurrent.containsKey(node)) {
        kept.add(new FoldedModel.Kept(node.name(), RECURRENT, perStep(recurrent.get(node))));
      }
      scaling(node)
          .ifPresent(
              scaling ->
                  kept.add(
                      new FoldedModel.Kept(
                          node.name(),
                          before(node, scaling).objection().orElseThrow(),
                          behind(node, scaling).objection().orElseThrow())));
    }
    return kept;
  }

  /** Why not even the weights of an LSTM take it in. */
  private static String perStep(BatchNorm layer) {
    return layer.steps().orElseThrow() > 1
        ? "with running statistics of each time step its scale differs from step to step, which one"
            + " matrix of weights cannot have"
        : "Deeplearning4j's LSTM has no place for the scale of the cell as it is read";
  }

  private Optional<Scaling> scaling(Node node) {
    Optional<Scaling> bias =
        node.layer(ChannelwiseBias.class)
            .map(layer -> Scaling.of(layer, node.parameters().get(ChannelwiseBias.BIAS)));
    return bias.or(() -> Optional.ofNullable(batchNorms.get(node)).map(Scaling::of));
  }

  private boolean folds(Node node, Scaling scaling) {
    Way before = before(node, scaling);
    if (before.objection().isEmpty()) {
      LinearLayer linear = before.layers().get(0);
      linear.follow(scaling);
      remove(node, before);
      takeActivation(linear);
      return true;
    }
    Way behind = behind(node, scaling);
    if (behind.objection().isPresent()) {
      return false;
    }
    behind.layers().forEach(linear -> linear.precede(scaling));
    if (node.preprocessor().isPresent()) {
      behind.layers().get(0).node().setPreprocessor(node.preprocessor());
    }
    remove(node, behind);
    return true;
  }

  private void remove(Node node, Way way) {
    folded.add(
        new FoldedModel.Folded(
            node.name(), way.layers().stream().map(linear -> linear.node().name()).toList()));
    draft.remove(node);
  }

  /** Whether a layer gives what it is given, in predictions. */
  private static boolean isTransparent(Node node) {
    return node.preprocessor().isEmpty()
        && (node.layer(DropoutLayer.class).isPresent()
            || node.layer(ActivationLayer.class)
                .filter(layer -> layer.getActivationFn() instanceof ActivationIdentity)
                .isPresent());
  }

  private Way before(Node node, Scaling scaling) {
    if (scaling.objection().isPresent()) {
      return new Way(List.of(), scaling.objection());
    }
    if (node.preprocessor().isPresent()) {
      return Way.not("it takes it in another shape");
    }
    Node reader = node;
    while (true) {
      Optional<Node> source = draft.source(reader);
      if (source.isEmpty()) {
        return Way.not("it takes the model's input");
      }
      Node given = source.get();
      if (draft.isOutput(given)) {
        return Way.not("the model gives what " + given.name() + " computes");
      }
      if (draft.readers(given).size() > 1) {
        return Way.not(
            names(draft.readers(given)) + " all take what " + given.name() + " computes");
      }
      if (!isTransparent(given)) {
        return LinearLayer.of(given)
            .map(linear -> before(linear, scaling))
            .orElseGet(() -> Way.not(unknown(given)));
      }
      reader = given;
    }
  }

  /** Of sequences and volumes, what Deeplearning4j's batch normalization makes is no prediction. */
  private static String unknown(Node node) {
    Optional<Layer> layer = node.layer();
    if (layer.filter(Convolution1DLayer.class::isInstance).isPresent()) {
      return node.name() + " has sequences, whose examples batch norm takes for features";
    }
    return layer.filter(Folding::hasVolumes).isPresent()
        ? node.name() + " has volumes, which batch norm does not take"
        : node.name() + " is no linear layer";
  }

  private static boolean hasVolumes(Layer layer) {
    return layer instanceof Convolution3D || layer instanceof Deconvolution3D;
  }

  private static Way before(LinearLayer linear, Scaling scaling) {
    Optional<CNN2DFormat> format = linear.format();
    if (format.filter(images -> images != scaling.format()).isPresent()) {
      return Way.not(linear.node().name() + " gives " + format.get());
    }
    return new Way(List.of(linear), linear.objectionToWhatFollows(scaling));
  }

  private Way behind(Node node, Scaling scaling) {
    if (scaling.objection().isPresent()) {
      return new Way(List.of(), scaling.objection());
    }
    List<LinearLayer> layers = new ArrayList<>();
    Optional<String> objection = collect(node, scaling, layers);
    if (objection.isEmpty() && node.preprocessor().isPresent()) {
      List<Node> readers = draft.readers(node);
      if (readers.size() > 1 || readers.get(0).preprocessor().isPresent()) {
        return Way.not("it takes it in another shape");
      }
      if (!readers.get(0).equals(layers.get(0).node())) {
        return Way.not(readers.get(0).name() + " is in between");
      }
    }
    return objection.map(Way::not).orElseGet(() -> new Way(layers, Optional.empty()));
  }

  /** Follows all ways to linear layers, and says what keeps one from being taken. */
  private Optional<String> collect(Node node, Scaling scaling, List<LinearLayer> layers) {
    if (draft.isOutput(node)) {
      return Optional.of("the model gives what " + node.name() + " computes");
    }
    List<Node> readers = draft.readers(node);
    if (readers.isEmpty()) {
      return Optional.of("nothing takes what " + node.name() + " computes");
    }
    for (Node reader : readers) {
      Optional<String> objection =
          isTransparent(reader) ? collect(reader, scaling, layers) : add(reader, scaling, layers);
      if (objection.isPresent()) {
        return objection;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> add(Node reader, Scaling scaling, List<LinearLayer> layers) {
    Optional<LinearLayer> linear = LinearLayer.of(reader);
    if (linear.isEmpty()) {
      return Optional.of(unknown(reader));
    }
    layers.add(linear.get());
    return linear.get().objectionToWhatPrecedes(scaling);
  }

  /** One layer fewer where only an activation follows. */
  private void takeActivation(LinearLayer linear) {
    List<Node> readers = draft.readers(linear.node());
    if (readers.size() != 1 || draft.isOutput(linear.node())) {
      return;
    }
    Node reader = readers.get(0);
    if (reader.preprocessor().isEmpty() && reader.layer(ActivationLayer.class).isPresent()) {
      linear.activate(reader.layer(ActivationLayer.class).get().getActivationFn());
      folded.add(new FoldedModel.Folded(reader.name(), List.of(linear.node().name())));
      draft.remove(reader);
    }
  }

  private static String names(List<Node> nodes) {
    return nodes.stream().map(Node::name).distinct().collect(Collectors.joining(" and "));
  }
}
