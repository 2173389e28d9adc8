package io.bnzoo.onednn;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/**
 * The library, loaded when it is first needed.
 *
 * <p>One engine and one stream serve the whole JVM: on a processor both are stateless, and a kernel
 * runs on the thread that runs it.
 */
public final class OneDnn {
  private static final int CPU = 1;
  private static final int IN_ORDER = 1;

  private OneDnn() {}

  /** Loads the library, once; a class is initialized by one thread only. */
  private static final class Library {
    static final Optional<String> OBSTACLE;
    static final dnnl_engine ENGINE = new dnnl_engine();
    static final dnnl_stream STREAM = new dnnl_stream();

    static {
      OBSTACLE = load();
    }

    private static Optional<String> load() {
      try {
        Loader.load(dnnl.class);
        check(dnnl.dnnl_engine_create(ENGINE, CPU, 0), "create a CPU engine");
        check(dnnl.dnnl_stream_create(STREAM, ENGINE, IN_ORDER), "create a stream");
        return Optional.empty();
      } catch (LinkageError | RuntimeException e) {
        return Optional.of(
            "oneDNN does not load on "
                + Loader.Detector.getPlatform()
                + " ("
                + e.getMessage()
                + ")");
      }
    }
  }

  /** Why the library cannot be used on this machine, if it cannot. */
  public static Optional<String> obstacle() {
    return Library.OBSTACLE;
  }

  /** The version and the instruction set it uses, for display. */
  public static String description() {
    engine();
    dnnl_version_t version = dnnl.dnnl_version();
    return String.format(
        Locale.ROOT,
        "oneDNN %d.%d.%d, %s",
        version.major(),
        version.minor(),
        version.patch(),
        instructions());
  }

  private static String instructions() {
    if (hasAvx512()) {
      return "AVX-512";
    }
    return has(dnnl.dnnl_cpu_isa_avx2) ? "AVX2" : "SSE4.1";
  }

  /** How many channels a blocked layout keeps together: as many as a register holds floats. */
  static int block() {
    return hasAvx512() ? 16 : 8;
  }

  private static boolean hasAvx512() {
    return has(dnnl.dnnl_cpu_isa_avx512_core);
  }

  private static boolean has(int instructions) {
    engine();
    return (dnnl.dnnl_get_effective_cpu_isa() & instructions) == instructions;
  }

  static dnnl_engine engine() {
    if (Library.OBSTACLE.isPresent()) {
      throw new IllegalStateException(Library.OBSTACLE.get());
    }
    return Library.ENGINE;
  }

  static dnnl_stream stream() {
    engine();
    return Library.STREAM;
  }

  /**
   * Checks the status that a function of the library returned.
   *
   * @throws IllegalStateException if it has failed, with the name of oneDNN's status
   */
  static void check(int status, String what) {
    if (status != dnnl.dnnl_success) {
      String reason =
          Stream.of(dnnl.status.values())
              .filter(each -> each.value == status)
              .map(Enum::name)
              .findFirst()
              .orElse("status " + status);
      throw new IllegalStateException(String.format("oneDNN cannot %s: %s", what, reason));
    }
  }
}
