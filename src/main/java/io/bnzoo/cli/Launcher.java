package io.bnzoo.cli;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Where {@code bnzoo.jar} begins: it looks whether the libraries are there that the jar's manifest
 * names, and then runs {@link Bnzoo}.
 *
 * <p>Note: it must load nothing but the JDK's classes before it has looked.
 */
public final class Launcher {
  private Launcher() {}

  /** Runs the command, or says in one line which libraries are missing and ends with 1. */
  public static void main(String[] arguments) throws IOException, URISyntaxException {
    Path code = Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> missing = Files.isRegularFile(code) ? missing(code) : List.of();
    if (missing.isEmpty()) {
      keepUnsafeQuiet();
      Bnzoo.main(arguments);
    } else {
      System.err.println("bnzoo: " + message(code, missing));
      System.exit(Bnzoo.FAILURE); // A constant, which loads no class.
    }
  }

  /** The entries of a jar's class path that are not there. */
  private static List<String> missing(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      String classPath =
          file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return Stream.of(classPath.split(" "))
          .filter(entry -> !Files.exists(jar.resolveSibling(entry)))
          .toList();
    }
  }

  /**
   * Tells JDK 24 and later that its warning about {@code sun.misc.Unsafe} has been given: JavaCPP
   * would cause it at every start, nobody who runs this can do anything about it, and the option
   * against it cannot stand in a manifest.
   */
  private static void keepUnsafeQuiet() {
    try {
      Method given = Class.forName("sun.misc.Unsafe").getDeclaredMethod("trySetMemoryAccessWarned");
      given.setAccessible(true);
      given.invoke(null);
    } catch (ReflectiveOperationException | RuntimeException anotherJdk) {
      return; // It gives no warning, or gives it.
    }
  }

  private static String message(Path jar, List<String> missing) {
    String what =
        missing.size() == 1
            ? missing.get(0) + " is missing"
            : missing.get(0) + " and " + (missing.size() - 1) + " more libraries are missing";
    return String.format(
        "%s beside %s; copy the folder lib there, too, or make both with mvn package", what, jar);
  }
}
