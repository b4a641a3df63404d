package io.channelindex.perf.target;

import io.channelindex.perf.config.TargetChoice;
import io.channelindex.perf.config.TargetSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Which targets a run goes through, one after the other: the embedded node once per vbucket count,
 * any other target once, because its cluster decides.
 *
 * @param kind what was chosen
 * @param why how the choice came about, to be said aloud
 * @param starts one per target
 */
public record TargetPlan(TargetKind kind, String why, List<Start> starts) {
  public TargetPlan {
    starts = List.copyOf(starts);
  }

  /** Starts a target. */
  @FunctionalInterface
  public interface Start {
    /**
     * Starts it and waits until it is ready.
     *
     * @throws TargetException if it does not start
     * @throws InterruptedException if the thread is interrupted
     */
    Target start() throws InterruptedException;
  }

  /** Chooses; asks Docker only if the choice was left open. */
  public static TargetPlan of(TargetSettings settings) {
    return of(settings, ContainerTarget::isPossible);
  }

  static TargetPlan of(TargetSettings settings, BooleanSupplier dockerAnswers) {
    if (settings.choice() == TargetChoice.AUTO) {
      return dockerAnswers.getAsBoolean()
          ? container(settings, "Docker answers")
          : embedded(settings, "Docker does not answer");
    }
    String asked = "perf.target is set";
    return switch (settings.choice()) {
      case EMBEDDED -> embedded(settings, asked);
      case CONTAINER -> container(settings, asked);
      default ->
          new TargetPlan(
              TargetKind.EXTERNAL,
              "perf.connection-string=" + settings.connectionString().orElseThrow(),
              List.of(() -> new ExternalTarget(settings)));
    };
  }

  private static TargetPlan embedded(TargetSettings settings, String why) {
    List<Start> starts = new ArrayList<>();
    for (int vbuckets : settings.vbuckets()) {
      starts.add(() -> new EmbeddedTarget(settings, vbuckets));
    }
    return new TargetPlan(TargetKind.EMBEDDED, why, starts);
  }

  private static TargetPlan container(TargetSettings settings, String why) {
    return new TargetPlan(TargetKind.CONTAINER, why, List.of(() -> new ContainerTarget(settings)));
  }
}
