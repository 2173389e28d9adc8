package io.bnzoo.storage;

import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;

/**
 * A model and what its file says of it.
 *
 * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}
 * @param manifest that its entries agree with; a file that this library has not written has none
 * @param normalizer what pixels go through before the model is given them; without it, its
 *     predictions are wrong
 * @param training how far its training has come, as JSON, where the file is a checkpoint
 */
public record StoredModel(
    Model model,
    Optional<Manifest> manifest,
    Optional<StoredNormalizer> normalizer,
    Optional<String> training) {

  /**
   * Whether the manifest vouches for everything but the normalizer, which was added to the file.
   */
  public boolean hasUnvouchedNormalizer() {
    return normalizer.isPresent()
        && manifest.filter(known -> !known.vouchesFor(ModelSerializer.NORMALIZER_BIN)).isPresent();
  }

  /**
   * Images as the model is given them: through its normalizer, if it has one.
   *
   * @throws IllegalArgumentException if that was fitted on other images
   */
  public ImageSource inputs(LabeledImages images) {
    return normalizer.map(known -> known.applyToEach(images)).orElse(images);
  }
}
