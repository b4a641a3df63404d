package io.channelindex.embedded.wire;

import java.util.HashMap;
import java.util.Map;

/**
 * Which number of this run stands for which number of a capture: versions, histories and, where the
 * past of the captured server is unknown, sequence numbers.
 *
 * <p>A captured number is bound to the actual one beside which it is first seen; from then on each
 * stands for the other and for nothing else. Zero always stands for zero.
 */
final class Correspondence {

  /** How captured sequence numbers relate to actual ones. */
  enum Seqnos {
    /** The whole history of the captured server is replayed, so they are the same. */
    SAME,
    /** The captured server had an earlier history: each vbucket is shifted by its own distance. */
    SHIFTED
  }

  private record History(int vbucket, long uuid) {}

  private final Seqnos seqnos;
  private final Map<Long, Long> cas = new HashMap<>();
  private final Map<Long, Long> casBack = new HashMap<>();
  private final Map<History, Long> vbuuids = new HashMap<>();
  private final Map<History, Long> vbuuidsBack = new HashMap<>();
  private final Map<Integer, Long> shifts = new HashMap<>();

  Correspondence(Seqnos seqnos) {
    this.seqnos = seqnos;
  }

  /** What to send for a captured CAS; one that was never answered is sent as it is. */
  long casToSend(long captured) {
    return cas.getOrDefault(captured, captured);
  }

  /** What {@code captured} must be here, given that {@code actual} was seen in its place. */
  long expectedCas(long captured, long actual) {
    return bind(cas, casBack, captured, actual, captured, actual);
  }

  /** What to send for a captured vbuuid; one that was never answered is sent as it is. */
  long vbuuidToSend(int vbucket, long captured) {
    return vbuuids.getOrDefault(new History(vbucket, captured), captured);
  }

  long expectedVbuuid(int vbucket, long captured, long actual) {
    return bind(
        vbuuids,
        vbuuidsBack,
        new History(vbucket, captured),
        new History(vbucket, actual),
        captured,
        actual);
  }

  long seqnoToSend(int vbucket, long captured) {
    boolean fixed = captured == 0 || captured == -1;
    return fixed ? captured : captured + shifts.getOrDefault(vbucket, 0L);
  }

  long expectedSeqno(int vbucket, long captured, long actual) {
    if (seqnos == Seqnos.SHIFTED && captured != 0) {
      shifts.putIfAbsent(vbucket, actual - captured);
    }
    return seqnoToSend(vbucket, captured);
  }

  private static <K> long bind(
      Map<K, Long> forth, Map<K, Long> back, K captured, K actual, long from, long to) {
    Long known = forth.get(captured);
    if (known != null) {
      return known;
    }
    if (from == 0 || to == 0 || back.containsKey(actual)) {
      return from;
    }
    forth.put(captured, to);
    back.put(actual, from);
    return to;
  }
}
