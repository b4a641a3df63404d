package io.channelindex.storage.format;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link IdRowWriter} wrote, and makes texts only of what is wanted.
 *
 * <p>Confined to one thread.
 */
final class IdRowReader {
  private final List<IdTemplate> templates = new ArrayList<>();
  private final IdText plain = new IdText();
  private final IdText id = new IdText();
  private @Nullable IdTemplate last;

  /** Begins a frame. */
  void begin() {
    templates.clear();
    plain.truncate(0);
    last = null;
  }

  /** The id of the next row; null if it is not wanted. */
  @Nullable String read(PayloadReader payload, int flags, boolean wanted) {
    boolean differences = (flags & IdRowWriter.DIFFERENCES) != 0;
    switch (flags & IdRowWriter.FORM) {
      case IdRowWriter.PLAIN -> {
        if (differences) {
          throw payload.corrupt("differences without a template: flags=" + flags);
        }
        return readPlain(payload, wanted);
      }
      case IdRowWriter.SAME_TEMPLATE -> {
        if (last == null) {
          throw payload.corrupt("no template yet: flags=" + flags);
        }
      }
      case IdRowWriter.OTHER_TEMPLATE ->
          last = templates.get(payload.varint("template", templates.size() - 1));
      default -> {
        if (differences || templates.size() == IdRowWriter.MAX_TEMPLATES) {
          throw payload.corrupt("no place for a template: templates=" + templates.size());
        }
        last = IdTemplate.read(payload);
        templates.add(last);
      }
    }
    return readFields(payload, last, differences, wanted);
  }

  private @Nullable String readPlain(PayloadReader payload, boolean wanted) {
    int shared = payload.varint("shared", plain.length());
    int length = payload.varint("length", IdText.MAX_BYTES - shared);
    plain.truncate(shared);
    plain.append(payload.array(), payload.skip(length), length);
    return wanted ? plain.text(payload) : null;
  }

  private @Nullable String readFields(
      PayloadReader payload, IdTemplate template, boolean differences, boolean wanted) {
    id.truncate(0);
    for (int field = 0; field < template.fields(); field++) {
      if (wanted) {
        template.appendPiece(field, id);
      }
      int kind = template.kind(field);
      if (template.isDecimal(field)) {
        long number = differences ? template.numbers[field] + payload.signed() : payload.varint();
        if (number < 0 || number > IdTemplate.MAX_NUMBER) {
          throw payload.corrupt("out of range: number=" + number);
        }
        template.numbers[field] = number;
        if (wanted) {
          id.appendDecimal(number, kind);
        }
      } else {
        int from = payload.skip(IdFields.bytesOf(kind));
        if (wanted) {
          id.appendField(kind, payload.array(), from);
        }
      }
    }
    if (!wanted) {
      return null;
    }
    template.appendPiece(template.fields(), id);
    return id.text(payload);
  }
}
