package io.channelindex.perf;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.channelindex.perf", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packagesDependInOneDirection =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("cli")
          .definedBy("..perf.cli..")
          .layer("report")
          .definedBy("..perf.report..")
          .layer("workload")
          .definedBy("..perf.workload..")
          .layer("cluster")
          .definedBy("..perf.cluster..")
          .layer("target")
          .definedBy("..perf.target..")
          .layer("oracle")
          .definedBy("..perf.oracle..")
          .layer("load")
          .definedBy("..perf.load..")
          .layer("measure")
          .definedBy("..perf.measure..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("workload")
          .mayOnlyBeAccessedByLayers("report", "cli")
          .whereLayer("cluster")
          .mayOnlyBeAccessedByLayers("workload", "cli")
          .whereLayer("target")
          .mayOnlyBeAccessedByLayers("cluster", "cli")
          .whereLayer("oracle")
          .mayOnlyBeAccessedByLayers("cluster", "workload");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.channelindex.perf.(*)..").should().beFreeOfCycles();

  /** The judge must not ask the accused. */
  @ArchTest
  static final ArchRule theOracleKnowsNoClient =
      noClasses()
          .that()
          .resideInAnyPackage("..perf.oracle..", "..perf.load..", "..perf.measure..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.couchbase..", "io.channelindex.embedded..");

  /**
   * The embedded node is measured like any other target: from outside, in a process of its own. Not
   * so the team of servers that counts whom a reader asks: nodes alone know that, and no speed of
   * theirs is measured.
   */
  @ArchTest
  static final ArchRule theNodeIsNotInThisProcess =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.channelindex.perf.target.NodeMain")
          .and()
          .doNotHaveFullyQualifiedName("io.channelindex.perf.cluster.ServerTeam")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.channelindex.embedded..");
}
