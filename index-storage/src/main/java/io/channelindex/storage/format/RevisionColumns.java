package io.channelindex.storage.format;

import java.util.List;

/**
 * Revisions by columns.
 *
 * <pre>
 *  +----------------+------------------+-----------------------+-----------+--------------+
 *  | forms:         | generations of   | digest lengths of     | digests   | texts of     |
 *  | PackedNumbers  | forms 0 and 1:   | form 1: PackedNumbers | as they   | form 2: each |
 *  |                | PackedNumbers    |                       | are       | text         |
 *  +----------------+------------------+-----------------------+-----------+--------------+
 *  form 0: PackedRevision with 16 bytes of digest, 1: with another number, 2: any other revision
 * </pre>
 *
 * An instance reads those of a block; confined to one thread.
 */
final class RevisionColumns {
  private static final int USUAL = 0;
  private static final int PACKED = 1;
  private static final int TEXT = 2;
  private static final int USUAL_DIGEST_BYTES = 16;

  private final PayloadReader payload;
  private final long[] forms;
  private final long[] generations;
  private final long[] lengths;
  private final int[] textOffsets;
  private final int[] textLengths;
  private final byte[] text = new byte[PackedRevision.MAX_CHARS];
  private int digest;
  private int next;
  private int nextPacked;
  private int nextLength;
  private int nextText;

  /** Writes revisions. */
  static void write(PayloadWriter payload, List<String> revisions) {
    int count = revisions.size();
    long[] forms = new long[count];
    long[] generations = new long[count];
    long[] lengths = {};
    PayloadWriter digests = PayloadWriter.ofPart(USUAL_DIGEST_BYTES * count);
    PayloadWriter texts = PayloadWriter.ofPart(16);
    int packed = 0;
    int odd = 0;
    for (int i = 0; i < count; i++) {
      String revision = revisions.get(i);
      byte[] text = PackedRevision.bytes(revision);
      int bytes = PackedRevision.digestLength(text);
      if (bytes == 0 || !digests.lowercaseHex(text, text.length - 2 * bytes, bytes)) {
        forms[i] = TEXT;
        texts.text(revision);
        continue;
      }
      forms[i] = bytes == USUAL_DIGEST_BYTES ? USUAL : PACKED;
      generations[packed++] = PackedRevision.generation(text);
      if (bytes != USUAL_DIGEST_BYTES) {
        lengths = lengths.length == 0 ? new long[count] : lengths;
        lengths[odd++] = bytes;
      }
    }
    PackedNumbers.write(payload, forms, count);
    PackedNumbers.write(payload, generations, packed);
    PackedNumbers.write(payload, lengths, odd);
    payload.raw(digests.array(), digests.size()).raw(texts.array(), texts.size());
  }

  /** Reads the columns of so many revisions. */
  RevisionColumns(PayloadReader payload, int count) {
    this.payload = payload;
    forms = PackedNumbers.read(payload, count);
    int[] counts = new int[TEXT + 1];
    for (long form : forms) {
      if (form < 0 || form > TEXT) {
        throw payload.corrupt("no form of a revision: form=" + form);
      }
      counts[(int) form]++;
    }
    generations = PackedNumbers.read(payload, counts[USUAL] + counts[PACKED]);
    lengths = PackedNumbers.read(payload, counts[PACKED]);
    long bytes = (long) USUAL_DIGEST_BYTES * counts[USUAL];
    for (long length : lengths) {
      if (length < 1 || length > PackedRevision.MAX_DIGEST_BYTES) {
        throw payload.corrupt("out of range: digest=" + length);
      }
      bytes += length;
    }
    digest = payload.skip((int) Math.min(bytes, Integer.MAX_VALUE));
    textOffsets = new int[counts[TEXT]];
    textLengths = new int[counts[TEXT]];
    for (int i = 0; i < counts[TEXT]; i++) {
      textLengths[i] = payload.varint("revision", Integer.MAX_VALUE);
      if (textLengths[i] == 0) {
        throw payload.corrupt("empty revision");
      }
      textOffsets[i] = payload.skip(textLengths[i]);
    }
  }

  /** Passes over the next revision. */
  void skip() {
    int form = (int) forms[next++];
    if (form == TEXT) {
      nextText++;
    } else {
      nextPacked++;
      digest += digestBytes(form);
    }
  }

  /** The next revision. */
  String read() {
    int form = (int) forms[next++];
    if (form == TEXT) {
      int odd = nextText++;
      return payload.utf8(payload.array(), textOffsets[odd], textLengths[odd]);
    }
    int bytes = digestBytes(form);
    int from = digest;
    digest += bytes;
    long generation = PackedRevision.requireGeneration(payload, generations[nextPacked++]);
    return PackedRevision.text(generation, payload.array(), from, bytes, text);
  }

  private int digestBytes(int form) {
    return form == USUAL ? USUAL_DIGEST_BYTES : (int) lengths[nextLength++];
  }
}
