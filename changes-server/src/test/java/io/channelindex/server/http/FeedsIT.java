package io.channelindex.server.http;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import io.channelindex.server.documents.StoredDocument;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three feeds, byte by byte, and what becomes of them when either side fails. */
class FeedsIT {
  private static final String EMPTY_TAIL =
      "],\n\"last_seq\":\"" + FakeDatabase.TOKEN + "\",\"pending\":0}\n";

  private TestFront front;
  private FakeFollower follower;

  @BeforeEach
  void open() {
    front = new TestFront();
    follower = front.database.prepare();
  }

  @AfterEach
  void close() {
    front.close();
    for (FakeFollower each : front.database.followers()) {
      assertThat(each.wasOverlapped()).isFalse();
    }
  }

  private static String continuousEnd(String seq) {
    return "{\"last_seq\":\"" + seq + "\"}\n";
  }

  @Test
  void anEmptyNormalFeedIsOneAnswer() {
    try (RawClient client = front.raw().get("/db/_changes")) {
      String head = client.head();

      assertThat(head)
          .startsWith("HTTP/1.1 200 OK\r\n")
          .containsIgnoringCase("content-type: application/json")
          .containsIgnoringCase("cache-control: no-cache, no-store");
      assertThat(client.body(head)).isEqualTo("{\"results\":[\n" + EMPTY_TAIL);
    }
    assertThat(follower.isClosed()).isTrue();
  }

  @Test
  void aNormalFeedIsStreamedPageByPageWithCommasAtTheEndsOfLines() {
    follower.add(
        Rows.row("s1", "a"), Rows.row("s2", "b"), Rows.row("s3", "c"), Rows.row("s4", "d"));

    try (RawClient client = front.raw().get("/db/_changes?since=0")) {
      client.head();

      assertThat(client.chunks())
          .containsExactly(
              "{\"results\":[\n"
                  + Rows.json("s1", "a")
                  + ",\n"
                  + Rows.json("s2", "b")
                  + ",\n"
                  + Rows.json("s3", "c"),
              ",\n" + Rows.json("s4", "d") + "\n],\n\"last_seq\":\"s4\",\"pending\":0}\n");
    }
    assertThat(follower.asked()).containsExactly(3, 3);
  }

  @Test
  void rowsSayWhatWasDeletedAndWhatLeftWhichChannels() {
    follower.add(
        new Row("s1", "ü\"\\\u0001", "2-a", true, List.of()),
        new Row("s2", "b", "3-b", false, List.of("x", "y\"")));

    assertThat(front.get("/db/_changes").body())
        .isEqualTo(
            """
            {"results":[
            {"seq":"s1","id":"ü\\"\\\\\\u0001","changes":[{"rev":"2-a"}],"deleted":true},
            {"seq":"s2","id":"b","changes":[{"rev":"3-b"}],"removed":["x","y\\""]}
            ],
            "last_seq":"s2","pending":0}
            """);
  }

  @Test
  void aLimitEndsAnyFeedAndSaysWhatIsLeft() {
    for (String kind : List.of("normal", "longpoll")) {
      follower = front.database.prepare();
      follower.add(
          IntStream.range(0, 6).mapToObj(i -> Rows.row("s" + i, "d" + i)).toArray(Row[]::new));

      String body = front.get("/db/_changes?limit=4&feed=" + kind).body();

      assertThat(body).endsWith("\n],\n\"last_seq\":\"s3\",\"pending\":2}\n");
      assertThat(follower.asked()).containsExactly(3, 1);
    }
    follower = front.database.prepare();
    follower.add(Rows.row("s1", "a"), Rows.row("s2", "b"), Rows.row("s3", "c"));

    assertThat(front.get("/db/_changes?limit=2&feed=continuous").body())
        .isEqualTo(Rows.json("s1", "a") + "\n" + Rows.json("s2", "b") + "\n" + continuousEnd("s2"));
  }

