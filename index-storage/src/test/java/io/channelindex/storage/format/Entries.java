package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Entries to write into blocks: few to look at, arbitrary ones, and such as applications have. */
final class Entries {
  /** A few that need every form that there is. */
  static final List<Entry> MIXED =
      List.of(
          new Entry("doc-1", "1-00ff", 6, 17, 0x1111, EntryState.ACTIVE),
          new Entry("doc-9", "1-" + "0f".repeat(16), 6, 18, 0x1111, EntryState.DELETED),
          new Entry("doc-300", "2-" + "a5".repeat(16), 6, 500, 0x1111, EntryState.ACTIVE),
          new Entry("döc", "2-ABC", 7, -1, 0x3333, EntryState.REMOVED),
          new Entry("döner", "2-ABCD", 7, 1, 0x3333, EntryState.ACTIVE),
          new Entry(
              "u:123e4567-e89b-12d3-a456-426614174000:x",
              "10-beef",
              7,
              2,
              0x3333,
              EntryState.ACTIVE));

  private Entries() {}

  /** The same, and enough that are alike for columns to have something in common. */
  static List<Entry> alike() {
    List<Entry> entries = new ArrayList<>(MIXED);
    for (int i = 0; i < 4; i++) {
      EntryState state = i == 3 ? EntryState.REMOVED : EntryState.ACTIVE;
      entries.add(new Entry("user::00" + 7 * i, i + 1 + "-ab", 8, 20 + i, 0x2222, state));
      entries.add(new Entry("u:" + "ab".repeat(i + 1) + ":x", "1-ab", 9, 1 << i, 5, state));
    }
    return entries;
  }

  /** Few ids, seqnos and tags, so that identities collide in parts and as a whole. */
  static Arbitrary<Entry> colliding() {
    Arbitrary<String> ids =
        Arbitraries.oneOf(
            Arbitraries.of("a", "b", "ab", "\u0000", "ö", "日本", "😀"),
            Arbitraries.strings().ascii().ofMinLength(1).ofMaxLength(250),
            patterned(),
            Arbitraries.strings()
                .all()
                .ofMinLength(1)
                .ofMaxLength(60)
                .map(Entries::wellFormed)
                .filter(id -> !id.isEmpty()));
    Arbitrary<Long> seqnos =
        Arbitraries.oneOf(
                Arbitraries.longs().between(1, 5),
                Arbitraries.longs().between(-3, -1),
                Arbitraries.longs())
            .filter(seqno -> seqno != 0);
    return Combinators.combine(
            ids,
            revisions(),
            Arbitraries.oneOf(Arbitraries.integers().between(0, 2), Arbitraries.just(1023)),
            seqnos,
            Arbitraries.oneOf(Arbitraries.longs().between(0, 2), Arbitraries.longs()),
            Arbitraries.of(EntryState.values()))
        .as(Entry::new)
        // Those above are chosen; all combinations of theirs take longer than the tests.
        .withoutEdgeCases();
  }

  /** Ids that look like templates with fields, at the bounds of what a field can be. */
  private static Arbitrary<String> patterned() {
    Arbitrary<String> parts =
        Arbitraries.oneOf(
            Arbitraries.of(
                "0",
                "7",
                "00",
                "007",
                "999999999999999999",
                "1000000000000000000",
                "000000000000000000",
                "0000000000000000000",
                "doc",
                "-",
                "::",
                "ö",
                "x1",
                "1x1",
                "00ff00ff",
                "00FF00FF",
                "00fF00ff",
                "12345678",
                "ab".repeat(64),
                "0f".repeat(64),
                "123e4567-e89b-12d3-a456-426614174000",
                "123E4567-E89B-12D3-A456-426614174000",
                "123e4567-e89b-12d3-A456-426614174000",
                "123e4567-e89b-12d3-a456-42661417400",
                "00000000-0000-0000-0000-000000000000"),
            Arbitraries.longs().between(0, 2_000).map(Object::toString));
    return parts
        .list()
        .ofMinSize(1)
        .ofMaxSize(7)
        .map(list -> String.join("", list))
        .filter(id -> id.getBytes(StandardCharsets.UTF_8).length <= 250);
  }

  private static Arbitrary<String> revisions() {
    Arbitrary<String> odd =
        Arbitraries.of(
            "-",
            "1-",
            "-ab",
            "01-ab",
            "0-ab",
            "1-abc",
            "1-AB",
            "1-ab-cd",
            "999999999999999999-00",
            "1000000000000000000-00",
            "9223372036854775808-00",
            "1-" + "0".repeat(510),
            "1-" + "0".repeat(512),
            "+1-ab",
            "١-ab",
            "1-日本");
    Arbitrary<String> usual =
        Combinators.combine(
                Arbitraries.longs().between(1, 1_000_000),
                Arbitraries.strings().withChars("0123456789abcdef").ofLength(32))
            .as((generation, digest) -> generation + "-" + digest);
    return Arbitraries.oneOf(odd, usual, Arbitraries.strings().ascii().ofMinLength(1));
  }

  /** So many entries as an application has them, in the order of (vbucket, seqno). */
  static List<Entry> usual(int count, long seed) {
    Random random = new Random(seed);
    byte[] digest = new byte[16];
    long[] seqnos = new long[16];
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int vbucket = random.nextInt(seqnos.length);
      seqnos[vbucket] += 1 + random.nextInt(200);
      random.nextBytes(digest);
      String id =
          switch (random.nextInt(3)) {
            case 0 -> String.format("user::%06d::profile", random.nextInt(1_000_000));
            case 1 -> "order-" + random.nextInt(1_000_000);
            default -> String.format("eu:invoice:%08d", random.nextInt(1_000_000));
          };
      String revision = 1 + random.nextInt(5) + "-" + HexFormat.of().formatHex(digest);
      entries.add(
          new Entry(
              id, revision, vbucket, 5_000_000 + seqnos[vbucket], 77 + vbucket, EntryState.ACTIVE));
    }
    entries.sort(Comparator.comparingInt(Entry::vbucket));
    return entries;
  }

  /** Without halves of surrogate pairs. */
  static String wellFormed(String text) {
    return text.codePoints()
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
