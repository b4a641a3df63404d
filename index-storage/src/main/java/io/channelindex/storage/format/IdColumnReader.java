package io.channelindex.storage.format;

import java.util.Arrays;

/**
 * Reads what {@link IdColumns} wrote: the columns at once, ids as they are wanted.
 *
 * <p>Confined to one thread.
 */
final class IdColumnReader {

  private final PayloadReader payload;
  private final ColumnTemplate[] templates;
  private final long[] ranks;
  // Per template and field: numbers; none for others.
  private final long[][][] columns;
  // Per template and field: the column of words, or where the next bytes are.
  private final int[][] offsets;
  // Per template: how many ids of it there were.
  private final int[] passed;
  private final WordColumnReader words;
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
    int[] textColumns = new int[templates.length * ColumnTemplate.MAX_FIELDS];
    int texts = 0;
    for (int template = 0; template < templates.length; template++) {
      for (int field = 0; field < templates[template].fields(); field++) {
        if (templates[template].isText(field)) {
          offsets[template][field] = texts;
          textColumns[texts++] = members[template];
        } else if (templates[template].isDecimal(field)) {
          columns[template][field] = PackedNumbers.read(payload, members[template]);
        } else {
          int bytes = IdFields.bytesOf(templates[template].kind(field));
          offsets[template][field] = payload.skip(bytes(members[template], bytes));
        }
      }
    }
    words = new WordColumnReader(payload, Arrays.copyOf(textColumns, texts));
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
        if (wanted) {
          words.append(offsets[rank][field], member, id);
        }
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
