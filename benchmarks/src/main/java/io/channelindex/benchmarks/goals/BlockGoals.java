package io.channelindex.benchmarks.goals;

import io.channelindex.benchmarks.block.BlockBenchmark;
import io.channelindex.benchmarks.block.BlockSizes;
import io.channelindex.benchmarks.survey.JmhForks.Subject;
import io.channelindex.benchmarks.survey.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The goals of blocks of 1,000 entries: the size of columns and of a log's frame beside the
 * entropy, and the speed of columns beside JSON with zstd of level 3.
 */
final class BlockGoals {
  private static final int ENTRIES = 1_000;
  private static final String COLUMNS = "columns";
  private static final String LOG = "log";
  private static final String YARDSTICK = "json+zstd";
  private static final String TYPICAL = "typical";
  private static final String HOSTILE = "hostile";

  // Of the slowest some 10,000 blocks: the last step to what is compiled best was seen after 8,000.
  private static final int WARM_UPS = 6;

  private static final double ENCODE_IS_FASTER = 3;
  private static final double DECODE_IS_FASTER = 2;
  private static final double TYPICAL_SIZE = 1.05;
  private static final double HOSTILE_SIZE = 1.15;
  // Of rows that refer only to rows of their frame: the prototype's 28.1 bytes where 23.3 were the
  // bound.
  private static final double ROWS_SIZE = 1.2;

  private BlockGoals() {}

  /** What has to be timed. */
  static List<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>();
    for (String entries : List.of(TYPICAL, HOSTILE)) {
      for (String operation : List.of("encode", "decode")) {
        for (String block : List.of(YARDSTICK, COLUMNS)) {
          subjects.add(
              new Subject(
                  name(block, entries, operation),
                  BlockBenchmark.class,
                  operation,
                  Map.of("block", block, "entries", entries, "count", Integer.toString(ENTRIES)),
                  WARM_UPS));
        }
      }
    }
    return subjects;
  }

  private static String name(String block, String entries, String operation) {
    return "block " + block + " of " + entries + " " + operation;
  }

  /** The goals, from the times of the subjects by name. */
  static List<Goal> goals(Function<String, Timing> timed) {
    List<Goal> goals = new ArrayList<>();
    goals.add(speed(timed, TYPICAL, "encode", ENCODE_IS_FASTER));
    goals.add(speed(timed, TYPICAL, "decode", DECODE_IS_FASTER));
    // Words take a look at every letter, twice: what is to be fast are ids that have a form.
    goals.add(speed(timed, HOSTILE, "encode", ENCODE_IS_FASTER).shownOnly());
    goals.add(speed(timed, HOSTILE, "decode", DECODE_IS_FASTER).shownOnly());
    goals.add(size(COLUMNS, TYPICAL, TYPICAL_SIZE));
    goals.add(size(COLUMNS, HOSTILE, HOSTILE_SIZE));
    goals.add(size(LOG, TYPICAL, ROWS_SIZE));
    return goals;
  }

  private static Goal speed(
      Function<String, Timing> timed, String entries, String operation, double limit) {
    double yardstick = timed.apply(name(YARDSTICK, entries, operation)).nanos();
    double columns = timed.apply(name(COLUMNS, entries, operation)).nanos();
    String what = operation + ": columns of " + entries + " ids as fast as JSON and zstd-3";
    return Goal.atLeast(limit, what, yardstick / columns);
  }

  private static Goal size(String block, String entries, double limit) {
    BlockSizes.Size size = BlockSizes.of(block, entries, ENTRIES);
    String what = "size: " + block + " of " + entries + " entries";
    return Goal.atMost(limit, what, size.ratio()).in("of the bound");
  }
}
