package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The document ids of a block, by columns. Ids that are alike are written by a template and a
 * column for each of its fields; templates are found in three steps, each for the ids that the one
 * before did not find enough of:
 *
 * <ol>
 *   <li>what is the same but for numbers, hexadecimal digits and UUIDs ({@code user::000123});
 *   <li>what is the same but for words as well ({@code user::ada::profile}); a word that turns out
 *       to be the same in all of them is part of the template;
 *   <li>whatever it is, as one word.
 * </ol>
 *
 * <pre>
 *  +-----------+----------------+-------------------+--------------------------+-------------+
 *  | templates | per template:  | per id: template, | per template, per field  | WordColumns |
 *  | varint    | ColumnTemplate | PackedNumbers     | but words: its column    | of words    |
 *  +-----------+----------------+-------------------+--------------------------+-------------+
 *  column: of decimals PackedNumbers; else the bytes of all, as they are
 * </pre>
 *
 * Templates stand in the order of how many ids have them, so that Rice codes of them are short. The
 * first step looks for fields only in ids that none of the {@linkplain IdPattern patterns} matches
 * that came up before.
 *
 * <p>Confined to one thread.
 */
final class IdColumns {
  private static final int MOST_GROUPS = 256;

  /** The most templates: those of two steps, and the words. */
  static final int MAX_TEMPLATES = 2 * MOST_GROUPS + 1;

  private static final int LEAST_MEMBERS = 4;
  private static final int MOST_PATTERNS = 8;

  private final IdSpans ids;
  private final int leastMembers;
  private final Group[] groups;
  private final Group whole = new Group();
  private final List<Group> patterned = new ArrayList<>(MOST_PATTERNS);

  private IdColumns(IdSpans ids) {
    this.ids = ids;
    // So that no step makes more than a known number of groups.
    this.leastMembers = Math.max(LEAST_MEMBERS, ids.size() / MOST_GROUPS + 1);
    this.groups = new Group[ids.size()];
  }

  /** Ids that are alike, in their order. */
  private static final class Group {
    private int[] members = new int[4];
    private int size;
    private int rank;
    // Null as long as the ids may go to another group.
    private @Nullable ColumnTemplate template;
    private @Nullable IdPattern pattern;
    // Of each field of the template its number among the fields of the ids.
    private int[] fields = {0};

    void add(int id) {
      if (size == members.length) {
        members = Arrays.copyOf(members, 2 * size);
      }
      members[size++] = id;
    }
  }

  /** Groups by what their ids have in common: open addressing, at most half full. */
  private final class Table {
    private final List<Group> all = new ArrayList<>();
    private final @Nullable Group[] slots =
        new Group[Integer.highestOneBit(2 * groups.length | 1) << 1];

    /** Adds an id to its group, which is made if there is none. */
    Group add(int id) {
      int slot = ids.hash(id) & (slots.length - 1);
      Group group = slots[slot];
      while (group != null && !ids.areAlike(id, group.members[0])) {
        slot = (slot + 1) & (slots.length - 1);
        group = slots[slot];
      }
      if (group == null) {
        group = new Group();
        slots[slot] = group;
        all.add(group);
      }
      group.add(id);
      return group;
    }
  }

  /**
   * Writes the ids of entries.
   *
   * @throws IllegalArgumentException if one cannot be written
   */
  static void write(PayloadWriter payload, List<Entry> entries) {
    IdColumns columns = new IdColumns(new IdSpans(entries));
    columns.writeGroups(payload, columns.group());
  }

  /** Groups the ids; the largest group first. */
  private List<Group> group() {
    Table byFields = new Table();
    for (int id = 0; id < groups.length; id++) {
      Group group = groupByNumbers(id);
      if (group == null) {
        ids.findFields(id);
        group = byFields.add(id);
        knowPattern(group);
      }
      groups[id] = group;
    }
    Table byWords = new Table();
    for (int id = 0; id < groups.length; id++) {
      if (groups[id].size < leastMembers) {
        ids.findWords(id);
        groups[id] = byWords.add(id);
      }
    }
    List<Group> found = new ArrayList<>(byFields.all);
    found.addAll(byWords.all);
    found.removeIf(group -> group.size < leastMembers);
    found.forEach(this::makeTemplate);
    found.removeIf(group -> group.size == 0);
    for (int id = 0; id < groups.length; id++) {
      if (groups[id].template == null) {
        ids.makeWhole(id);
        groups[id] = whole;
        whole.add(id);
      }
    }
    if (whole.size > 0) {
      whole.template = ColumnTemplate.WORD;
      found.add(whole);
    }
    found.sort(Comparator.comparingInt((Group group) -> group.size).reversed());
    for (int rank = 0; rank < found.size(); rank++) {
      found.get(rank).rank = rank;
    }
    return found;
  }

