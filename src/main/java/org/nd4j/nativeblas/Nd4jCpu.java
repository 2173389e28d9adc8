package org.nd4j.nativeblas;

import io.bnzoo.backend.OrderedExecutioner;
import org.bytedeco.javacpp.Loader;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNSubsamplingHelper;

/**
 * The name under which Deeplearning4j 1.0.0-M2.1 still looks for a class that ND4J has moved.
 *
 * <p>{@code BaseMKLDNNHelper.mklDnnEnabled()} finds {@code Nd4jCpu$Environment} by this old name;
 * in M2.1 it lives in {@code org.nd4j.linalg.cpu.nativecpu.bindings}. Without this class the
 * look-up fails silently, and every convolution and normalization goes around oneDNN.
 */
public final class Nd4jCpu {
  private Nd4jCpu() {}

  /** Answers the one question that is asked here, from the class that has the answer. */
  public static final class Environment {
    private static final Environment INSTANCE = new Environment();
    private static final String POOLING = MKLDNNSubsamplingHelper.class.getName();

    private Environment() {}

    public static Environment getInstance() {
      return INSTANCE;
    }

    /**
     * Whether the loaded ND4J binary has oneDNN in it and the layer helper that asks may use it.
     *
     * <p>ND4J's own flag only says "may": it is set in the plain binary, too. What the binary has
     * in it, its folder's name tells. oneDNN is used only behind {@link OrderedExecutioner}, which
     * is installed here because Deeplearning4j asks whenever it makes a layer.
     *
     * <p>Pooling is told no: its helper ignores {@code avgPoolIncludePadInDivisor}, and without it
     * the layer runs the same operations, which use oneDNN by themselves.
     */
    @SuppressWarnings("MemberName") // The name is what is looked up.
    public boolean isUseMKLDNN() {
      boolean inside =
          Loader.getLoadedLibraries().getOrDefault("jnind4jcpu", "").contains("onednn");
      return inside
          && org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu.Environment.getInstance().isUseONEDNN()
          && OrderedExecutioner.install()
          && !askedForPooling();
    }

    private static boolean askedForPooling() {
      return StackWalker.getInstance()
          .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(POOLING)));
    }
  }
}
