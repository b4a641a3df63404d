package io.channelindex.feed;

import io.channelindex.sequence.PartitionMap;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The partitions that the configuration gives to a node (F1).
 *
 * @param ids in order; empty for a node that only reads
 */
public record PartitionSet(SortedSet<Integer> ids) {
  private static final String ALL = "all";
  private static final Pattern ID_OR_RANGE = Pattern.compile("(\\d{1,9})(?:\\s*-\\s*(\\d{1,9}))?");

  public PartitionSet {
    ids = Collections.unmodifiableSortedSet(new TreeSet<>(ids));
  }

  /** Every partition there is. */
  public static PartitionSet all(PartitionMap map) {
    return parse(List.of(ALL), map);
  }

  /**
   * Reads ids ({@code "40"}), inclusive ranges ({@code "0-31"}) or, alone, {@code "all"}.
   *
   * @throws IllegalArgumentException if a value is malformed, names a partition that does not
   *     exist, or one that was named before; the message has the value and the limit
   */
  public static PartitionSet parse(List<String> values, PartitionMap map) {
    SortedSet<Integer> ids = new TreeSet<>();
    int last = map.partitions() - 1;
    for (String value : values) {
      if (value.strip().equals(ALL)) {
        add(ids, value, 0, last);
        continue;
      }
      Matcher matcher = ID_OR_RANGE.matcher(value.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "not a partition, a range of partitions or all: value="
                + value
                + ", example=0-"
                + last);
      }
      int from = Integer.parseInt(matcher.group(1));
      int to = matcher.group(2) == null ? from : Integer.parseInt(matcher.group(2));
      requireRange(value, from, to, last);
      add(ids, value, from, to);
    }
    return new PartitionSet(ids);
  }

  private static void requireRange(String value, int from, int to, int last) {
    if (from > to) {
      throw new IllegalArgumentException("range of partitions is backwards: value=" + value);
    }
    if (to > last) {
      throw new IllegalArgumentException("no such partition: value=" + value + ", max=" + last);
    }
  }

  private static void add(Set<Integer> ids, String value, int from, int to) {
    for (int id = from; id <= to; id++) {
      if (!ids.add(id)) {
        throw new IllegalArgumentException(
            "partition is given twice: value=" + value + ", partition=" + id);
      }
    }
  }
}