  @Test
  void aLongpollShowsLifeAtOnceAndEndsWithItsFirstRows() {
    try (RawClient client = front.raw().get("/db/_changes?feed=longpoll&heartbeat=1")) {
      client.head();
      assertThat(client.chunk()).isEqualTo("{\"results\":[\n");
      assertThat(client.chunk()).isEqualTo("\n");
      assertThat(client.chunk()).isEqualTo("\n");

      follower.add(Rows.row("s1", "a"), Rows.row("s2", "b"));

      assertThat(String.join("", client.chunks()).stripLeading())
          .isEqualTo(
              Rows.json("s1", "a")
                  + ",\n"
                  + Rows.json("s2", "b")
                  + "\n],\n\"last_seq\":\"s2\",\"pending\":0}\n");
    }
    assertThat(front.count("channelindex.feeds.heartbeats")).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aQuietLongpollEndsWellFormed() {
    assertThat(front.get("/db/_changes?feed=longpoll&timeout=60").body())
        .isEqualTo("{\"results\":[\n" + EMPTY_TAIL);
    assertThat(front.get("/db/_changes?feed=longpoll&timeout=0").body())
        .isEqualTo("{\"results\":[\n" + EMPTY_TAIL);
    assertThat(follower.isClosed()).isTrue();
  }

  @Test
  void aContinuousFeedSendsEachRowWithItsNewlineAtOnceAndHeartbeatsByThemselves() {
    try (RawClient client = front.raw().get("/db/_changes?feed=continuous&heartbeat=50")) {
      assertThat(client.head()).startsWith("HTTP/1.1 200 OK");
      assertThat(client.chunk()).isEqualTo("\n");
      follower.add(Rows.row("s1", "a"));
      assertThat(nextButHeartbeats(client)).isEqualTo(Rows.json("s1", "a") + "\n");
      follower.add(Rows.row("s2", "b"), Rows.row("s3", "c"));
      assertThat(nextButHeartbeats(client))
          .isEqualTo(Rows.json("s2", "b") + "\n" + Rows.json("s3", "c") + "\n");
      assertThat(client.chunk()).isEqualTo("\n");
    }
  }

  private static String nextButHeartbeats(RawClient client) {
    String chunk = client.chunk();
    while ("\n".equals(chunk)) {
      chunk = client.chunk();
    }
    return chunk;
  }

  @Test
  void aContinuousFeedWithoutHeartbeatIsSilentAndEndsAfterItsTimeout() {
    try (RawClient client = front.raw().get("/db/_changes?feed=continuous&timeout=400")) {
      client.head();
      assertThat(client.isSilentFor(100)).isTrue();
      follower.add(Rows.row("s1", "a"));

      assertThat(client.chunks()).containsExactly(Rows.json("s1", "a") + "\n", continuousEnd("s1"));
    }
  }

  @Test
  void aTimeoutDoesNotEndAFeedInTheMiddleOfARead() {
    follower.hang();
    try (RawClient client = front.raw().get("/db/_changes?feed=longpoll&timeout=50")) {
      client.head();
      assertThat(client.chunk()).isEqualTo("{\"results\":[\n");
      assertThat(client.isSilentFor(300)).isTrue();
      follower.add(Rows.row("s1", "a"));
      follower.resume();

      assertThat(String.join("", client.chunks())).startsWith(Rows.json("s1", "a"));
    }
  }

  @Test
  void optionsReachTheIndex() {
    follower.add(Rows.row("s1", "a"));
    front.send(
        "POST",
        "/db/_changes?since=" + FakeDatabase.TOKEN,
        "{\"since\":0,\"channels\":[\"x\",\"y\"],\"active_only\":true,\"limit\":\"1\"}");

    FeedRequest request = front.database.requests().get(0);
    assertThat(request.channels()).isEqualTo(Set.of("x", "y"));
    assertThat(request.rows()).isEqualTo(FeedRequest.Rows.ACTIVE);
    assertThat(request.since())
        .isInstanceOfSatisfying(
            Since.At.class, at -> assertThat(at.seq()).isEqualTo(FakeDatabase.TOKEN));
  }

  @ParameterizedTest
  @CsvSource({
    FakeDatabase.FOREIGN_TOKEN + ", 400, foreign_since",
    FakeDatabase.UNKNOWN_TOKEN + ", 410, unknown_since",
    FakeDatabase.EXPIRED_TOKEN + ", 410, expired_since",
    "mangled, 400, bad_request",
    "12, 400, bad_request",
    "-1, 400, bad_request"
  })
  void aTokenThatIsNoGoodIsAnAnswerOfItsOwnOnEveryFeed(String token, int status, String error) {
    for (String feed : List.of("normal", "longpoll", "continuous")) {
      HttpResponse<String> answer =
          front.get("/db/_changes?heartbeat=1000&feed=" + feed + "&since=" + token);

      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.body()).contains("\"error\":\"" + error + "\"").contains("since=" + token);
    }
    assertThat(front.database.requests()).isEmpty();
  }

