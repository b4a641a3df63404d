package io.channelindex.storage.format;

import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.BranchHistory.Branch;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A partition's commit record (index-bucket.md, "stable clock"): who owns it, up to where its
 * vbuckets are readable, where its streams stand, and which channels its last commits touched.
 *
 * <p>Written by the owner only, by CAS only: whoever changes the epoch fences the owner before it.
 *
 * <pre>
 *  +--------+-----------+--------------+--------+-------+--------+
 *  | header | partition | firstVbucket | epoch  | owner | commit |
 *  | 8      | varint    | varint       | varint | text  | varint |
 *  +--------+-----------+--------------+--------+-------+--------+
 *  | vbuckets: varint; then each:                                |
 *  |   rebuilding 0 | 1              octet                       |
 *  |   stable                        varint                      |
 *  |   position: vbuuid              fixed                       |
 *  |             seqno               varint                      |
 *  |             seqno - start       varint                      |
 *  |             end - seqno         varint                      |
 *  |   branches: varint; each vbuuid fixed, end + 1 varint,      |
 *  |             resume + 1 varint (the current branch's are 0)  |
 *  +-------------------------------------------------------------+
 *  | recent: varint; then each: channels + 1 varint, 0 for all;  |
 *  |   then so many hashes, fixed                                |
 *  +-------------------------------------------------------------+
 * </pre>
 *
 * @param partition its number
 * @param firstVbucket the vbucket of {@code vbuckets.get(0)}; the others follow
 * @param epoch of the owner, counted up by every take-over, at least 1
 * @param owner the identity of the owning process's writer: unique per take-over
 * @param commit counted up by every write of this document, by whomever, at least 1
 * @param vbuckets one per vbucket of the partition
 * @param recent the last commits, newest first, with consecutive commit numbers from {@code commit}
 *     down: what readers need to know which channels moved; older ones are forgotten
 */
public record StableDocument(
    int partition,
    int firstVbucket,
    long epoch,
    String owner,
    long commit,
    List<VbucketState> vbuckets,
    List<Touched> recent) {

  /**
   * A vbucket of the partition.
   *
   * @param stable the seqno up to which the index is readable, a whole state; unsigned
   * @param position where its stream stands: at or after {@code stable}, but for a rebuild
   * @param history its branches
   * @param rebuilding whether the stream runs again from the beginning to find documents that are
   *     gone: {@code position} is then the beginning until the rebuild is complete
   */
  public record VbucketState(
      long stable, StreamPosition position, BranchHistory history, boolean rebuilding) {
    /** Before the first stream. */
    public static final VbucketState NEW =
        new VbucketState(0, StreamPosition.BEGINNING, BranchHistory.NONE, false);
  }

  /**
   * The channels that a commit touched.
   *
   * @param channels their hashes ({@code IndexKeys.channelHash}); empty if all may have been
   *     touched ({@code all}) or none
   * @param all whether any channel may have been touched: a rollback, or too many to list
   */
  public record Touched(List<Long> channels, boolean all) {
    /** Nothing but positions moved. */
    public static final Touched NONE = new Touched(List.of(), false);

    /** Anything may have moved. */
    public static final Touched ALL = new Touched(List.of(), true);

    public Touched {
      channels = List.copyOf(channels);
      if (all && !channels.isEmpty()) {
        throw new IllegalArgumentException("all channels and some: channels=" + channels.size());
      }
    }
  }

  private static final int LEAST_STATE_BYTES = 14;
  private static final int LEAST_BRANCH_BYTES = Long.BYTES + 2;

  public StableDocument {
    vbuckets = List.copyOf(vbuckets);
    recent = List.copyOf(recent);
    Partitions.require(partition, firstVbucket, vbuckets.size());
  }

  /** The state of a partition that nobody has owned yet, before it is first written. */
  public static StableDocument unowned(PartitionMap map, int partition) {
    return new StableDocument(
        partition,
        map.first(partition),
        0,
        "",
        0,
        Collections.nCopies(map.size(partition), VbucketState.NEW),
        List.of());
  }

  /** The state of one of the partition's vbuckets, by its number in the bucket. */
  public VbucketState vbucket(int vbucket) {
    return vbuckets.get(vbucket - firstVbucket);
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    PayloadWriter payload = PayloadWriter.ofDocument(64 + 48 * vbuckets.size());
    payload.varint(partition).varint(firstVbucket).varint(epoch).text(owner).varint(commit);
    payload.varint(vbuckets.size());
    for (VbucketState state : vbuckets) {
      write(payload, state);
    }
    payload.varint(recent.size());
    for (Touched touched : recent) {
      payload.varint(touched.all() ? 0 : touched.channels().size() + 1);
      for (long hash : touched.channels()) {
        payload.fixed(hash);
      }
    }
    return payload.seal(DocumentFormat.STABLE);
  }

  private static void write(PayloadWriter payload, VbucketState state) {
    StreamPosition position = state.position();
    payload.octet(state.rebuilding() ? 1 : 0).varint(state.stable());
    payload.fixed(position.vbuuid()).varint(position.seqno());
    payload.varint(position.seqno() - position.snapshotStart());
    payload.varint(position.snapshotEnd() - position.seqno());
    payload.varint(state.history().branches().size());
    for (Branch branch : state.history().branches()) {
      payload.fixed(branch.vbuuid()).varint(branch.end() + 1).varint(branch.resume() + 1);
    }
  }

  /**
   * Reads a document of the index bucket.
   *
   * @param key for messages
   * @throws UnreadableDocumentException if it is none of these
   */
  public static StableDocument decode(String key, byte[] document) {
    return PayloadReader.decode(key, DocumentFormat.STABLE, document, StableDocument::read);
  }

  private static StableDocument read(PayloadReader payload) {
    int partition = payload.varint("partition", Partitions.MAX);
    int firstVbucket = payload.varint("firstVbucket", Partitions.MAX);
    long epoch = payload.varint();
    String owner = payload.text();
    long commit = payload.varint();
    int count = payload.count("vbuckets", LEAST_STATE_BYTES);
    List<VbucketState> vbuckets = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      vbuckets.add(readState(payload));
    }
    int commits = payload.count("recent", 1);
    List<Touched> recent = new ArrayList<>(commits);
    for (int i = 0; i < commits; i++) {
      recent.add(readTouched(payload));
    }
    return new StableDocument(partition, firstVbucket, epoch, owner, commit, vbuckets, recent);
  }

  private static VbucketState readState(PayloadReader payload) {
    boolean rebuilding = payload.flag("rebuilding");
    long stable = payload.varint();
    long vbuuid = payload.fixed();
    long seqno = payload.varint();
    // What wraps around is refused by the position itself.
    StreamPosition position =
        new StreamPosition(vbuuid, seqno, seqno - payload.varint(), seqno + payload.varint());
    int count = payload.count("branches", LEAST_BRANCH_BYTES);
    List<Branch> branches = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      branches.add(new Branch(payload.fixed(), payload.varint() - 1, payload.varint() - 1));
    }
    return new VbucketState(stable, position, new BranchHistory(branches), rebuilding);
  }

  private static Touched readTouched(PayloadReader payload) {
    int count = payload.varint("channels", payload.remaining() / Long.BYTES + 1);
    if (count == 0) {
      return Touched.ALL;
    }
    List<Long> channels = new ArrayList<>(count - 1);
    for (int i = 1; i < count; i++) {
      channels.add(payload.fixed());
    }
    return new Touched(channels, false);
  }
}
