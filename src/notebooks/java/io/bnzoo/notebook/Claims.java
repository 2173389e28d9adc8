package io.bnzoo.notebook;

import io.bnzoo.experiment.Scale;
import java.io.PrintStream;
import java.util.Locale;

/** What a text says, compared with what came out where it is read. */
public final class Claims {

  /** A notebook's claim does not hold. */
  public static final class ClaimFailedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ClaimFailedException(String claim) {
      super("the text claims what is not so here: " + claim);
    }
  }

  private final PrintStream out;
  private final Scale scale;

  Claims(PrintStream out, Scale scale) {
    this.out = out;
    this.scale = scale;
  }

  /**
   * Something that is so at any length of training.
   *
   * @param claim in words, without a full stop
   * @throws ClaimFailedException if it is not
   */
  public void that(String claim, boolean isSo) {
    if (!isSo) {
      throw new ClaimFailedException(claim);
    }
    out.println("✓ " + claim);
  }

  /**
   * A figure that a training of full length leads to. Where trainings are shortened it is shown and
   * not checked.
   *
   * @param what the figure is
   * @throws ClaimFailedException if it lies outside of the bounds, or is no number
   */
  public void between(String what, double figure, double least, double most) {
    String claim = String.format(Locale.ROOT, "%s: %.4f", what, figure);
    if (!scale.isFull()) {
      out.println("– " + claim + ", not checked after a shortened training");
    } else if (figure >= least && figure <= most) {
      out.println("✓ " + claim);
    } else {
      throw new ClaimFailedException(String.format(Locale.ROOT, "%s, not in [%s, %s]", claim, least, most));
    }
  }
}
