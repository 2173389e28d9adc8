package io.bnzoo.toolbox;

import java.util.List;
import org.deeplearning4j.nn.api.Model;

/**
 * A model whose normalizations are folded into other layers, as far as they can be.
 *
 * @param model the new one, of the kind of the old one, which has not changed
 * @param folded the layers that it no longer has
 * @param kept the normalizations that it still has
 */
public record FoldedModel(Model model, List<Folded> folded, List<Kept> kept) {

  /** Copies the lists. */
  public FoldedModel {
    folded = List.copyOf(folded);
    kept = List.copyOf(kept);
  }

  /**
   * A layer that is gone.
   *
   * @param layer its name, or {@code layer 3}
   * @param into the layers that now compute what it did: one before it, or all behind it
   */
  public record Folded(String layer, List<String> into) {

    /** Copies the list. */
    public Folded {
      into = List.copyOf(into);
    }
  }

  /**
   * A normalization that is still there.
   *
   * @param layer its name, or {@code layer 3}
   * @param before why it is not in the layer before it, as a clause
   * @param behind why it is not in what is behind it, as a clause
   */
  public record Kept(String layer, String before, String behind) {}
}
