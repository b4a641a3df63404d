package io.channelindex.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rules of the house for modules and packages. This module sees all others, so the test is
 * here.
 */
class ArchitectureTest {
  private static final String ROOT = "io.channelindex";

  /** Names that say nothing about a package's role. */
  private static final String MEANINGLESS =
      ".*\\.(util|utils|common|commons|impl|model|models|helper|helpers|misc|internal)(\\..*)?";

  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("jmh_generated"))
            .importPackages(ROOT);
    assertThat(classes).as("classes of the project on the class path").hasSizeGreaterThan(50);
  }

  @Test
  void modulesDependOnlyOnTheModulesBelowThem() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
        .withOptionalLayers(true)
        .layer("sequence-codec")
        .definedBy(ROOT + ".sequence..")
        .layer("index-storage")
        .definedBy(ROOT + ".storage..")
        .layer("index-core")
        .definedBy(ROOT + ".index..")
        .layer("feed-partitioner")
        .definedBy(ROOT + ".feed..")
        .layer("couchbase-embedded")
        .definedBy(ROOT + ".embedded..")
        .layer("changes-server")
        .definedBy(ROOT + ".server..")
        .layer("benchmarks")
        .definedBy(ROOT + ".benchmarks..")
        .layer("perf-suite")
        .definedBy(ROOT + ".perf..")
        .whereLayer("sequence-codec")
        .mayNotAccessAnyLayer()
        .whereLayer("index-storage")
        .mayOnlyAccessLayers("sequence-codec")
        .whereLayer("index-core")
        .mayOnlyAccessLayers("index-storage", "sequence-codec")
        .whereLayer("feed-partitioner")
        .mayOnlyAccessLayers("sequence-codec")
        .whereLayer("couchbase-embedded")
        .mayNotAccessAnyLayer()
        .whereLayer("changes-server")
        .mayOnlyAccessLayers(
            "index-core",
            "index-storage",
            "feed-partitioner",
            "sequence-codec",
            "couchbase-embedded")
        .whereLayer("benchmarks")
        .mayOnlyAccessLayers("index-storage", "sequence-codec")
        .whereLayer("perf-suite")
        .mayNotBeAccessedByAnyLayer()
        .check(classes);
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void theEmbeddedNodeIsBuiltInLayers() {
    String embedded = ROOT + ".embedded.";
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + ".embedded..")
        .layer("protocol")
        .definedBy(embedded + "protocol..", embedded + "json..")
        .layer("subdoc")
        .definedBy(embedded + "subdoc..")
        .layer("engine")
        .definedBy(embedded + "engine..")
        .layer("replication")
        .definedBy(embedded + "replication..")
        .layer("cluster")
        .definedBy(embedded + "cluster..")
        .layer("auth")
        .definedBy(embedded + "auth..")
        .layer("dcp")
        .definedBy(embedded + "dcp..")
        .layer("fault")
        .definedBy(embedded + "fault..")
        .layer("services")
        .definedBy(embedded + "connection..", embedded + "manager..")
        .layer("surface")
        .definedBy(ROOT + ".embedded", embedded + "junit..", embedded + "cli..")
        .whereLayer("protocol")
        .mayNotAccessAnyLayer()
        .whereLayer("subdoc")
        .mayOnlyAccessLayers("protocol")
        .whereLayer("engine")
        .mayOnlyAccessLayers("subdoc", "protocol")
        .whereLayer("replication")
        .mayOnlyAccessLayers("engine")
        .whereLayer("cluster")
        .mayOnlyAccessLayers("replication", "engine")
        .whereLayer("auth")
        .mayOnlyAccessLayers("protocol")
        .whereLayer("dcp")
        .mayOnlyAccessLayers("engine", "subdoc", "protocol")
        .whereLayer("fault")
        .mayOnlyAccessLayers("cluster", "dcp", "engine", "protocol")
        .whereLayer("surface")
        .mayNotBeAccessedByAnyLayer()
        .check(classes);
  }

  @Test
  void otherModulesUseOnlyTheSurfaceOfTheEmbeddedNode() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".embedded..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".embedded.auth..",
            ROOT + ".embedded.cluster..",
            ROOT + ".embedded.replication..",
            ROOT + ".embedded.connection..",
            ROOT + ".embedded.dcp..",
            ROOT + ".embedded.engine..",
            ROOT + ".embedded.json..",
            ROOT + ".embedded.manager..",
            ROOT + ".embedded.protocol..",
            ROOT + ".embedded.subdoc..")
        .check(classes);
  }

  @Test
  void packagesAreNamedByRole() {
    Set<String> meaningless =
        classes.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.matches(MEANINGLESS))
            .collect(Collectors.toSet());
    assertThat(meaningless).isEmpty();
  }

  @Test
  void classesAreNamedByRole() {
    noClasses().should().haveNameMatching(".*(Utils?|Helpers?|Impl|Manager|Misc)").check(classes);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> unmarked =
        classes.stream()
            .map(JavaClass::getPackage)
            .filter(javaPackage -> !javaPackage.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .collect(Collectors.toSet());
    assertThat(unmarked).isEmpty();
  }

  @Test
  void stateIsPrivate() {
    fields()
        .that()
        .areNotFinal()
        .and()
        .areDeclaredInClassesThat()
        .areTopLevelClasses()
        .should()
        .notBePublic()
        .check(classes);
  }

  @Test
  void publicClassesOfTheSurfaceAreFinalOrAbstract() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".embedded")
        .and()
        .arePublic()
        .and()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .should()
        .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
        .check(classes);
  }
}