  @Test
  void aMangledTokenIsShortenedInTheAnswer() {
    String mangled = "x".repeat(200);

    assertThat(front.get("/db/_changes?since=" + mangled).body())
        .contains("since=" + mangled.substring(0, 80) + "…");
  }

  @Test
  void aFeedThatWaitsBeginsAlthoughItsTokenCannotBeLookedUpYet() {
    front.database.indexAway(true);
    assertThat(front.get("/db/_changes?since=" + FakeDatabase.TOKEN).statusCode()).isEqualTo(503);
    String path = "/db/_changes?feed=continuous&heartbeat=50&since=" + FakeDatabase.TOKEN;
    try (RawClient client = front.raw().get(path)) {
      client.head();
      assertThat(client.chunk()).isEqualTo("\n");
      front.database.indexAway(false);
      follower.add(Rows.row("s1", "a"));
      assertThat(nextButHeartbeats(client)).isEqualTo(Rows.json("s1", "a") + "\n");
    }
  }

  @Test
  void aFilterOnIdsLetsOthersPassAndCountsWhatIsSent() {
    follower.add(
        IntStream.range(0, 9).mapToObj(i -> Rows.row("s" + i, "d" + i)).toArray(Row[]::new));

    String body =
        front
            .send(
                "POST",
                "/db/_changes?filter=_doc_ids&limit=2",
                "{\"doc_ids\":[\"d1\",\"d4\",\"d8\"]}")
            .body();

    assertThat(body)
        .isEqualTo(
            "{\"results\":[\n"
                + Rows.json("s1", "d1")
                + ",\n"
                + Rows.json("s4", "d4")
                + "\n],\n\"last_seq\":\"s4\",\"pending\":4}\n");
  }

  @Test
  void aClientThatDoesNotReadIsPausedAndOthersAreNot() {
    follower.makeEndless();
    try (RawClient lazy = front.raw().get("/db/_changes?feed=continuous&heartbeat=50")) {
      lazy.head();
      int asked = settledAsks();

      FakeFollower other = front.database.prepare();
      other.add(Rows.row("s1", "a"));
      assertThat(front.get("/db/_changes").statusCode()).isEqualTo(200);
      assertThat(follower.asked()).hasSize(asked);

      for (int i = 0; i < 2_000; i++) {
        assertThat(lazy.chunk()).isNotNull();
      }
      await().until(() -> follower.asked().size() > asked);
    }
    await().until(follower::isClosed);
  }

