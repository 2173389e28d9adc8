package io.bnzoo.backend;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.layers.mkldnn.BaseMKLDNNHelper;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Chooses ND4J's binary and turns Deeplearning4j's oneDNN path on.
 *
 * <p>Out of the box Deeplearning4j 1.0.0-M2.1 leaves oneDNN off, silently, for three reasons: the
 * default binary has no oneDNN in it, the property {@code
 * org.eclipse.deeplearning4j.helpers.disable} is true by default, and a class is looked up by a
 * name it no longer has (see {@link org.nd4j.nativeblas.Nd4jCpu}). With it, a deep convolutional
 * network trains several times faster.
 */
public final class NativeBackend {
  /** The name of a system property that keeps this class from choosing anything if it is true. */
  public static final String UNTOUCHED_PROPERTY = "bnzoo.nd4j.untouched";

  private static final String EXTENSION_PROPERTY = "org.bytedeco.javacpp.platform.extension";
  private static final String MEMORY_CHECK_PROPERTY = "org.bytedeco.javacpp.maxphysicalbytes";
  private static final String ND4J_LIBRARY = "jnind4jcpu";
  private static final String ONEDNN_EXTENSION = "-onednn-avx2";
  private static final String BINARIES = "org/nd4j/linalg/cpu/nativecpu/bindings/";

  /**
   * What is in use.
   *
   * @param oneDnn whether convolutions and normalizations go through oneDNN
   * @param description one line for people, with the reason where oneDNN is off
   */
  public record Status(boolean oneDnn, String description) {}

  private static Status status;

  /** What the calling thread has been given; setting it anew would take as long as a small step. */
  private static final ThreadLocal<Integer> THREADS_HERE = new ThreadLocal<>();

  private NativeBackend() {}

  /**
   * Takes the oneDNN binary where the class path and the processor have what it needs, and the
   * plain one elsewhere; loads ND4J and gives it all cores ({@link #useThreads}).
   *
   * <p>Call it before the first use of ND4J in the JVM. A later call cannot change the binary, and
   * networks that were made before it do without oneDNN until they are given to {@link
   * #useOneDnnIn} or to an engine; the status says so. What has been set with {@code
   * -Dorg.bytedeco.javacpp.platform.extension} or {@code
   * -Dorg.eclipse.deeplearning4j.helpers.disable} stays, and everything if {@link
   * #UNTOUCHED_PROPERTY} is true. Calling it again is free.
   */
  public static synchronized Status enableOneDnn() {
    if (status == null && Boolean.getBoolean(UNTOUCHED_PROPERTY)) {
      status =
          new Status(
              false,
              "oneDNN is off: ND4J is as it comes, because " + UNTOUCHED_PROPERTY + " is true");
    } else if (status == null) {
      boolean late = Loader.getLoadedLibraries().containsKey(ND4J_LIBRARY);
      Optional<String> obstacle = obstacle();
      // Left unset, JavaCPP takes what it finds, whether or not the processor can run it.
      setUnlessSet(EXTENSION_PROPERTY, obstacle.isEmpty() ? ONEDNN_EXTENSION : "");
      setUnlessSet(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
      // Otherwise each native allocation reads /proc to see how much memory the process has.
      setUnlessSet(MEMORY_CHECK_PROPERTY, "0");
      useThreads(Runtime.getRuntime().availableProcessors());
      status = status(obstacle, late);
    }
    return status;
  }

  /**
   * Lets a network use oneDNN that was made before {@link #enableOneDnn}.
   *
   * <p>Deeplearning4j decides it for each layer when it makes the layer, and never again. Where
   * oneDNN has not been turned on, or the network uses it already, nothing changes. Parameters and
   * updater state stay as they are.
   *
   * @param network initialized; sequential or a graph
   */
  public static synchronized void useOneDnnIn(NeuralNetwork network) {
    if (status != null && status.oneDnn()) {
      LayerAcceleration.renew(network);
    }
  }

  private static Status status(Optional<String> obstacle, boolean late) {
    boolean helpers = !Boolean.getBoolean(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
    if (helpers && BaseMKLDNNHelper.mklDnnEnabled()) {
      String before =
          late ? ", in use before this call; networks made before it need useOneDnnIn" : "";
      return new Status(true, "oneDNN is on: ND4J binary " + loadedBinary() + before);
    }
    String reason =
        helpers
            ? obstacle.orElse("ND4J was in use before it could be chosen")
            : DL4JSystemProperties.DISABLE_HELPER_PROPERTY + " is true";
    return new Status(
        false,
        String.format(
            "oneDNN is off: ND4J binary %s, because %s; convolutions will be slow",
            loadedBinary(), reason));
  }

  /** The folder that ND4J's library was loaded from is named after platform and extension. */
  private static String loadedBinary() {
    Path library = Path.of(Loader.getLoadedLibraries().getOrDefault(ND4J_LIBRARY, "unknown/"));
    return library.getParent() == null ? "unknown" : library.getParent().getFileName().toString();
  }

  /** Why the oneDNN binary cannot be chosen, if it cannot. */
  private static Optional<String> obstacle() {
    String chosen = System.getProperty(EXTENSION_PROPERTY, ONEDNN_EXTENSION);
    if (!chosen.equals(ONEDNN_EXTENSION)) {
      return Optional.of("the binary chosen by property has none in it");
    }
    String binary = Loader.Detector.getPlatform() + ONEDNN_EXTENSION;
    if (NativeBackend.class.getClassLoader().getResource(BINARIES + binary + "/") == null) {
      return Optional.of("the class path has no ND4J binary " + binary);
    }
    return processorHasAvx2() ? Optional.empty() : Optional.of("the processor has no AVX2");
  }

  /** The JVM has asked the processor already: UseAVX is 2 or more where there is AVX2. */
  private static boolean processorHasAvx2() {
    try {
      HotSpotDiagnosticMXBean vm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return Integer.parseInt(vm.getVMOption("UseAVX").getValue()) >= 2;
    } catch (IllegalArgumentException notAnX86Jvm) {
      return false;
    }
  }

  /**
   * Sets how many threads ND4J's own operations use from now on, in all networks of this JVM.
   *
   * <p>OpenMP, and with it oneDNN, keeps the number for each calling thread: call it on the thread
   * that trains.
   *
   * <p>OpenBLAS always gets one: its waiting threads spin and take the cores from oneDNN's, and the
   * networks here have only small matrix products. The same seed gives the same bits with any fixed
   * number of threads.
   */
  public static void useThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    if (!Integer.valueOf(threads).equals(THREADS_HERE.get())) {
      Nd4j.getBackend();
      NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
      openblas.blas_set_num_threads(1);
      THREADS_HERE.set(threads);
    }
  }

  /** How many threads {@link #useThreads} has given the calling thread; 0 if it never has. */
  public static int threadsHere() {
    return Optional.ofNullable(THREADS_HERE.get()).orElse(0);
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
