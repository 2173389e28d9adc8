package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.toolbox.Diagnosis.Cause;
import io.bnzoo.toolbox.Finding.Symptom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
  /** A layer whose running mean is so far from that of the images. */
  private static LayerFigures layer(double meanDrift) {
    List<Double> one = List.of(1.0);
    return new LayerFigures(
        "bn",
        1,
        1e-3,
        0.99,
        false,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        0,
        0,
        true,
        one,
        one,
        one,
        Optional.of(new LayerFigures.LayerFit(meanDrift, 1, 1, 1, one, one, List.of())));
  }

  /** The last steps of a constant learning rate leave statistics that lag a little behind. */
  @ParameterizedTest(name = "{0} images: {1} and {2}, the second layer {3} off")
  @CsvSource({
    "2000, 0.942, 0.968, 0.1, HEALTHY",
    "2000, 0.942, 0.968, 0.6, STATISTICS",
    "2000, 0.900, 0.968, 0.1, STATISTICS",
    "100, 0.90, 0.96, 0.6, HEALTHY",
    "2000, 0.090, 0.290, 0.1, WEIGHTS",
    "2000, 0.968, 0.942, 0.6, HEALTHY",
  })
  void aGainIsAFaultIfItIsLargeOrALayerIsOffAndTheModelWorksThen(
      int images, double running, double recomputed, double meanDrift, Cause cause) {
    Verdict.Evidence evidence =
        new Verdict.Evidence(
            new Diagnosis.DataFigures(images, running, recomputed, List.of(), 0.1, 0),
            List.of(layer(0), layer(meanDrift)),
            800,
            10);
    assertThat(Verdict.ofImages(evidence, List.of()).cause()).isEqualTo(cause);
  }

  /** Of a recurrent layer, with so much of the initial statistics left, if anybody knows. */
  private static LayerFigures recurrent(double meanDrift, OptionalDouble initialShare) {
    LayerFigures layer = layer(meanDrift);
    return new LayerFigures(
        "lstm state",
        7,
        layer.epsilon(),
        layer.decay(),
        false,
        initialShare,
        OptionalInt.of(7),
        0,
        0,
        true,
        layer.mean(),
        layer.variance(),
        layer.gamma(),
        layer.fit());
  }

  /** Moving averages trail; those that were recomputed fit unless the images are others. */
  @ParameterizedTest(name = "{0} off, initial share {1}")
  @CsvSource({
    "0.2, 0.00001, TRAILING_STATISTICS, STATISTICS",
    "0.6, 0.00001, TRAILING_STATISTICS, STATISTICS",
    "0.6, , DRIFT, OTHER_IMAGES"
  })
  void aRecurrentLayersMovingAveragesTrail(
      double meanDrift, Double share, Symptom symptom, Diagnosis.Cause cause) {
    LayerFigures layer =
        recurrent(meanDrift, share == null ? OptionalDouble.empty() : OptionalDouble.of(share));
    Verdict.Evidence evidence =
        new Verdict.Evidence(
            new Diagnosis.DataFigures(2000, 0.74, 0.81, List.of(), 0.1, 0),
            List.of(layer),
            1000,
            10);
    List<Finding> findings =
        new FitCheck(List.of(layer), evidence.isMendedByRecomputing()).findings(List.of());
    assertThat(findings).singleElement().matches(each -> each.symptom() == symptom);
    assertThat(Verdict.ofImages(evidence, findings).cause()).isEqualTo(cause);
  }
}