  private int settledAsks() {
    int[] last = {-1};
    await()
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> {
              int now = follower.asked().size();
              boolean settled = now > 0 && now == last[0];
              last[0] = now;
              return settled;
            });
    return last[0];
  }

  @Test
  void aClientThatLeavesFreesItsFeedAtOnceWhateverTheFeedDoes() {
    for (String options : List.of("feed=continuous", "feed=longpoll&heartbeat=10000")) {
      follower = front.database.prepare();
      try (RawClient client = front.raw().get("/db/_changes?" + options)) {
        client.head();
        await().until(() -> !follower.asked().isEmpty());
      }
      await().until(follower::isClosed);
    }
    FakeFollower hanging = front.database.prepare();
    hanging.hang();
    RawClient leaving = front.raw().get("/db/_changes");
    await().until(() -> front.openFeeds(FeedKind.NORMAL) == 1);
    leaving.close();
    await().until(hanging::isClosed);
    await().until(() -> front.openFeeds(FeedKind.NORMAL) == 0);
    assertThat(front.openFeeds(FeedKind.CONTINUOUS)).isZero();
    assertThat(front.openFeeds(FeedKind.LONGPOLL)).isZero();
  }

  @Test
  void aClientThatLeavesWhileItsOptionsAreReadLeavesNoFeed() {
    HttpSettings settings = HttpSettings.at(TestFront.ANY, TestFront.ANY);
    // So many that they are not read on the event loop, which learns meanwhile that nobody waits.
    String ids =
        IntStream.range(0, 300_000).mapToObj(i -> "\"doc" + i + "\"").collect(joining(","));
    String body = "{\"feed\":\"continuous\",\"filter\":\"_doc_ids\",\"doc_ids\":[" + ids + "]}";
    try (TestFront large = new TestFront(settings, TestFront.LIMITS)) {
      try (RawClient client = large.raw()) {
        String head = "POST /db/_changes HTTP/1.1\r\nHost: t\r\nContent-Length: ";
        client.send(head + body.length() + "\r\n\r\n" + body);
      }
      await().until(() -> large.registry.find("channelindex.http.requests").timer() != null);

      await().during(Duration.ofSeconds(1)).until(() -> large.openFeeds(FeedKind.CONTINUOUS) == 0);
    }
  }

  @Test
  void withoutAnIndexANormalFeedIsRefusedBeforeItsFirstByte() {
    front.database.indexAway(true);
    HttpResponse<String> unopened = front.get("/db/_changes");
    front.database.indexAway(false);
    follower.goAway();
    HttpResponse<String> unread = front.get("/db/_changes");

    for (HttpResponse<String> refused : List.of(unopened, unread)) {
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).contains("1");
      assertThat(refused.body()).startsWith("{\"error\":\"service_unavailable\",\"reason\":");
    }
    assertThat(follower.isClosed()).isTrue();
    assertThat(front.count("channelindex.feeds.cut")).isZero();
  }

  @Test
  void aNormalFeedThatLosesItsIndexIsCutWithoutItsTail() {
    follower.makeEndless();
    try (RawClient client = front.raw().get("/db/_changes")) {
      client.head();
      assertThat(client.chunk()).startsWith("{\"results\":[\n");
      follower.goAway();
      String rest = client.rest();

      assertThat(rest).doesNotContain("last_seq").doesNotEndWith("0\r\n\r\n");
    }
    assertThat(front.count("channelindex.feeds.cut")).isEqualTo(1);
    assertThat(front.openFeeds(FeedKind.NORMAL)).isZero();
  }

  @Test
  void waitingFeedsOutliveTheIndexAndGoOnByThemselves() {
    front.database.indexAway(true);
    try (RawClient client = front.raw().get("/db/_changes?feed=continuous&heartbeat=50")) {
      client.head();
      assertThat(client.chunk()).isEqualTo("\n");
      assertThat(front.gauge("channelindex.feeds.waiting.for.index")).isEqualTo(1);
      front.database.indexAway(false);
      follower.add(Rows.row("s1", "a"));
      assertThat(nextButHeartbeats(client)).isEqualTo(Rows.json("s1", "a") + "\n");
      assertThat(front.gauge("channelindex.feeds.waiting.for.index")).isZero();

      follower.goAway();
      follower.add(Rows.row("s2", "b"));
      await().until(() -> front.gauge("channelindex.feeds.waiting.for.index") == 1);
      assertThat(client.chunk()).isEqualTo("\n");
      follower.comeBack();
      assertThat(nextButHeartbeats(client)).isEqualTo(Rows.json("s2", "b") + "\n");
    }
    await().until(() -> front.gauge("channelindex.feeds.waiting.for.index") == 0);
  }

  @Test
  void aTimeoutWithoutIndexEndsWhereTheFeedBeganOrNotInOrderIfThatIsUnknown() {
    front.database.indexAway(true);
    assertThat(
            front.get("/db/_changes?feed=longpoll&timeout=60&since=" + FakeDatabase.TOKEN).body())
        .isEqualTo("{\"results\":[\n" + EMPTY_TAIL);

    try (RawClient client = front.raw().get("/db/_changes?feed=longpoll&timeout=60&since=now")) {
      client.head();
      assertThat(client.rest()).doesNotContain("last_seq");
    }
  }

  @Test
  void documentsAreIncludedOnlyWhereTheyAreTheRowsRevisionAndInTheFeed() {
    put("current", "1-current", false, Set.of("x"));
    put("newer", "2-newer", false, Set.of("x"));
    put("left", "1-left", false, Set.of("y"));
    put("gone", "1-gone", true, Set.of());
    follower.add(
        Rows.row("s1", "current"),
        Rows.row("s2", "newer"),
        new Row("s3", "left", "1-left", false, List.of("x")),
        new Row("s4", "gone", "1-gone", true, List.of()),
        Rows.row("s5", "unknown"));

    String body =
        front.get("/db/_changes?include_docs=true&filter=sync_gateway/bychannel&channels=x").body();

    assertThat(body.lines())
        .contains(
            Rows.json("s1", "current").replaceFirst("}$", "")
                + ",\"doc\":{\"_id\":\"current\",\"_rev\":\"1-current\",\"n\":1}},",
            Rows.json("s2", "newer") + ",",
            "{\"seq\":\"s3\",\"id\":\"left\",\"changes\":[{\"rev\":\"1-left\"}],\"removed\":[\"x\"]},",
            "{\"seq\":\"s4\",\"id\":\"gone\",\"changes\":[{\"rev\":\"1-gone\"}],\"deleted\":true,"
                + "\"doc\":{\"_id\":\"gone\",\"_rev\":\"1-gone\",\"_deleted\":true}},",
            Rows.json("s5", "unknown"));
    assertThat(follower.asked()).containsOnly(2);
  }

  private void put(String id, String revision, boolean deleted, Set<String> channels) {
    var body = JsonNodeFactory.instance.objectNode();
    if (!deleted) {
      body.put("n", 1);
    }
    front.database.put(new StoredDocument(id, revision, deleted, channels, body));
  }

  @Test
  void documentsThatCannotBeReadAreNotLeftOut() {
    put("a", "1-a", false, Set.of());
    follower.add(Rows.row("s1", "a"));
    front.database.documentsAway(true);
    assertThat(front.get("/db/_changes?include_docs=true").statusCode()).isEqualTo(503);

    follower = front.database.prepare();
    follower.add(Rows.row("s1", "a"));
    try (RawClient client =
        front.raw().get("/db/_changes?feed=continuous&include_docs=true&heartbeat=50")) {
      client.head();
      assertThat(client.chunk()).isEqualTo("\n");
      front.database.documentsAway(false);
      assertThat(nextButHeartbeats(client)).contains("\"doc\":{\"_id\":\"a\"");
    }
  }

  @Test
  void moreFeedsThanAllowedAreRefused() {
    List<RawClient> clients =
        IntStream.range(0, TestFront.LIMITS.maxOpenFeeds())
            .mapToObj(i -> front.raw().get("/db/_changes?feed=continuous"))
            .toList();
    clients.forEach(RawClient::head);

    HttpResponse<String> refused = front.get("/db/_changes");

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("maxOpenFeeds=20");
    assertThat(front.get("/db/_changes?since=" + FakeDatabase.TOKEN).statusCode()).isEqualTo(503);
    clients.forEach(RawClient::close);
    await().until(() -> front.openFeeds(FeedKind.CONTINUOUS) == 0);
    assertThat(front.get("/db/_changes").statusCode()).isEqualTo(200);
  }

  @Test
  void aShutdownEndsWaitingFeedsInOrder() {
    try (RawClient continuous = front.raw().get("/db/_changes?feed=continuous");
        RawClient longpoll = front.raw().get("/db/_changes?feed=longpoll")) {
      continuous.head();
      longpoll.head();
      assertThat(longpoll.chunk()).isEqualTo("{\"results\":[\n");

      front.close();

      assertThat(continuous.chunks()).containsExactly(continuousEnd(FakeDatabase.TOKEN));
      assertThat(longpoll.chunks()).containsExactly(EMPTY_TAIL);
      assertThat(continuous.rest()).isEmpty();
    }
    assertThat(follower.isClosed()).isTrue();
  }

  @Test
  void normalFeedsAreCompressedForThoseWhoAskAndOthersNever() throws Exception {
    follower.add(Rows.row("s1", "a"));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + front.front.publicAddress() + "/db/_changes"))
            .header("Accept-Encoding", "gzip")
            .build();
    HttpResponse<byte[]> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
    assertThat(inflate(answer.body())).contains(Rows.json("s1", "a")).endsWith("\"pending\":0}\n");

    FakeFollower quiet = front.database.prepare();
    try (RawClient client =
        front
            .raw()
            .send(
                "GET /db/_changes?feed=continuous HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n")) {
      assertThat(client.head()).doesNotContainIgnoringCase("gzip");
      quiet.add(Rows.row("s2", "b"));
      assertThat(client.chunk()).isEqualTo(Rows.json("s2", "b") + "\n");
    }
  }

  private static String inflate(byte[] bytes) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
