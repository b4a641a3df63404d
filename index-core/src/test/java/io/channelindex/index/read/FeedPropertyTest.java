package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.TokenSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random histories, read through random pages, against a naive reading of the same content. */
class FeedPropertyTest {
  private static final List<Set<String>> FEEDS =
      List.of(Set.of("a"), Set.of("a", "b"), Set.of("b", "c"), Set.of("a", "b", "c", "none"));

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void pagesEqualTheWhole(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(random);
    world.live(60);
    SequenceClock since = world.index.stable();
    FeedRequest.Rows which = pick(random, List.of(FeedRequest.Rows.values()));
    Set<String> channels = pick(random, FEEDS);
    Instants time = new Instants();
    try (TestReader reader = reader(world, random, time);
        TestReader other = reader(world, random, time)) {
      String before = reader.follow(new Since.Now(), "a").lastSeq();
      world.live(60);
      world.index.write();
      time.pass();
      reader.refresh();
      other.refresh();
      for (boolean all : new boolean[] {true, false}) {
        SequenceClock from = all ? SequenceClock.zero(since.vbuckets()) : since;
        Since begin = all ? new Since.Beginning() : reader.at(before);
        List<FeedRow> expected =
            world.index.rows(channels, from, world.index.stable()).stream()
                .filter(row -> which == FeedRequest.Rows.ALL || row.isActive())
                .toList();
        assertThat(pages(List.of(reader, other), begin, which, channels, expected.size(), random))
            .map(row -> row.documentId() + row.revision() + row.deleted() + row.removed())
            .containsExactlyElementsOf(
                expected.stream()
                    .map(row -> row.documentId() + row.revision() + row.deleted() + row.removed())
                    .toList());
      }
    }
  }

  /** Pages of random sizes, each begun at the last page's end or at the token of its last row. */
  private static List<Row> pages(
      List<TestReader> readers,
      Since begin,
      FeedRequest.Rows which,
      Set<String> channels,
      int expected,
      Random random) {
    List<Row> rows = new ArrayList<>();
    Follower follower = readers.get(0).follow(begin, which, channels.toArray(String[]::new));
    Page page;
    do {
      page = TestReader.get(follower.next(1 + random.nextInt(9)));
      rows.addAll(page.rows());
      assertThat(page.pending()).isEqualTo(expected - rows.size());
      assertThat(page.caughtUp()).isEqualTo(page.pending() == 0);
      assertThat(page.lastSeq()).isEqualTo(follower.lastSeq());
      if (random.nextBoolean()) {
        int resumed = page.rows().isEmpty() ? 0 : random.nextInt(page.rows().size() + 1);
        String seq = page.lastSeq();
        if (resumed > 0) {
          seq = page.rows().get(resumed - 1).seq();
          rows = new ArrayList<>(rows.subList(0, rows.size() - page.rows().size() + resumed));
        }
        follower.close();
        TestReader reader = pick(random, readers);
        follower = reader.follow(reader.at(seq), which, channels.toArray(String[]::new));
        page = new Page(List.of(), seq, false, 0);
      }
    } while (!page.caughtUp());
    follower.close();
    return rows;
  }

  @Property(tries = 120, shrinking = ShrinkingMode.OFF)
  void everyTokenResumesWithoutGapOnAnyNode(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(random);
    Set<String> channels = pick(random, FEEDS);
    String[] names = channels.toArray(String[]::new);
    Instants time = new Instants();
    try (TestReader one = reader(world, random, time);
        TestReader other = reader(world, random, time)) {
      List<Client> clients = new ArrayList<>();
      clients.add(new Client(one.follow(new Since.Beginning(), names).lastSeq(), Map.of()));
      for (int step = 0; step < 25; step++) {
        world.live(random.nextInt(8));
        if (random.nextInt(6) == 0) {
          world.rollBack();
        }
        time.pass();
        TestReader reader = random.nextBoolean() ? one : other;
        if (random.nextBoolean()) {
          reader.refresh();
        }
        pick(random, clients).read(reader, names, random, clients);
      }
      world.settle();
      one.refresh();
      for (Client client : clients) {
        world.assertKnows(channels, client.drain(one, names));
      }
    }
  }

  /** What a client has been told up to a token; it may go on from there more than once. */
  private record Client(String seq, Map<String, Row> told) {
    void read(TestReader reader, String[] channels, Random random, List<Client> clients) {
      Follower follower = reader.resume(seq, channels);
      Map<String, Row> known = new HashMap<>(told);
      for (int pages = random.nextInt(3); pages >= 0; pages--) {
        Page page = TestReader.get(follower.next(1 + random.nextInt(5)));
        assertThat(page.rows()).map(Row::documentId).doesNotHaveDuplicates();
        for (Row row : page.rows()) {
          known.put(row.documentId(), row);
          clients.add(new Client(row.seq(), Map.copyOf(known)));
        }
        clients.add(new Client(page.lastSeq(), Map.copyOf(known)));
      }
      follower.close();
    }

    Map<String, Row> drain(TestReader reader, String[] channels) {
      Map<String, Row> known = new HashMap<>(told);
      try (Follower follower = reader.resume(seq, channels)) {
        TestReader.drain(follower, 4).forEach(row -> known.put(row.documentId(), row));
      }
      return known;
    }
  }

  /** A node with any token strategy: each reads the tokens of the others. */
  private static TestReader reader(World world, Random random, Instants time) {
    TokenSettings tokens =
        TokenSettings.DEFAULT.with(pick(random, List.of(TokenSettings.Strategy.values())));
    // Without a cache, with one for a few blocks, with one for everything.
    long cachedBytes = pick(random, List.of(0L, 3_000L, 1L << 20));
    return new TestReader(
        world.index,
        pick(random, List.of(TestReader.Rows.values())),
        TestReader.SETTINGS.withCachedBytes(cachedBytes),
        tokens,
        time);
  }

  /** Time that passes in steps, each long enough for new base clocks. */
  static final class Instants implements InstantSource {
    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    void pass() {
      now = now.plus(TokenSettings.DEFAULT.baseInterval());
    }
  }

  private static <T> T pick(Random random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
