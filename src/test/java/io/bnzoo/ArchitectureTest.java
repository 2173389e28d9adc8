package io.bnzoo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {

  /** From top to bottom: imports point down this list and never up. */
  private static final List<String> ROOMS =
      List.of(
          "examples",
          "notebook",
          "cli",
          "bench",
          "run",
          "report",
          "chart",
          "experiment",
          "onnx",
          "toolbox",
          "train",
          "engine",
          "compiler",
          "storage",
          "limits",
          "zoo",
          "layer",
          "samediff",
          "onednn",
          "data",
          "files",
          "backend");

  /** What the jar has that other projects import; the rooms above are the application's. */
  private static final List<String> LIBRARY =
      ROOMS.subList(ROOMS.indexOf("experiment") + 1, ROOMS.size());

  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.bnzoo");

  static List<String> rooms() {
    return ROOMS;
  }

  static List<String> library() {
    return LIBRARY;
  }

  private static String[] packages(List<String> rooms) {
    return rooms.stream().map(room -> "io.bnzoo." + room).toArray(String[]::new);
  }

  @Test
  void everyClassIsInAKnownRoom() {
    classes().should().resideInAnyPackage(packages(ROOMS)).check(CODE);
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void importsPointDownwards(String room) {
    String[] above = packages(ROOMS.subList(0, ROOMS.indexOf(room)));
    noClasses()
        .that()
        .resideInAPackage("io.bnzoo." + room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(above)
        .allowEmptyShould(true)
        .check(CODE);
  }

  @Test
  void theLibraryKnowsNothingOfWhatOnlyTheApplicationHas() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(LIBRARY))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "picocli..",
            "me.tongfei..",
            "org.jline..",
            "org.knowm..",
            "freemarker..",
            "ch.qos..",
            "ai.onnxruntime..")
        .check(CODE);
  }

  /** A machine that trains may have no display; one class decodes pictures. */
  @Test
  void theLibraryDrawsNothing() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(LIBRARY))
        .and()
        .doNotHaveFullyQualifiedName("io.bnzoo.data.ImageFile")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.awt..", "javax.imageio..", "javax.swing..")
        .check(CODE);
  }

  @Test
  void onlyTheLayersAreWrittenInSameDiff() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.bnzoo.layer", "io.bnzoo.samediff")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.nd4j.autodiff..")
        .check(CODE);
  }

  @Test
  void oneDnnIsKnownInOneRoom() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.bnzoo.onednn")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.dnnl..")
        .check(CODE);
  }

  @Test
  void onlyCommandsTouchTheTerminal() {
    DescribedPredicate<JavaClass> outside =
        JavaClass.Predicates.resideOutsideOfPackages(
            "io.bnzoo.cli", "io.bnzoo.examples", "io.bnzoo.notebook");
    noClasses().that(outside).should().accessField(System.class, "out").check(CODE);
    noClasses().that(outside).should().accessField(System.class, "err").check(CODE);
    noClasses().that(outside).should().callMethod(System.class, "exit", int.class).check(CODE);
  }
}
