package io.channelindex.storage.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the document ids of the rows of a frame: each as its difference to one before, in
 * whichever of the forms is shortest. Templates are kept from frame to frame, so that usually none
 * is made; and so are the {@linkplain IdPattern patterns} of ids that came often, so that usually
 * no fields are looked for.
 *
 * <p>Confined to one thread.
 */
final class IdRowWriter {
  /** The flags of a row that say how its id is written. */
  static final int FORM = 3 << 5;

  /** As a text, but for the beginning that it has in common with the last of this form. */
  static final int PLAIN = 0;

  /** By the template of the last row that had one. */
  static final int SAME_TEMPLATE = 1 << 5;

  /** By another template of the frame. */
  static final int OTHER_TEMPLATE = 2 << 5;

  /** By a template that stands here. */
  static final int NEW_TEMPLATE = 3 << 5;

  /** Numbers are differences to those of the template's last row. */
  static final int DIFFERENCES = 1 << 7;

  /** The most templates of a frame. */
  static final int MAX_TEMPLATES = 128;

  private static final int SLOTS = 4 * MAX_TEMPLATES;
  // What a template may cost more than the plain form: the next id that is alike saves as much.
  private static final int INVESTMENT = 6;

  private static final int MOST_PATTERNS = 8;

  // Of so many ids of a template that had to be searched, one makes a pattern.
  private static final int WORTH_A_PATTERN = 4;

  private final IdFields fields = new IdFields();
  private final long[] numbers = new long[IdFields.MAX];
  // Open addressing with linear probing; at most half full, see begin().
  private final @Nullable IdTemplate[] templates = new IdTemplate[SLOTS];
  private int kept;

  // The latest ones, in a ring.
  private final @Nullable IdPattern[] patterns = new IdPattern[MOST_PATTERNS];
  private int nextPattern;
  private boolean searched;

  private byte[] id = new byte[IdText.MAX_BYTES + IdPattern.SLACK];
  private byte[] plain = new byte[IdText.MAX_BYTES + IdPattern.SLACK];
  private int length;
  private int plainLength;

  private long frame;
  private int inFrame;
  private int lastTemplate;

  /** Begins a frame. */
  void begin() {
    frame++;
    inFrame = 0;
    lastTemplate = -1;
    plainLength = 0;
    if (kept > MAX_TEMPLATES) {
      Arrays.fill(templates, null);
      kept = 0;
    }
  }

  /**
   * Takes the id of the next row.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  void take(String documentId) {
    length = IdText.utf8(documentId, id, 0);
    for (IdPattern pattern : patterns) {
      if (pattern != null && pattern.matches(id, 0, length)) {
        fields.take(pattern);
        searched = false;
        return;
      }
    }
    fields.find(id, 0, length);
    searched = true;
  }

  /** Remembers the pattern of an id whose template came up often, if it can have one. */
  private void remember(IdTemplate template) {
    if (++template.searches % WORTH_A_PATTERN == 0) {
      IdPattern pattern = IdPattern.of(id, length, fields);
      if (pattern != null) {
        patterns[nextPattern] = pattern;
        nextPattern = (nextPattern + 1) % MOST_PATTERNS;
      }
    }
  }

  /**
   * Writes the id that was taken.
   *
   * @param more whether rows follow that could use what is written here
   * @return the form, for the row's flags
   */
  int write(PayloadWriter payload, boolean more) {
    if (fields.count() == 0) {
      return writePlain(payload);
    }
    for (int field = 0; field < fields.count(); field++) {
      numbers[field] = fields.kind(field) == IdFields.DECIMAL ? fields.decimal(id, field) : 0;
    }
    int slot = slot();
    IdTemplate template = templates[slot];
    if (template != null && searched) {
      remember(template);
    }
    if (template != null && template.frame == frame) {
      return writeKnown(payload, template);
    }
    if (inFrame == MAX_TEMPLATES) {
      return writePlain(payload);
    }
    if (template == null) {
      template = IdTemplate.of(id, length, fields);
    }
    if (template.size() + valueBytes() > plainSize() + (more ? INVESTMENT : 0)) {
      return writePlain(payload);
    }
    if (templates[slot] == null) {
      templates[slot] = template;
      kept++;
    }
    return writeNew(payload, template);
  }

  private int writePlain(PayloadWriter payload) {
    int shared = shared();
    payload.varint(shared).varint(length - shared).raw(id, shared, length - shared);
    byte[] before = plain;
    plain = id;
    plainLength = length;
    id = before;
    return PLAIN;
  }

  private int writeNew(PayloadWriter payload, IdTemplate template) {
    template.frame = frame;
    template.index = inFrame++;
    lastTemplate = template.index;
    template.write(payload);
    writeValues(payload, template, false);
    return NEW_TEMPLATE;
  }

  private int writeKnown(PayloadWriter payload, IdTemplate template) {
    int form = SAME_TEMPLATE;
    if (template.index != lastTemplate) {
      form = OTHER_TEMPLATE;
      payload.varint(template.index);
      lastTemplate = template.index;
    }
    boolean differences = differencesAreShorter(template);
    writeValues(payload, template, differences);
    return differences ? form | DIFFERENCES : form;
  }

  private void writeValues(PayloadWriter payload, IdTemplate template, boolean differences) {
    for (int field = 0; field < fields.count(); field++) {
      if (!template.isDecimal(field)) {
        payload.hexDigits(id, fields.from(field), fields.to(field));
      } else if (differences) {
        payload.signed(numbers[field] - template.numbers[field]);
      } else {
        payload.varint(numbers[field]);
      }
      template.numbers[field] = numbers[field];
    }
  }

  private boolean differencesAreShorter(IdTemplate template) {
    int saved = 0;
    for (int field = 0; field < fields.count(); field++) {
      long difference = numbers[field] - template.numbers[field];
      saved +=
          PayloadWriter.sizeOfVarint(numbers[field])
              - PayloadWriter.sizeOfVarint(PayloadWriter.zigzag(difference));
    }
    return saved > 0;
  }

  private int valueBytes() {
    int size = 0;
    for (int field = 0; field < fields.count(); field++) {
      int kind = fields.kind(field);
      size +=
          kind == IdFields.DECIMAL
              ? PayloadWriter.sizeOfVarint(numbers[field])
              : IdFields.bytesOf(kind);
    }
    return size;
  }

  private int plainSize() {
    return 2 + length - shared();
  }

  private int shared() {
    int mismatch = Arrays.mismatch(id, 0, length, plain, 0, plainLength);
    return mismatch < 0 ? length : mismatch;
  }

  /** Where the id's template is, or belongs. */
  private int slot() {
    int slot = IdTemplate.hash(id, length, fields) & (SLOTS - 1);
    while (templates[slot] != null && !templates[slot].matches(id, length, fields)) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    return slot;
  }
}
