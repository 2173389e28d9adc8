package io.bnzoo.storage;

import java.util.Optional;
import org.deeplearning4j.nn.api.Model;

/**
 * A model and what its file says of it.
 *
 * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}
 * @param manifest that its entries agree with; a file that this library has not written has none
 * @param training how far its training has come, as JSON, where the file is a checkpoint
 */
public record StoredModel(Model model, Optional<Manifest> manifest, Optional<String> training) {}
