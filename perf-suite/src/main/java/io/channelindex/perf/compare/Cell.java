package io.channelindex.perf.compare;

import java.util.Map;
import java.util.SortedMap;

/**
 * What was found of one workload with certain parameters.
 *
 * @param figures by name
 * @param checks numbers of violations by name
 */
record Cell(SortedMap<String, Figure> figures, Map<String, Long> checks) {
  /**
   * What tells a cell from all others.
   *
   * @param workload its workload
   * @param target the kind of target
   * @param parameters as text, by name
   */
  record Key(String workload, String target, SortedMap<String, String> parameters)
      implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(workload).append(", ").append(target);
      parameters.forEach((name, value) -> text.append(", ").append(name).append('=').append(value));
      return text.toString();
    }
  }
}
