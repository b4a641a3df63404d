package io.channelindex.storage.format;

import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.java.json.JsonObject;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.ClockCodec;
import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.codec.CorruptClockException;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The clocks of partitions in a JSON document, each in a field that its holder can set by a
 * sub-document write. JSON because the data service requires it; hence the only document without
 * header and checksum.
 *
 * <pre>
 *   {"p0":{"7-0":"…"},"p1":{"3-2":"…"}}
 *     │     │ │   └ seqnos of the partition's vbuckets: frame-of-reference (0009), base64url
 *     │     │ └ turn
 *     │     └ epoch, unsigned
 *     └ partition; one that has had no owner is left out
 * </pre>
 *
 * <p>Immutable, thread-safe.
 */
public final class ClockFields {
  private static final ClockCodec CODEC = ClockCodecs.byName("frame-of-reference").orElseThrow();
  private static final Pattern PARTITION = Pattern.compile("p(0|[1-9]\\d{0,3})");
  private static final Pattern HOLD = Pattern.compile("(0|[1-9]\\d{0,19})-(0|[1-9]\\d{0,8})");

  /** No partition has had an owner. */
  public static final ClockFields EMPTY = new ClockFields(new TreeMap<>());

  private final Map<Integer, Hold> holds;

  private ClockFields(Map<Integer, Hold> holds) {
    this.holds = holds;
  }

  /**
   * A partition's clock, and who may set it.
   *
   * @param epoch of the owner, unsigned
   * @param turn counts how often the field was given away within an epoch, 0 … 999,999,999
   * @param seqnos of the partition's vbuckets
   */
  public record Hold(long epoch, int turn, SequenceClock seqnos) {
    /** The field's path in the document. */
    public String path(int partition) {
      return 'p' + Integer.toString(partition) + '.' + name();
    }

    /** The field's value. */
    public String value() {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(CODEC.encode(seqnos));
    }

    private String name() {
      return Long.toUnsignedString(epoch) + '-' + turn;
    }
  }

  /** Who may set a partition's clock; empty before its first owner. */
  public Optional<Hold> hold(int partition) {
    return Optional.ofNullable(holds.get(partition));
  }

  /** The same with a partition given to somebody else. */
  public ClockFields with(int partition, Hold hold) {
    Map<Integer, Hold> changed = new TreeMap<>(holds);
    changed.put(partition, hold);
    return new ClockFields(changed);
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    JsonObject root = JsonObject.create();
    holds.forEach(
        (partition, hold) ->
            root.put("p" + partition, JsonObject.create().put(hold.name(), hold.value())));
    return root.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @param map how the database is divided
   * @throws UnreadableDocumentException if it is none of these, or of another division
   */
  public static ClockFields decode(String key, PartitionMap map, byte[] document) {
    try {
      JsonObject root = JsonObject.fromJson(document);
      Map<Integer, Hold> holds = new TreeMap<>();
      for (String name : root.getNames()) {
        int partition = partition(name, map);
        holds.put(partition, hold(root.get(name), map.size(partition)));
      }
      return new ClockFields(holds);
    } catch (InvalidArgumentException | IllegalArgumentException | CorruptClockException e) {
      UnreadableDocumentException unreadable =
          new UnreadableDocumentException(
              Reason.CORRUPT, "unreadable clock fields: key=" + key + ", cause=" + e.getMessage());
      unreadable.initCause(e);
      throw unreadable;
    }
  }

  private static int partition(String name, PartitionMap map) {
    Matcher matcher = PARTITION.matcher(name);
    int partition = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    if (partition < 0 || partition >= map.partitions()) {
      throw new IllegalArgumentException(
          "no such partition: name=" + name + ", partitions=" + map.partitions());
    }
    return partition;
  }

  private static Hold hold(@Nullable Object field, int vbuckets) {
    if (!(field instanceof JsonObject object) || object.size() != 1) {
      throw new IllegalArgumentException("not one hold of a partition: found=" + field);
    }
    String name = object.getNames().iterator().next();
    Matcher matcher = HOLD.matcher(name);
    if (!matcher.matches() || !(object.get(name) instanceof String value)) {
      throw new IllegalArgumentException("not a hold: found=" + field);
    }
    SequenceClock seqnos = CODEC.decode(Base64.getUrlDecoder().decode(value));
    if (seqnos.vbuckets() != vbuckets) {
      throw new IllegalArgumentException(
          "clocks of different shape: vbuckets=" + seqnos.vbuckets() + ", expected=" + vbuckets);
    }
    return new Hold(
        Long.parseUnsignedLong(matcher.group(1)), Integer.parseInt(matcher.group(2)), seqnos);
  }
}
