package io.channelindex.perf.compare;

import io.channelindex.perf.compare.Change.Verdict;
import io.channelindex.perf.measure.Unit.Better;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.DoubleStream;

/**
 * The results of a run beside those of an earlier one. Cells are matched by workload, target and
 * all parameters. A figure that got worse is a loss if that is beyond the threshold and beyond what
 * comes and goes by itself: the spread of the repetitions of both runs, and the difference between
 * two rows of the same (A/A) in either. Where neither run has any of that, the threshold alone
 * decides, and the output says so. What the earlier run has and the later one lacks may be a loss
 * that nobody sees: it is missing, and that is not acceptable unless it is allowed.
 */
public final class RunComparison {
  private final ResultsFile before;
  private final ResultsFile after;
  private final double threshold;
  private final Map<Cell.Key, List<Change>> changes = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> added = new ArrayList<>();

  private RunComparison(ResultsFile before, ResultsFile after, double threshold) {
    this.before = before;
    this.after = after;
    this.threshold = threshold;
  }

  /**
   * Compares two runs.
   *
   * @param before the results of the earlier run: the file, or its report's directory
   * @param after those of the later one
   * @param threshold from which share a change counts, such as 0.1
   * @param workloads those that are to be compared; empty for all
   * @throws UnreadableResultsException if a file cannot be read, or they have nothing in common
   */
  public static RunComparison of(
      Path before, Path after, double threshold, Collection<String> workloads) {
    RunComparison comparison =
        new RunComparison(ResultsFile.read(before), ResultsFile.read(after), threshold);
    comparison.match(workloads);
    return comparison;
  }

  private void match(Collection<String> workloads) {
    SortedSet<Cell.Key> keys = new TreeSet<>(before.cells().keySet());
    keys.addAll(after.cells().keySet());
    for (Cell.Key key : keys) {
      if (!workloads.isEmpty() && !workloads.contains(key.workload())) {
        continue;
      }
      Cell old = before.cells().get(key);
      Cell now = after.cells().get(key);
      if (now == null) {
        missing.add("missing in " + after.file() + ": " + key);
      } else if (old == null) {
        added.add("only in " + after.file() + ": " + key);
      } else {
        changes.put(key, changes(key, old, now));
      }
      if (now != null) {
        now.checks().forEach((check, violations) -> check(key, check, violations));
      }
    }
    if (changes.isEmpty()) {
      throw new UnreadableResultsException(
          "the results have no cell in common: before="
              + before.file()
              + ", after="
              + after.file()
              + (workloads.isEmpty() ? "" : ", workloads=" + workloads),
          null);
    }
  }

  private void check(Cell.Key key, String check, long violations) {
    if (violations > 0) {
      failures.add("check failed: " + check + "=" + violations + ": " + key);
    }
  }

  private List<Change> changes(Cell.Key key, Cell old, Cell now) {
    List<Change> found = new ArrayList<>();
    SortedSet<String> names = new TreeSet<>(old.figures().keySet());
    names.addAll(now.figures().keySet());
    for (String name : names) {
      Figure was = old.figures().get(name);
      Figure is = now.figures().get(name);
      String what = after.file() + ": metric=" + name + " of " + key;
      if (is == null) {
        missing.add("missing in " + what);
      } else if (was == null) {
        added.add("only in " + what);
      } else if (!was.unit().equals(is.unit())) {
        missing.add("in another unit in " + what);
      } else {
        found.add(new Change(name, was, is, noise(key.workload(), name)));
      }
    }
    return found;
  }

  private OptionalDouble noise(String workload, String name) {
    return DoubleStream.concat(
            before.noise(workload, name).stream(), after.noise(workload, name).stream())
        .max();
  }

  /** What is thought of a run that lacks something that the earlier one has. */
  public enum Missing {
    /** It cannot be told from one that got worse. */
    REFUSED,
    /** It was meant to be another run. */
    ALLOWED
  }

  /**
   * Whether nothing got worse, no check of the later run failed, and it has what the earlier one
   * has.
   */
  public boolean isAcceptable(Missing what) {
    return failures.isEmpty()
        && counts().getOrDefault(Verdict.LOSS, 0) == 0
        && (missing.isEmpty() || what == Missing.ALLOWED);
  }

  private Map<Verdict, Integer> counts() {
    Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    changes.values().stream()
        .flatMap(List::stream)
        .filter(change -> change.better() != Better.NEITHER)
        .forEach(change -> counts.merge(change.verdict(threshold), 1, Integer::sum));
    return counts;
  }

  /** All of it, line by line, for a person. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    changes.forEach(
        (key, ofCell) -> {
          List<Change> judged =
              ofCell.stream().filter(change -> change.better() != Better.NEITHER).toList();
          if (!judged.isEmpty()) {
            lines.add(key.toString());
            judged.forEach(change -> lines.add(line(change)));
          }
        });
    lines.addAll(added);
    lines.addAll(missing);
    lines.addAll(failures);
    Map<Verdict, Integer> counts = counts();
    lines.add(
        "%d cells: %d losses, %d gains, %d within noise, %d within %s %%; %d new, %d missing"
            .formatted(
                changes.size(),
                counts.getOrDefault(Verdict.LOSS, 0),
                counts.getOrDefault(Verdict.GAIN, 0),
                counts.getOrDefault(Verdict.NOISE, 0),
                counts.getOrDefault(Verdict.SAME, 0),
                number(100 * threshold),
                added.size(),
                missing.size()));
    long unknown = withoutNoiseEstimate();
    if (unknown > 0) {
      lines.add(
          unknown
              + " losses and gains without a noise estimate: measured once, and never twice in one"
              + " run; the threshold alone decided");
    }
    return lines;
  }

  private long withoutNoiseEstimate() {
    return changes.values().stream()
        .flatMap(List::stream)
        .filter(change -> isChanged(change) && !change.hasNoiseEstimate())
        .count();
  }

  private boolean isChanged(Change change) {
    Verdict verdict = change.verdict(threshold);
    return verdict == Verdict.LOSS || verdict == Verdict.GAIN;
  }

  private String line(Change change) {
    Verdict verdict = change.verdict(threshold);
    String mark =
        switch (verdict) {
          case LOSS -> "  LOSS";
          case GAIN -> "  gain";
          case NOISE -> "  noise";
          case SAME -> "";
        };
    String noise = noise(change);
    return "  %-34s %8s ×  %s → %s %s%s%s"
        .formatted(
            change.name(),
            Double.isFinite(change.ratio())
                ? String.format(Locale.ROOT, "%.3f", change.ratio())
                : "∞",
            shown(change.before()),
            shown(change.after()),
            change.after().unit(),
            noise,
            mark);
  }

  private String noise(Change change) {
    double noise = change.noise().orElse(0);
    if (noise > 0) {
      return ", a/a ±" + number(100 * noise) + " %";
    }
    return isChanged(change) && !change.hasNoiseEstimate() ? ", no noise estimate" : "";
  }

  private static String shown(Figure figure) {
    return figure.min() == figure.max()
        ? number(figure.value())
        : number(figure.value()) + " (" + number(figure.min()) + "–" + number(figure.max()) + ")";
  }

  /** Four digits, and all of those before the point. */
  private static String number(double value) {
    double size = Math.abs(value);
    int decimals =
        size >= 1_000 || size == Math.rint(size) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
