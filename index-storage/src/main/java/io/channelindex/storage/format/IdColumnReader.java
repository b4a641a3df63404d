package io.channelindex.storage.format;

/**
 * Reads what {@link IdColumns} wrote: the columns at once, ids as they are wanted.
 *
 * <p>Confined to one thread.
 */
final class IdColumnReader {

  private final PayloadReader payload;
  private final ColumnTemplate[] templates;
  private final long[] ranks;
  // Per template and field: numbers, or lengths of texts; none for others.
  private final long[][][] columns;
  // Per template and field: where the next text, or the next bytes, are.
  private final int[][] offsets;
  // Per template: how many ids of it there were.
  private final int[] passed;
  private final byte[] letters;
  private final IdText id = new IdText();
  private int next;

  IdColumnReader(PayloadReader payload, int count) {
    this.payload = payload;
    templates = new ColumnTemplate[payload.varint("templates", IdColumns.MAX_TEMPLATES)];
    for (int template = 0; template < templates.length; template++) {
      templates[template] = ColumnTemplate.read(payload);
    }
    ranks = PackedNumbers.read(payload, count);
    int[] members = new int[templates.length];
    for (long rank : ranks) {
      if (Long.compareUnsigned(rank, templates.length) >= 0) {
        throw payload.corrupt("no such template: template=" + Long.toUnsignedString(rank));
      }
      members[(int) rank]++;
    }
    columns = new long[templates.length][ColumnTemplate.MAX_FIELDS][0];
    offsets = new int[templates.length][ColumnTemplate.MAX_FIELDS];
    passed = new int[templates.length];
    long texts = 0;
    for (int template = 0; template < templates.length; template++) {
      for (int field = 0; field < templates[template].fields(); field++) {
        texts += readColumn(template, field, members[template], texts);
      }
    }
    letters = HuffmanCode.read(payload, (int) texts);
  }

  /** Reads a column; how many letters its texts have, which begin at {@code texts}. */
  private long readColumn(int template, int field, int members, long texts) {
    int kind = templates[template].kind(field);
    if (templates[template].isDecimal(field)) {
      columns[template][field] = PackedNumbers.read(payload, members);
      return 0;
    } else if (kind != IdFields.TEXT) {
      offsets[template][field] = payload.skip(bytes(members, IdFields.bytesOf(kind)));
      return 0;
    }
    offsets[template][field] = (int) texts;
    columns[template][field] = PackedNumbers.read(payload, members);
    long sum = 0;
    for (long length : columns[template][field]) {
      if (length < 0 || length > IdText.MAX_BYTES) {
        throw payload.corrupt("out of range: length=" + length);
      }
      sum += length;
    }
    return sum;
  }

  private int bytes(int members, int each) {
    if (members > payload.remaining() / each) {
      throw payload.corrupt("cut off: members=" + members + ", bytes=" + payload.remaining());
    }
    return members * each;
  }

  /** Passes over the next id. */
  void skip() {
    pass((int) ranks[next++], false);
  }

  /** The next id. */
  String read() {
    int template = (int) ranks[next++];
    id.truncate(0);
    pass(template, true);
    byte[] last = templates[template].piece(templates[template].fields());
    id.append(last, 0, last.length);
    return id.text(payload);
  }

  private void pass(int rank, boolean wanted) {
    ColumnTemplate template = templates[rank];
    int member = passed[rank]++;
    for (int field = 0; field < template.fields(); field++) {
      if (wanted) {
        byte[] piece = template.piece(field);
        id.append(piece, 0, piece.length);
      }
      int kind = template.kind(field);
      if (template.isDecimal(field)) {
        if (wanted) {
          id.appendDecimal(number(columns[rank][field][member]), kind);
        }
      } else if (template.isText(field)) {
        int length = (int) columns[rank][field][member];
        if (wanted) {
          id.append(letters, offsets[rank][field], length);
        }
        offsets[rank][field] += length;
      } else {
        if (wanted) {
          id.appendField(kind, payload.array(), offsets[rank][field]);
        }
        offsets[rank][field] += IdFields.bytesOf(kind);
      }
    }
  }

  private long number(long number) {
    if (number < 0 || number > IdTemplate.MAX_NUMBER) {
      throw payload.corrupt("out of range: number=" + Long.toUnsignedString(number));
    }
    return number;
  }
}
