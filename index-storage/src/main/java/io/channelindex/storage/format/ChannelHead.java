package io.channelindex.storage.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel's clock and block directory in one partition (index-bucket.md, "channel clock" and
 * "block directory"): which blocks there are, and up to which seqnos they hold entries.
 *
 * <p>Written by CAS by the partition's owner, after the blocks that it names and before the stable
 * clock that makes them readable.
 *
 * <p>Version 1 had nothing of compaction, version 2 did not say whether the active block is there:
 * of those it is read out of the clock, as readers did then. A clock may speak of what is undone;
 * then such a head does not know that its block is there.
 *
 * <pre>
 *  +--------+---------+-----------+--------------+--------+---------+--------+
 *  | header | channel | partition | firstVbucket | epoch  | columns | active |
 *  | 8      | text    | varint    | varint       | varint | varint  | varint |
 *  +--------+---------+-----------+--------------+--------+---------+--------+
 *  | active block: octet, 0 not stored, 1 stored                             |
 *  +--------+--------------------------------------+--------+----------------+
 *  | pages  | per page: number, entries,           | closed | per block:     |
 *  | varint | row of highest (SeqnoColumns)        | varint | as for a page  |
 *  +--------+--------------------------------------+--------+----------------+
 *  | compacted blocks: as pages           | next compacted block: varint     |
 *  +--------------------------------------+----------------------------------+
 *  | retired: varint; each kind octet, first varint, count varint | pruned:  |
 *  |                                                              | a row    |
 *  +--------------------------------------------------------------+----------+
 *  | clock: the last row, mostly small differences to the newest closed block |
 *  +---------------------------------------------------------------------------+
 * </pre>
 *
 * @param channel its name, verified on read because keys may be hashed
 * @param partition its partition
 * @param firstVbucket the vbucket of {@code clock[0]}
 * @param epoch of the owner who wrote it
 * @param clock per vbucket of the partition the highest seqno indexed in the channel, unsigned
 * @param pages the pages of the directory, oldest first
 * @param closed the full blocks that are on no page yet, oldest first
 * @param active the number of the block that is written to; block numbers count from 0
 * @param activeState whether that block is there: if so, one who misses it has an old head
 * @param compacted what compaction has made of blocks and pages that are not listed any more
 */
