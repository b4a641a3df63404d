package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.Compressor;
import java.util.Arrays;

/**
 * A {@link DenseBlock} that grows: what the writer keeps of its active blocks. Entries are kept in
 * the bytes in which they are written, so that a commit encodes what is new and copies the rest.
 *
 * <p>The identity of an entry is the beginning of its bytes, and no identity is the beginning of
 * another. The set of identities is therefore a hash table, open addressing with linear probing, of
 * offsets into those bytes: 8 bytes a slot, at most half of them full, and no objects.
 *
 * <p>Confined to one thread.
 */
public final class DenseBlockBuilder implements GrowingBlock {
  private static final int SLOTS = 64;

  /** Of an entry in the table of identities, about. */
  private static final int TABLE_BYTES_PER_ENTRY = 16;

  private final byte[] channel;
  private final long epoch;
  private final Revisions revisions;
  private final PayloadWriter entries = PayloadWriter.ofPart(1024);
  private int count;

  // Few: the vbuckets of a partition times the branches in the life of a block.
  private int[] vbuckets = new int[4];
  private long[] vbuuids = new long[4];
  private int tags;
  private int tagBytes;

  // Offset + 1 of the entry, or 0; and its hash, so that the table grows without reading entries.
  private int[] offsets = new int[SLOTS];
  private int[] hashes = new int[SLOTS];

  /**
   * An empty block of layout dense.
   *
   * @param epoch of the owner who writes it
   */
  public DenseBlockBuilder(String channel, long epoch) {
    this(channel, epoch, Revisions.ALL);
  }

  /**
   * An empty block.
   *
   * @param epoch of the owner who writes it
   * @param revisions all for layout dense, those of leavings for layout hybrid
   */
  public DenseBlockBuilder(String channel, long epoch, Revisions revisions) {
    this.channel = PayloadWriter.utf8(channel);
    this.epoch = epoch;
    this.revisions = revisions;
  }

  /**
   * A block that begins with the entries of another; those that are there twice, once.
   *
   * @param epoch of the owner who goes on writing it
   */
  public static DenseBlockBuilder of(DenseBlock block, long epoch) {
    DenseBlockBuilder builder = new DenseBlockBuilder(block.channel(), epoch);
    block.entries().forEach(builder::add);
    return builder;
  }

  /** All: it has no bounds but its size. */
  @Override
  public boolean covers(Entry entry) {
    return true;
  }

  /**
   * Adds an entry at the end, if none with its vbucket, seqno, vbuuid and document id is there.
   *
   * @return whether it was added
   * @throws IllegalArgumentException if the entry cannot be written; the block is as before
   */
  @Override
  public boolean add(Entry entry) {
    byte[] documentId = PayloadWriter.utf8(entry.documentId());
    if (documentId.length > Entry.MAX_DOCUMENT_ID_BYTES) {
      throw new IllegalArgumentException(
          "document id too long: bytes="
              + documentId.length
              + ", max="
              + Entry.MAX_DOCUMENT_ID_BYTES);
    }
    PayloadWriter.requireText(entry.revision());
    int start = entries.size();
    int tag = tag(entry.vbucket(), entry.vbuuid());
    entries.varint(tag).varint(entry.seqno()).sized(documentId);
    if (!claim(start)) {
      entries.truncate(start);
      return false;
    }
    if (tag == tags) {
      addTag(entry.vbucket(), entry.vbuuid());
    }
    if (!revisions.includes(entry.state())) {
      entries.octet(entry.state().code() | DenseBlock.ELSEWHERE);
    } else {
      addRevision(entry);
    }
    count++;
    return true;
  }

  private void addRevision(Entry entry) {
    int start = entries.size();
    entries.octet(entry.state().code() | DenseBlock.PACKED);
    if (!PackedRevision.write(entries, entry.revision())) {
      entries.truncate(start);
      entries.octet(entry.state().code()).text(entry.revision());
    }
  }

  @Override
  public int size() {
    return count;
  }

  /** The size in bytes of what {@link #encode()} returns. */
  @Override
  public int encodedSize() {
    return DocumentHeader.SIZE
        + PayloadWriter.sizeOfVarint(channel.length)
        + channel.length
        + PayloadWriter.sizeOfVarint(epoch)
        + PayloadWriter.sizeOfVarint(tags)
        + tagBytes
        + PayloadWriter.sizeOfVarint(count)
        + entries.size();
  }

  @Override
  public int memoryBytes() {
    return encodedSize() + TABLE_BYTES_PER_ENTRY * count;
  }

  /** The block so far, as a document of the index bucket that is not compressed. */
  public byte[] encode() {
    return encode(Compressor.NONE);
  }

  @Override
  public byte[] encode(Compressor compressor) {
    PayloadWriter payload =
        PayloadWriter.ofDocument(encodedSize() - DocumentHeader.SIZE).sized(channel);
    payload.varint(epoch).varint(tags);
    for (int tag = 0; tag < tags; tag++) {
      payload.varint(vbuckets[tag]).fixed(vbuuids[tag]);
    }
    payload.varint(count).raw(entries.array(), entries.size());
    return payload.seal(DenseBlock.format(revisions), compressor);
  }

  /** The index of a tag; that of the next one if it is new. */
  private int tag(int vbucket, long vbuuid) {
    for (int tag = tags - 1; tag >= 0; tag--) {
      if (vbuckets[tag] == vbucket && vbuuids[tag] == vbuuid) {
        return tag;
      }
    }
    return tags;
  }

  private void addTag(int vbucket, long vbuuid) {
    if (tags == vbuckets.length) {
      vbuckets = Arrays.copyOf(vbuckets, 2 * tags);
      vbuuids = Arrays.copyOf(vbuuids, 2 * tags);
    }
    vbuckets[tags] = vbucket;
    vbuuids[tags] = vbuuid;
    tags++;
    tagBytes += PayloadWriter.sizeOfVarint(vbucket) + Long.BYTES;
  }

  /** Enters the identity from {@code start} to the end into the table, unless it is there. */
  private boolean claim(int start) {
    if (2 * (count + 1) > offsets.length) {
      grow();
    }
    byte[] bytes = entries.array();
    int length = entries.size() - start;
    int hash = hash(bytes, start, length);
    int slot = hash & (offsets.length - 1);
    while (offsets[slot] != 0) {
      int other = offsets[slot] - 1;
      if (hashes[slot] == hash
          && other + length <= start
          && Arrays.equals(bytes, other, other + length, bytes, start, start + length)) {
        return false;
      }
      slot = (slot + 1) & (offsets.length - 1);
    }
    offsets[slot] = start + 1;
    hashes[slot] = hash;
    return true;
  }

  private void grow() {
    int[] oldOffsets = offsets;
    int[] oldHashes = hashes;
    offsets = new int[2 * oldOffsets.length];
    hashes = new int[offsets.length];
    for (int i = 0; i < oldOffsets.length; i++) {
      if (oldOffsets[i] != 0) {
        int slot = oldHashes[i] & (offsets.length - 1);
        while (offsets[slot] != 0) {
          slot = (slot + 1) & (offsets.length - 1);
        }
        offsets[slot] = oldOffsets[i];
        hashes[slot] = oldHashes[i];
      }
    }
  }

  /** Of the identity's bytes, folded so that the low bits depend on all of them. */
  private static int hash(byte[] bytes, int from, int length) {
    int hash = 1;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + bytes[i];
    }
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    return hash ^ (hash >>> 13);
  }
}
