package io.bnzoo.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How a training ended. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Outcome.Completed.class, name = "Trained"),
  @JsonSubTypes.Type(value = Outcome.PredictsOneClass.class, name = "PredictsOneDigit"),
  @JsonSubTypes.Type(Outcome.Diverged.class),
  @JsonSubTypes.Type(Outcome.Stopped.class)
})
public sealed interface Outcome {

  /** One line for people. */
  String description();

  /** All batches were trained and the network tells classes apart. */
  record Completed() implements Outcome {
    @Override
    public String description() {
      return "trained";
    }
  }

  /**
   * All batches were trained, and every test image is taken for the same class.
   *
   * @param label of that class
   */
  record PredictsOneClass(@JsonProperty("digit") int label) implements Outcome {
    @Override
    public String description() {
      return "always predicts " + label;
    }
  }

  /** The loss of a batch was not finite; training ended there. */
  record Diverged(int batch) implements Outcome {
    @Override
    public String description() {
      return "diverged at batch " + batch + ": the loss is not finite";
    }
  }

  /** Somebody stopped the training. */
  record Stopped(int batches) implements Outcome {
    @Override
    public String description() {
      return "stopped after " + batches + " batches";
    }
  }
}