public record ChannelHead(
    String channel,
    int partition,
    int firstVbucket,
    long epoch,
    List<Long> clock,
    List<Summary> pages,
    List<Summary> closed,
    int active,
    ActiveState activeState,
    Compacted compacted) {

  /** How many closed blocks a head lists before it moves them to a page. */
  public static final int BLOCKS_PER_PAGE = 128;

  private static final int LEAST_RETIRED_BYTES = 3;
  private static final int NOTHING_OF_COMPACTION = 1;
  private static final int NOTHING_OF_ACTIVE_BLOCK = 2;
  private static final int STORED = 1;

  /** What a head knows of its active block. */
  public enum ActiveState {
    /** Nobody had written it; it may be there by now, with nothing in it that is stable. */
    NOT_STORED,
    /** It was written before the head. */
    STORED;

    /** What the clock of a head says that does not say it itself. */
    private static ActiveState ofClock(
        List<Long> clock, List<Summary> pages, List<Summary> closed, List<Summary> compacted) {
      for (int i = 0; i < clock.size(); i++) {
        long listed = 0;
        for (List<Summary> summaries : List.of(pages, closed, compacted)) {
          for (Summary summary : summaries) {
            long highest = summary.highest().get(i);
            listed = Long.compareUnsigned(highest, listed) > 0 ? highest : listed;
          }
        }
        if (Long.compareUnsigned(clock.get(i), listed) > 0) {
          return STORED;
        }
      }
      return NOT_STORED;
    }
  }

  /**
   * What a block, or the blocks on a page, hold.
   *
   * @param number the block's or the page's number, from 0
   * @param entries how many entries
   * @param highest per vbucket of the partition the highest seqno among them, unsigned, 0 for none:
   *     a reader that has seen this much does not need the block
   */
  public record Summary(int number, int entries, List<Long> highest) {
    public Summary {
      highest = List.copyOf(highest);
      if (number < 0 || entries < 0) {
        throw new IllegalArgumentException(
            "negative number in a summary: number=" + number + ", entries=" + entries);
      }
    }
  }

  /**
   * What compaction has done (W9).
   *
   * @param blocks compacted blocks, under numbers of their own, oldest first
   * @param next the number of the next one, above all that were ever used
   * @param retired documents that are not listed any more and are to be removed
   * @param pruned per vbucket the seqno up to which documents that stand beside the blocks, and say
   *     what newer ones have superseded, may be gone; unsigned
   */
  public record Compacted(
      List<Summary> blocks, int next, List<Retired> retired, List<Long> pruned) {
    public Compacted {
      blocks = List.copyOf(blocks);
      retired = List.copyOf(retired);
      pruned = List.copyOf(pruned);
      if (next < 0) {
        throw new IllegalArgumentException("negative block number: next=" + next);
      }
    }

    /** What there is before the first compaction. */
    public static Compacted none(int vbuckets) {
      return new Compacted(List.of(), 0, List.of(), Collections.nCopies(vbuckets, 0L));
    }
  }

  /**
   * Documents of consecutive numbers that nothing lists any more.
   *
   * @param kind of documents
   * @param first the first number
   * @param count how many, at least 1
   */
  public record Retired(Kind kind, int first, int count) {
    /** Kinds of documents that compaction replaces. */
    public enum Kind {
      /** Blocks as the writer wrote them. */
      BLOCK(0),
      /** Directory pages. */
      PAGE(1),
      /** Compacted blocks. */
      COMPACTED(2);

      private final int code;

      Kind(int code) {
        this.code = code;
      }

      private static Kind ofCode(int code) {
        for (Kind kind : values()) {
          if (kind.code == code) {
            return kind;
          }
        }
        throw new IllegalArgumentException("unknown kind: kind=" + code);
      }
    }

    public Retired {
      if (first < 0 || count < 1 || first > Integer.MAX_VALUE - count) {
        throw new IllegalArgumentException("no numbers: first=" + first + ", count=" + count);
      }
    }
  }

  public ChannelHead {
    clock = List.copyOf(clock);
    pages = List.copyOf(pages);
    closed = List.copyOf(closed);
    Partitions.require(partition, firstVbucket, clock.size());
    if (active < 0) {
      throw new IllegalArgumentException("negative block number: active=" + active);
    }
    requireWidth(pages, clock.size());
    requireWidth(closed, clock.size());
    requireWidth(compacted.blocks(), clock.size());
    if (compacted.pruned().size() != clock.size()) {
      throw new IllegalArgumentException(
          "row of another number of vbuckets: pruned=" + compacted.pruned().size());
    }
  }

  /** Whether a missing active block means that this head is old. */
  public boolean activeMustExist() {
    return activeState == ActiveState.STORED;
  }

  /** Whether there are fewer entries than were written, or they are elsewhere. */
  public boolean isCompacted() {
    int first = closed.isEmpty() ? active : closed.get(0).number();
    if (!pages.isEmpty()) {
      first = pages.get(0).number();
    }
    return first > 0
        || compacted.next() > 0
        || compacted.pruned().stream().anyMatch(seqno -> seqno != 0);
  }

  /** {@link Compacted#pruned}. */
  public List<Long> pruned() {
    return compacted.pruned();
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    PayloadWriter payload = PayloadWriter.ofDocument(512);
    payload.text(channel).varint(partition).varint(firstVbucket).varint(epoch);
    payload
        .varint(clock.size())
        .varint(active)
        .octet(activeState == ActiveState.STORED ? STORED : 0);
    SeqnoColumns columns = new SeqnoColumns(clock.size());
    writeSummaries(payload, columns, pages);
    writeSummaries(payload, columns, closed);
    writeSummaries(payload, columns, compacted.blocks());
    payload.varint(compacted.next()).varint(compacted.retired().size());
    for (Retired retired : compacted.retired()) {
      payload.octet(retired.kind().code).varint(retired.first()).varint(retired.count());
    }
    columns.write(payload, compacted.pruned());
    columns.write(payload, clock);
    return payload.seal(DocumentFormat.CHANNEL_HEAD);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @param key for messages
   * @param channel the name that it must have
   * @throws UnreadableDocumentException if it is none of these, or another channel's
   */
  public static ChannelHead decode(String key, String channel, byte[] document) {
    return PayloadReader.decode(
        key, DocumentFormat.CHANNEL_HEAD, document, payload -> read(payload, channel));
  }

  private static ChannelHead read(PayloadReader payload, String channel) {
    String name = payload.channel(channel);
    int partition = payload.varint("partition", Partitions.MAX);
    int firstVbucket = payload.varint("firstVbucket", Partitions.MAX);
    long epoch = payload.varint();
    SeqnoColumns columns = new SeqnoColumns(payload.varint("columns", SeqnoColumns.MAX));
    int active = payload.varint("active", Integer.MAX_VALUE);
    int version = payload.version();
    @Nullable ActiveState state =
        version <= NOTHING_OF_ACTIVE_BLOCK ? null : stateOf(payload.octet("activeState", STORED));
    List<Summary> pages = readSummaries(payload, columns);
    List<Summary> closed = readSummaries(payload, columns);
    Compacted compacted =
        version == NOTHING_OF_COMPACTION
            ? Compacted.none(columns.width())
            : readCompacted(payload, columns);
    List<Long> clock = columns.read(payload);
    if (state == null) {
      state = ActiveState.ofClock(clock, pages, closed, compacted.blocks());
    }
    return new ChannelHead(
        name, partition, firstVbucket, epoch, clock, pages, closed, active, state, compacted);
  }

  private static ActiveState stateOf(int code) {
    return code == STORED ? ActiveState.STORED : ActiveState.NOT_STORED;
  }

  private static Compacted readCompacted(PayloadReader payload, SeqnoColumns columns) {
    List<Summary> blocks = readSummaries(payload, columns);
    int next = payload.varint("next", Integer.MAX_VALUE);
    int count = payload.count("retired", LEAST_RETIRED_BYTES);
    List<Retired> retired = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Retired.Kind kind = Retired.Kind.ofCode(payload.octet());
      int first = payload.varint("first", Integer.MAX_VALUE);
      retired.add(new Retired(kind, first, payload.varint("count", Integer.MAX_VALUE)));
    }
    return new Compacted(blocks, next, retired, columns.read(payload));
  }

  static void writeSummaries(PayloadWriter payload, SeqnoColumns columns, List<Summary> summaries) {
    payload.varint(summaries.size());
    for (Summary summary : summaries) {
      payload.varint(summary.number()).varint(summary.entries());
      columns.write(payload, summary.highest());
    }
  }

  static List<Summary> readSummaries(PayloadReader payload, SeqnoColumns columns) {
    int count = payload.count("summaries", 2 + columns.leastBytes());
    List<Summary> summaries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int number = payload.varint("number", Integer.MAX_VALUE);
      int entries = payload.varint("entries", Integer.MAX_VALUE);
      summaries.add(new Summary(number, entries, columns.read(payload)));
    }
    return summaries;
  }

  static void requireWidth(List<Summary> summaries, int width) {
    for (Summary summary : summaries) {
      if (summary.highest().size() != width) {
        throw new IllegalArgumentException(
            "summary of another number of vbuckets: number="
                + summary.number()
                + ", vbuckets="
                + summary.highest().size()
                + ", expected="
                + width);
      }
    }
  }
}
