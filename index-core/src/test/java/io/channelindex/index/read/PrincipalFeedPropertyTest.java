package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.token.TokenSettings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random grants in random histories, read through random pages on two nodes. */
class PrincipalFeedPropertyTest {
  /** Whether history is lost now and then. */
  private enum History {
    KEPT,
    LOST
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void whoComesBackIsToldWhatItCanSee(@ForAll long seed) {
    histories(seed, History.KEPT);
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void soIsWhoComesBackAfterHistoryWasLost(@ForAll long seed) {
    histories(seed, History.LOST);
  }

  private static void histories(long seed, History kind) {
    Random random = new Random(seed);
    PrincipalWorld world = new PrincipalWorld(random);
    FeedPropertyTest.Instants time = new FeedPropertyTest.Instants();
    try (TestReader one = reader(world, random, time);
        TestReader other = reader(world, random, time)) {
      List<Client> clients = new ArrayList<>();
      clients.add(new Client(follow(one, world, new Since.Beginning()).lastSeq(), Map.of()));
      for (int step = 0; step < 25; step++) {
        world.world.live(random.nextInt(8));
        if (random.nextInt(3) == 0) {
          world.change();
        }
        if (kind == History.LOST && random.nextInt(6) == 0) {
          world.world.rollBack();
        }
        time.pass();
        TestReader reader = random.nextBoolean() ? one : other;
        if (random.nextBoolean()) {
          reader.refresh();
        }
        clients.get(random.nextInt(clients.size())).read(reader, world, random, clients);
      }
      world.world.settle();
      one.refresh();
      other.refresh();
      for (Client client : clients) {
        client.drain(one, other, world);
      }
    }
  }

  /** What a client has been told up to a token; it may go on from there more than once. */
  private record Client(String seq, Map<String, Row> told) {
    void read(TestReader reader, PrincipalWorld world, Random random, List<Client> clients) {
      Map<String, Row> known = new HashMap<>(told);
      try (Follower follower = follow(reader, world, reader.at(seq))) {
        for (int pages = random.nextInt(4); pages >= 0; pages--) {
          if (random.nextInt(4) == 0) {
            world.change();
            world.world.live(2);
            reader.refresh();
          }
          Page page = TestReader.get(follower.next(1 + random.nextInt(5)));
          assertThat(page.caughtUp()).isEqualTo(page.pending() == 0);
          for (Row row : page.rows()) {
            known.put(row.documentId(), row);
            clients.add(new Client(row.seq(), Map.copyOf(known)));
          }
          clients.add(new Client(page.lastSeq(), Map.copyOf(known)));
        }
      }
    }

    void drain(TestReader one, TestReader other, PrincipalWorld world) {
      Map<String, Row> known = new HashMap<>(told);
      List<Row> rows;
      String end;
      try (Follower follower = follow(one, world, one.at(seq))) {
        rows = PrincipalFeedPropertyTest.drain(follower);
        end = follower.lastSeq();
      }
      rows.forEach(row -> known.put(row.documentId(), row));
      world.assertKnows(known, rows);
      try (Follower again = follow(other, world, other.at(end))) {
        assertThat(PrincipalFeedPropertyTest.drain(again)).as("never again").isEmpty();
      }
    }
  }

  private static List<Row> drain(Follower follower) {
    List<Row> rows = new ArrayList<>();
    do {
      rows.addAll(TestReader.drain(follower, 3));
    } while (follower.news().toCompletableFuture().isDone());
    return rows;
  }

  private static Follower follow(TestReader reader, PrincipalWorld world, Since since) {
    return TestReader.get(
        reader
            .index
            .principals(world.principals)
            .follow(PrincipalWorld.USER, since, FeedRequest.Rows.ALL));
  }

  private static TestReader reader(PrincipalWorld world, Random random, InstantSource time) {
    TokenSettings.Strategy[] strategies = TokenSettings.Strategy.values();
    TokenSettings tokens =
        TokenSettings.DEFAULT.with(strategies[random.nextInt(strategies.length)]);
    TestReader.Rows rows =
        random.nextBoolean() ? TestReader.Rows.IN_BUCKET : TestReader.Rows.IN_MEMORY;
    return new TestReader(world.world.index, rows, TestReader.SETTINGS, tokens, time);
  }
}
