package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The same network in either engine, which give the same or refuse alike. */
final class BothEngines {
  private BothEngines() {}

  /** What an engine gave, or why it refused. */
  private record Answer<T>(Optional<T> given, String refusal) {
    static <T> Answer<T> of(MultiLayerNetwork network, boolean fast, Function<Engine, T> question) {
      return of(network, ImageShape.MNIST, fast, question);
    }

    static <T> Answer<T> of(
        MultiLayerNetwork network, ImageShape shape, boolean fast, Function<Engine, T> question) {
      try (Engine engine =
          fast ? new OneDnnEngine(network, shape, 1) : new Dl4jEngine(network, shape)) {
        return new Answer<>(Optional.of(question.apply(engine)), "");
      } catch (IllegalArgumentException e) {
        return new Answer<>(Optional.empty(), e.getMessage());
      }
    }
  }

  /** Asserts that both refuse with the same words, and returns them. */
  static String refusal(MultiLayerNetwork network, Function<Engine, Object> question) {
    Answer<Object> theirs = Answer.of(network.clone(), false, question);
    Answer<Object> ours = Answer.of(network.clone(), true, question);
    assertThat(theirs.given()).as("Deeplearning4j's engine").isEmpty();
    assertThat(ours.given()).as("oneDNN's engine").isEmpty();
    assertThat(ours.refusal()).isEqualTo(theirs.refusal()).doesNotContain("\n");
    return ours.refusal();
  }

  /** Asserts that both give the same arrays. */
  static List<INDArray> answer(
      MultiLayerNetwork network, double tolerance, Function<Engine, List<INDArray>> question) {
    return answer(network, ImageShape.MNIST, tolerance, question);
  }

  /** The same for images of another shape. */
  static List<INDArray> answer(
      MultiLayerNetwork network,
      ImageShape shape,
      double tolerance,
      Function<Engine, List<INDArray>> question) {
    Answer<List<INDArray>> theirs = Answer.of(network.clone(), shape, false, question);
    Answer<List<INDArray>> ours = Answer.of(network.clone(), shape, true, question);
    assertThat(theirs.refusal()).as("Deeplearning4j's engine").isEmpty();
    assertThat(ours.refusal()).as("oneDNN's engine").isEmpty();
    assertSame(ours, theirs, tolerance);
    return ours.given().orElseThrow();
  }

  /**
   * Asserts that both give the same, or that oneDNN's engine refuses: with the same words if
   * Deeplearning4j's does, too, or saying that it cannot run the network.
   *
   * @return oneDNN's refusal, empty if both answered
   */
  static String answerOrRefusal(
      MultiLayerNetwork network, double tolerance, Function<Engine, List<INDArray>> question) {
    Answer<List<INDArray>> theirs = Answer.of(network.clone(), false, question);
    Answer<List<INDArray>> ours = Answer.of(network.clone(), true, question);
    if (ours.given().isPresent()) {
      assertThat(theirs.refusal()).as("Deeplearning4j's engine").isEmpty();
      assertSame(ours, theirs, tolerance);
    } else if (!ours.refusal().startsWith("oneDNN cannot run this network: ")) {
      assertThat(ours.refusal()).isEqualTo(theirs.refusal());
    }
    return ours.refusal();
  }

  private static void assertSame(
      Answer<List<INDArray>> ours, Answer<List<INDArray>> theirs, double tolerance) {
    List<INDArray> expected = theirs.given().orElseThrow();
    List<INDArray> found = ours.given().orElseThrow();
    for (int i = 0; i < expected.size(); i++) {
      double size = expected.get(i).norm2Number().doubleValue();
      double allowed =
          tolerance * Math.max(1e-3, size / Math.sqrt((double) expected.get(i).length()));
      ArrayAssert.assertClose(found.get(i), expected.get(i), allowed, tolerance);
    }
  }

  /** Some steps: their losses, the parameters after them, and predictions by either statistics. */
  static Function<Engine, List<INDArray>> training(LabeledImages batch, int steps) {
    return engine -> {
      double[] losses = new double[steps];
      for (int i = 0; i < steps; i++) {
        losses[i] = engine.step(batch);
      }
      return List.of(
          Nd4j.createFromArray(losses),
          engine.logits(batch, Statistics.RUNNING).array(),
          engine.logits(batch, Statistics.BATCH).array(),
          engine.snapshot().params().dup());
    };
  }
}
