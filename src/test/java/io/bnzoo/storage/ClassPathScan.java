package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The classes of Deeplearning4j, ND4J and this library, none of which is initialized. */
final class ClassPathScan {
  private static final Pattern JAR =
      Pattern.compile(".*(deeplearning4j-[a-z-]+|nd4j-(api|common|native-api|native))-[\\w.-]+jar");

  /** What their bytes say as text, which names all that they refer to. */
  private static final Map<String, String> TEXTS = texts();

  private ClassPathScan() {}

  /** Those that mention a word. */
  static List<Class<?>> mentioning(String word) {
    List<Class<?>> classes = new ArrayList<>();
    TEXTS.forEach(
        (name, text) -> {
          if (text.contains(word)) {
            try {
              classes.add(Class.forName(name, false, ClassPathScan.class.getClassLoader()));
            } catch (ClassNotFoundException | NoClassDefFoundError e) {
              // It needs a library that is left out: nothing can make one either.
            }
          }
        });
    return classes;
  }

  private static Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(place);
      try {
        if (JAR.matcher(place).matches()) {
          addJar(path, texts);
        } else if (path.endsWith("target/classes")) {
          addFolder(path, texts);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return texts;
  }

  private static void addJar(Path jar, Map<String, String> texts) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (entry.getName().endsWith(".class")) {
          try (InputStream in = zip.getInputStream(entry)) {
            texts.put(className(entry.getName()), new String(in.readAllBytes(), ISO_8859_1));
          }
        }
      }
    }
  }

  private static void addFolder(Path folder, Map<String, String> texts) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
        String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
        texts.put(className(name), Files.readString(file, ISO_8859_1));
      }
    }
  }

  private static String className(String file) {
    return file.substring(0, file.length() - ".class".length()).replace('/', '.');
  }
}
