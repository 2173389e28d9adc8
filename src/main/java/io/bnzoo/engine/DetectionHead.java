package io.bnzoo.engine;

import java.util.Optional;
import org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Objects in images: predictions and loss are those of Deeplearning4j's own layer.
 *
 * @param layer which is given the values and the labels
 */
record DetectionHead(Yolo2OutputLayer layer, OutputValues values) implements OutputHead {
  @Override
  public INDArray predictions(float[] given) {
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    layer.setInput(values.shaped(values.rows(given)), none);
    INDArray predictions = layer.activate(false, none);
    layer.clear();
    return predictions;
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public Loss loss(float[] given, INDArray labels, INDArray mask) {
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    layer.setInput(values.shaped(values.rows(given)), none);
    layer.setLabels(labels);
    layer.setMaskArray(mask);
    INDArray gradient = layer.backpropGradient(null, none).getSecond();
    double mean = layer.computeScore(0, true, none);
    layer.clear();
    return new Loss(mean * labels.size(0), values.array(values.rows(gradient)));
  }

  @Override
  public boolean isMean() {
    return true;
  }
}
