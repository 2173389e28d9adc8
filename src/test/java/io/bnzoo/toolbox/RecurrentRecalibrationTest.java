package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.RecurrentStatistics;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.SingletonDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Without noise on the first state, which would be another one each time. */
class RecurrentRecalibrationTest {
  private static final LabeledImages IMAGES = TrainedModels.TRAINING.first(300);

  private static BatchNormLstm.Builder layer() {
    return RecurrentModels.layer(7).initialStateNoise(0);
  }

  private static Recalibration recalibrate(Model model) {
    return Recalibration.of(model, IMAGES, ProgressListener.NONE);
  }

  private static void assertSame(Model model, INDArray expected) {
    assertThat(model.params().dup('c').data().asDouble())
        .containsExactly(expected.dup('c').data().asDouble(), within(1e-5));
  }

  @Test
  void eachTimeStepGetsTheStatisticsOfAllImagesAtIt() {
    MultiLayerNetwork model = RecurrentModels.network(new LastTimeStep(layer().build()));
    MultiLayerNetwork expected = model.clone();
    RecurrentStatistics.recompute(
        expected, new SingletonDataSetIterator(new DataSet(IMAGES.images(), Nd4j.zeros(300, 10))));
    List<Long> seen = new ArrayList<>();
    Recalibration done = Recalibration.of(model, IMAGES, (task, images, total) -> seen.add(images));
    assertSame(model, expected.params());
    assertThat(done.images()).isEqualTo(300);
    assertThat(done.layers())
        .extracting(Recalibration.Layer::name)
        .containsExactly("lstm input", "lstm state", "lstm cell");
    assertThat(done.layers()).allMatch(each -> each.deviationFactor() < 1);
    assertThat(seen).endsWith(300L);
  }

  @Test
  void aGraphGetsTheSame() {
    MultiLayerNetwork model = RecurrentModels.network(new LastTimeStep(layer().build()));
    ComputationGraph graph = model.toComputationGraph();
    recalibrate(model);
    recalibrate(graph);
    assertSame(graph, model.params());
  }

  @Test
  void dropoutIsLeftOut() {
    MultiLayerNetwork model = RecurrentModels.network(new LastTimeStep(layer().build()));
    MultiLayerNetwork dropping =
        RecurrentModels.network(new LastTimeStep(layer().dropOut(0.5).build()));
    recalibrate(model);
    recalibrate(dropping);
    assertSame(dropping, model.params());
    assertThat(BatchNorm.allOf(dropping).get(0).configuration().getIDropout()).isNotNull();
  }

  /** Which sees what the recurrent layer makes of its new statistics. */
  @Test
  void batchNormBehindItGetsItsOwnAfterwards() {
    MultiLayerNetwork model =
        RecurrentModels.network(
            new LastTimeStep(layer().build()),
            new BatchNormalization.Builder().useLogStd(false).name("bn").build());
    Recalibration done = recalibrate(model);
    assertThat(done.layers())
        .extracting(Recalibration.Layer::name)
        .containsExactly("lstm input", "lstm state", "lstm cell", "bn");
    INDArray given = model.feedForward(IMAGES.images(), false).get(1);
    double[] mean = BatchNorm.allOf(model).get(3).mean();
    assertThat(mean).containsExactly(given.mean(0).dup().data().asDouble(), within(1e-6));
  }

  @Test
  void aLayerThatIsFrozenOrRunsBothWaysIsRefused() {
    MultiLayerNetwork frozen =
        RecurrentModels.network(new FrozenLayer(new LastTimeStep(layer().build())));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> recalibrate(frozen))
        .withMessageStartingWith("all of its batch normalizations are frozen");
    MultiLayerNetwork both =
        RecurrentModels.network(new LastTimeStep(new Bidirectional(layer().build())));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> recalibrate(both))
        .withMessageContaining("it is within a Bidirectional");
  }
}
