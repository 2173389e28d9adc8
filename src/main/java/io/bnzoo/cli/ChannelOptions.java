package io.bnzoo.cli;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.storage.StoredModel;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --bgr}. */
final class ChannelOptions {
  @Option(
      names = "--bgr",
      description =
          "Give the model blue, green, red, in which order DataVec reads images, and not red,"
              + " green, blue.")
  private boolean bgr;

  boolean isReversed() {
    return bgr;
  }

  /** What the channels are, where they are not red, green, blue. */
  Optional<String> name() {
    return bgr ? Optional.of("bgr") : Optional.empty();
  }

  /**
   * Images as the model is to be given them, and tells so; warns where it may expect others.
   *
   * @throws CommandFailure if they have no three channels to reverse
   */
  LabeledImages inOrder(LabeledImages images, StoredModel stored, Terminal terminal) {
    if (!bgr) {
      if (images.shape().channels() == 3 && stored.manifest().isEmpty()) {
        terminal.warn(
            "model: given red, green, blue; one trained on DataVec's images expects --bgr");
      }
      return images;
    }
    terminal.tell("data: given as blue, green, red");
    try {
      return images.withReversedChannels();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--bgr: " + e.getMessage());
    }
  }
}
