package io.channelindex.perf.config;

import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which variants of the index are compared, and how.
 *
 * @param layouts names out of {@link #LAYOUTS}, each once
 * @param compressions names out of {@link #COMPRESSIONS}, each once
 * @param shapes what is indexed, each once
 * @param repeats how often each cell is measured, beside once to warm up
 * @param documents how many changes a cell indexes, about
 * @param compactAfter for how long a partition has nothing to write before it compacts channels
 * @param fullLoadDocuments how many documents {@code full-load} indexes
 * @param fullLoadWarmUps how often {@code full-load} does so, at most, before it is measured
 */
public record MatrixSettings(
    List<String> layouts,
    List<String> compressions,
    List<MatrixShape> shapes,
    int repeats,
    int documents,
    Duration compactAfter,
    int fullLoadDocuments,
    int fullLoadWarmUps) {
  /** The layouts there are, and the baseline, which has none. */
  public static final List<String> LAYOUTS =
      Stream.concat(Layouts.names().stream(), Stream.of("in-memory")).toList();

  /** The compressions there are. */
  public static final List<String> COMPRESSIONS =
      Arrays.stream(BlockCompression.values()).map(BlockCompression::stableName).toList();

  public MatrixSettings {
    layouts = List.copyOf(layouts);
    compressions = List.copyOf(compressions);
    shapes = List.copyOf(shapes);
    Require.range(Setting.MATRIX_REPEATS, repeats, 1, 100);
    Require.range(Setting.MATRIX_DOCUMENTS, documents, 100, 10_000_000);
    Require.range(Setting.FULL_LOAD_DOCUMENTS, fullLoadDocuments, 100, 10_000_000);
    Require.range(Setting.FULL_LOAD_WARM_UPS, fullLoadWarmUps, 1, 100);
    Require.range(
        Setting.MATRIX_COMPACT_AFTER, compactAfter, Duration.ofSeconds(1), Duration.ofMinutes(2));
  }
}