  /** The group of an id that a pattern matches, to which it is added; null if none does. */
  private @Nullable Group groupByNumbers(int id) {
    for (Group group : patterned) {
      if (ids.findNumbers(id, Objects.requireNonNull(group.pattern))) {
        group.add(id);
        return group;
      }
    }
    return null;
  }

  /** Looks for more ids of a group by its pattern, if it has one and enough have met already. */
  private void knowPattern(Group group) {
    if (group.size == LEAST_MEMBERS && patterned.size() < MOST_PATTERNS) {
      group.pattern = IdPattern.of(ids, group.members[0]);
      if (group.pattern != null) {
        patterned.add(group);
      }
    }
  }

  /** Makes the template of a group; ids that it cannot tell from another go to the words. */
  private void makeTemplate(Group group) {
    int first = group.members[0];
    int[] kinds = new int[ids.fields(first)];
    int[] fields = new int[kinds.length];
    byte[][] pieces = new byte[kinds.length + 1][];
    int count = 0;
    byte[] piece = ids.piece(first, 0);
    for (int field = 0; field < kinds.length; field++) {
      byte[] next = ids.piece(first, field + 1);
      if (ids.kind(first, field) == IdFields.TEXT && isConstant(group, field)) {
        piece = concat(piece, ids.text(first, field), next);
      } else {
        pieces[count] = piece;
        fields[count] = field;
        kinds[count++] = kind(group, field);
        piece = next;
      }
    }
    pieces[count] = piece;
    group.fields = Arrays.copyOf(fields, count);
    group.template =
        new ColumnTemplate(Arrays.copyOf(kinds, count), Arrays.copyOf(pieces, count + 1));
    int kept = 0;
    for (int i = 0; i < group.size; i++) {
      if (groups[group.members[i]] == group) {
        group.members[kept++] = group.members[i];
      }
    }
    group.size = kept;
  }

  private boolean isConstant(Group group, int field) {
    for (int i = 1; i < group.size; i++) {
      if (!ids.isSame(group.members[0], group.members[i], field)) {
        return false;
      }
    }
    return true;
  }

  /** A field's kind; of a number, how far it is padded, so that a longer one has no zero before. */
  private int kind(Group group, int field) {
    int kind = ids.kind(group.members[0], field);
    if (kind != IdFields.DECIMAL) {
      return kind;
    }
    int width = Integer.MAX_VALUE;
    for (int i = 0; i < group.size; i++) {
      int id = group.members[i];
      width = Math.min(width, ids.to(id, field) - ids.from(id, field));
    }
    for (int i = 0; i < group.size; i++) {
      int id = group.members[i];
      int from = ids.from(id, field);
      if (ids.to(id, field) - from > width && ids.bytes()[from] == '0') {
        groups[id] = whole;
      }
    }
    return width;
  }

  private static byte[] concat(byte[] first, byte[] second, byte[] third) {
    byte[] all = Arrays.copyOf(first, first.length + second.length + third.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    System.arraycopy(third, 0, all, first.length + second.length, third.length);
    return all;
  }

  private void writeGroups(PayloadWriter payload, List<Group> found) {
    payload.varint(found.size());
    for (Group group : found) {
      Objects.requireNonNull(group.template).write(payload);
    }
    long[] column = new long[groups.length];
    for (int id = 0; id < groups.length; id++) {
      column[id] = groups[id].rank;
    }
    PackedNumbers.write(payload, column, groups.length);
    WordColumns words = new WordColumns(ids.bytes());
    int[] from = new int[groups.length];
    int[] to = new int[groups.length];
    for (Group group : found) {
      ColumnTemplate template = Objects.requireNonNull(group.template);
      for (int field = 0; field < group.fields.length; field++) {
        for (int i = 0; i < group.size; i++) {
          from[i] = ids.from(group.members[i], group.fields[field]);
          to[i] = ids.to(group.members[i], group.fields[field]);
        }
        if (template.isText(field)) {
          words.add(from, to, group.size);
        } else if (template.isDecimal(field)) {
          writeDecimals(payload, from, to, group.size);
        } else {
          for (int i = 0; i < group.size; i++) {
            payload.hexDigits(ids.bytes(), from[i], to[i]);
          }
        }
      }
    }
    words.write(payload);
  }

  private void writeDecimals(PayloadWriter payload, int[] from, int[] to, int count) {
    long[] column = new long[count];
    for (int i = 0; i < count; i++) {
      column[i] = IdFields.decimal(ids.bytes(), from[i], to[i]);
    }
    PackedNumbers.write(payload, column, count);
  }
}
