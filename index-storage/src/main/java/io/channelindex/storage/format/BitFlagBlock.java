package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A block of layout {@code bit-flag} (W2): of each vbucket that the channel has something in, two
 * bits for each of {@link #RANGE} seqnos. The lower says that a document is in the channel at that
 * seqno, which a {@code SequenceDocument} tells more of; the higher, that entries of that seqno are
 * listed behind: documents that left the channel or were deleted.
 *
 * <pre>
 *  +--------+---------+--------+----------+--------------------------------------+
 *  | header | channel | epoch  | sections | per section: vbucket varint, vbuuid  |
 *  | 8      | text    | varint | varint   | fixed, first seqno varint, bits 256  |
 *  +--------+---------+--------+----------+--------------------------------------+
 *  | listed: varint; then each:                                                  |
 *  |   section, from 0 varint, seqno - first varint, document id text,           |
 *  |   state octet, revision text                                                |
 *  +-----------------------------------------------------------------------------+
 * </pre>
 *
 * <p>Confined to one thread.
 */
public final class BitFlagBlock implements GrowingBlock {
  /** How many seqnos of a vbucket a block covers. */
  public static final int RANGE = 1024;

  private static final int SECTION_BYTES = RANGE / 4;
  private static final int LEAST_SECTION_BYTES = 2 + Long.BYTES + SECTION_BYTES;
  private static final int LEAST_LISTED_BYTES = 7;
  private static final int ACTIVE = 1;
  private static final int LISTED = 2;

  /** Of an entry, its identity and their places in a list and a set, about, without its texts. */
  private static final int BYTES_PER_LISTED = 160;

  private static final int OVERHEAD_BYTES = 200;

  private final String channel;
  private final long epoch;
  private final List<Section> sections = new ArrayList<>();
  private final List<Entry> listed = new ArrayList<>();
  private final Set<Listed> known = new HashSet<>();
  private int listedBytes;
  private int active;

  /** What identifies a listed entry. */
  private record Listed(int vbucket, long vbuuid, long seqno, String documentId) {}

  private static final class Section {
    final int vbucket;
    final long vbuuid;
    final long first;
    final byte[] bits;

    Section(int vbucket, long vbuuid, long first, byte[] bits) {
      this.vbucket = vbucket;
      this.vbuuid = vbuuid;
      this.first = first;
      this.bits = bits;
    }

    boolean isOf(Entry entry) {
      return vbucket == entry.vbucket() && vbuuid == entry.vbuuid();
    }

    boolean covers(long seqno) {
      return Long.compareUnsigned(seqno, first) >= 0
          && Long.compareUnsigned(seqno - first, RANGE) < 0;
    }

    int flags(int index) {
      return (bits[index >>> 2] >>> (2 * (index & 3))) & 3;
    }

    void set(int index, int flag) {
      bits[index >>> 2] |= (byte) (flag << (2 * (index & 3)));
    }
  }

  /**
   * An empty block.
   *
   * @param epoch of the owner who writes it
   */
  public BitFlagBlock(String channel, long epoch) {
    this.channel = channel;
    this.epoch = epoch;
  }

  /**
   * Whether the block's range of seqnos has an entry's: a block that grows has one range of each
   * vbucket.
   */
  @Override
  public boolean covers(Entry entry) {
    for (Section section : sections) {
      if (section.isOf(entry)) {
        return section.covers(entry.seqno());
      }
    }
    return true;
  }

  /**
   * Adds an entry, with one more range where none {@link #covers} it.
   *
   * @return whether it was added; false if it is there
   * @throws IllegalArgumentException if it cannot be written
   */
  @Override
  public boolean add(Entry entry) {
    PayloadWriter.requireText(entry.revision());
    if (PayloadWriter.utf8(entry.documentId()).length > Entry.MAX_DOCUMENT_ID_BYTES) {
      throw new IllegalArgumentException(
          "document id too long: documentId="
              + entry.documentId()
              + ", maxBytes="
              + Entry.MAX_DOCUMENT_ID_BYTES);
    }
    Section section = section(entry);
    if (section == null) {
      section =
          new Section(
              entry.vbucket(),
              entry.vbuuid(),
              entry.seqno() & -(long) RANGE,
              new byte[SECTION_BYTES]);
      sections.add(section);
    }
    int index = (int) (entry.seqno() - section.first);
    if (entry.state() == EntryState.ACTIVE) {
      boolean added = (section.flags(index) & ACTIVE) == 0;
      section.set(index, ACTIVE);
      active += added ? 1 : 0;
      return added;
    }
    section.set(index, LISTED);
    Listed identity =
        new Listed(entry.vbucket(), entry.vbuuid(), entry.seqno(), entry.documentId());
    boolean added = known.add(identity);
    if (added) {
      listed.add(entry);
      listedBytes += 8 + 2 * (entry.documentId().length() + entry.revision().length());
    }
    return added;
  }

  @Override
  public int size() {
    return active + listed.size();
  }

  @Override
  public int encodedSize() {
    return DocumentHeader.SIZE
        + channel.length()
        + LEAST_SECTION_BYTES * sections.size()
        + listedBytes;
  }

  @Override
  public int memoryBytes() {
    return encodedSize() + BYTES_PER_LISTED * listed.size() + OVERHEAD_BYTES;
  }

  @Override
  public byte[] encode(Compressor compressor) {
    PayloadWriter payload =
        PayloadWriter.ofDocument(encodedSize() + 64).text(channel).varint(epoch);
    payload.varint(sections.size());
    for (Section section : sections) {
      payload.varint(section.vbucket).fixed(section.vbuuid).varint(section.first);
      payload.raw(section.bits, SECTION_BYTES);
    }
    payload.varint(listed.size());
    for (Entry entry : listed) {
      int section = indexOf(entry);
      payload.varint(section).varint(entry.seqno() - sections.get(section).first);
      payload.text(entry.documentId()).octet(entry.state().code()).text(entry.revision());
    }
    return payload.seal(DocumentFormat.BIT_FLAG_BLOCK, compressor);
  }

  /** Takes the seqnos at which documents are in the channel. */
  @FunctionalInterface
  public interface SeqnoSink {
    /** The next one; {@code seqno} is unsigned. */
    void active(int vbucket, long seqno, long vbuuid);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @param active takes what sequence documents tell more of
   * @param listed takes the entries that stand in the block
   * @return the epoch of the owner who wrote it last
   * @throws UnreadableDocumentException if it is no such block, or another channel's
   */
  public static long decode(
      String key,
      String channel,
      byte[] document,
      Compressions compressions,
      EntryFilter filter,
      SeqnoSink active,
      EntrySink listed) {
    return PayloadReader.decode(
        key,
        DocumentFormat.BIT_FLAG_BLOCK,
        document,
        compressions,
        payload -> read(payload, channel, filter, active, listed));
  }

  private static long read(
      PayloadReader payload,
      String channel,
      EntryFilter filter,
      SeqnoSink active,
      EntrySink listed) {
    payload.channel(channel);
    long epoch = payload.varint();
    Section[] sections = new Section[payload.count("sections", LEAST_SECTION_BYTES)];
    for (int i = 0; i < sections.length; i++) {
      sections[i] = readSection(payload);
      report(sections[i], filter, active);
    }
    int count = payload.count("listed", LEAST_LISTED_BYTES);
    for (int i = 0; i < count; i++) {
      Section section = sections[payload.varint("section", sections.length - 1)];
      long seqno = section.first + payload.varint("seqno", RANGE - 1);
      String documentId = payload.text(Entry.MAX_DOCUMENT_ID_BYTES);
      EntryState state = EntryState.ofCode(payload.octet());
      String revision = payload.text();
      if (documentId.isEmpty() || revision.isEmpty() || seqno == 0) {
        throw payload.corrupt("no entry: documentId=" + documentId + ", revision=" + revision);
      }
      if (filter.wants(section.vbucket, seqno, section.vbuuid)) {
        listed.entry(documentId, revision, section.vbucket, seqno, section.vbuuid, state);
      }
    }
    return epoch;
  }

  private static Section readSection(PayloadReader payload) {
    int vbucket = payload.varint("vbucket", Partitions.MAX);
    long vbuuid = payload.fixed();
    long first = payload.varint();
    if ((first & (RANGE - 1)) != 0) {
      throw payload.corrupt("section out of step: first=" + Long.toUnsignedString(first));
    }
    int from = payload.skip(SECTION_BYTES);
    byte[] bits = Arrays.copyOfRange(payload.array(), from, from + SECTION_BYTES);
    return new Section(vbucket, vbuuid, first, bits);
  }

  private static void report(Section section, EntryFilter filter, SeqnoSink active) {
    for (int octet = 0; octet < SECTION_BYTES; octet++) {
      if (section.bits[octet] == 0) {
        continue;
      }
      for (int index = 4 * octet; index < 4 * octet + 4; index++) {
        long seqno = section.first + index;
        if ((section.flags(index) & ACTIVE) != 0
            && filter.wants(section.vbucket, seqno, section.vbuuid)) {
          active.active(section.vbucket, seqno, section.vbuuid);
        }
      }
    }
  }

  private @Nullable Section section(Entry entry) {
    int index = indexOf(entry);
    return index < 0 ? null : sections.get(index);
  }

  private int indexOf(Entry entry) {
    for (int i = sections.size() - 1; i >= 0; i--) {
      if (sections.get(i).isOf(entry) && sections.get(i).covers(entry.seqno())) {
        return i;
      }
    }
    return -1;
  }
}
