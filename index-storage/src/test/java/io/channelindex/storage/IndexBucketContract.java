package io.channelindex.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.IndexBucket.Field;
import io.channelindex.storage.WriteResult.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link IndexBucket} does. */
abstract class IndexBucketContract {
  private static final AtomicLong KEYS = new AtomicLong();

  /** A key that no other test uses. */
  final String key = "contract-" + KEYS.incrementAndGet();

  abstract IndexBucket bucket();

  /** Lets so much time pass. */
  abstract void pass(Duration time);

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private String content() {
    return new String(await(bucket().get(key)).orElseThrow().value(), UTF_8);
  }

  @Test
  void whatIsInsertedIsReadWithItsVersion() {
    byte[] everyByte = HexFormat.of().parseHex("c11d00ff7f80" + "00".repeat(300));

    WriteResult written = await(bucket().insert(key, everyByte));

    assertThat(written.outcome()).isEqualTo(Outcome.WRITTEN);
    assertThat(written.cas()).isNotZero();
    Versioned<byte[]> read = await(bucket().get(key)).orElseThrow();
    assertThat(read.value()).isEqualTo(everyByte);
    assertThat(read.cas()).isEqualTo(written.cas());
  }

  @Test
  void missingIsAnAnswerOfItsOwn() {
    assertThat(await(bucket().get(key))).isEmpty();
    assertThat(await(bucket().replace(key, bytes("x"), 7)))
        .isEqualTo(WriteResult.refused(Outcome.MISSING));
    assertThat(await(bucket().remove(key, 7))).isEqualTo(WriteResult.refused(Outcome.MISSING));
    assertThat(await(bucket().append(key, bytes("x"))))
        .isEqualTo(WriteResult.refused(Outcome.MISSING));
    assertThat(await(bucket().counter(key))).isZero();
    assertThat(await(bucket().getFields(key, List.of("a")))).isEmpty();
  }

  @Test
  void whatIsToGoByItselfGoesAndIsKeptByATouch() {
    String touched = key + "-touched";
    // One second ends with the second of the clock, which may be at once.
    Duration soon = Duration.ofSeconds(2);
    await(bucket().insert(key, bytes("x"), soon));
    await(bucket().insert(touched, bytes("y"), soon));

    assertThat(await(bucket().insert(key, bytes("z"), soon)).outcome()).isEqualTo(Outcome.CONFLICT);
    Versioned<byte[]> kept =
        await(bucket().getAndTouch(touched, Duration.ofHours(1))).orElseThrow();
    assertThat(kept.value()).isEqualTo(bytes("y"));
    pass(Duration.ofSeconds(4));
    assertThat(await(bucket().get(key))).isEmpty();
    assertThat(await(bucket().getAndTouch(key, Duration.ofHours(1)))).isEmpty();
    assertThat(await(bucket().get(touched))).isPresent();
    assertThatThrownBy(() -> bucket().insert(key, bytes("x"), Duration.ofMillis(999)))
        .hasMessage("expiry too short: key=" + key + ", expiry=PT0.999S, min=PT1S");
  }

  @Test
  void whatExistsIsNotInsertedAgain() {
    await(bucket().insert(key, bytes("first")));

    assertThat(await(bucket().insert(key, bytes("second"))))
        .isEqualTo(WriteResult.refused(Outcome.CONFLICT));
    assertThat(content()).isEqualTo("first");
  }

  @Test
  void replacesTheVersionThatWasReadAndNoOther() {
    long first = await(bucket().insert(key, bytes("1"))).cas();
    WriteResult second = await(bucket().replace(key, bytes("2"), first));

    assertThat(second.isWritten()).isTrue();
    assertThat(second.cas()).isNotEqualTo(first);
    assertThat(await(bucket().replace(key, bytes("3"), first)))
        .isEqualTo(WriteResult.refused(Outcome.CONFLICT));
    assertThat(content()).isEqualTo("2");
    assertThat(await(bucket().replace(key, bytes(""), second.cas())).isWritten()).isTrue();
    assertThat(content()).isEmpty();
  }

  @Test
  void removesTheVersionThatWasReadAndNoOther() {
    long first = await(bucket().insert(key, bytes("1"))).cas();
    long second = await(bucket().replace(key, bytes("2"), first)).cas();

    assertThat(await(bucket().remove(key, first))).isEqualTo(WriteResult.refused(Outcome.CONFLICT));
    assertThat(await(bucket().remove(key, second)).isWritten()).isTrue();
    assertThat(await(bucket().get(key))).isEmpty();
    assertThat(await(bucket().insert(key, bytes("3"))).isWritten()).isTrue();
  }

  @Test
  void appendsWhateverTheVersion() {
    long first = await(bucket().insert(key, bytes("a"))).cas();

    WriteResult appended = await(bucket().append(key, bytes("bc")));

    assertThat(appended.isWritten()).isTrue();
    assertThat(appended.cas()).isNotEqualTo(first);
    assertThat(content()).isEqualTo("abc");
    assertThat(await(bucket().replace(key, bytes("x"), first)).outcome())
        .isEqualTo(Outcome.CONFLICT);
  }

  @Test
  void readsManyInTheOrderAsked() {
    List<String> keys = IntStream.range(0, 500).mapToObj(i -> key + "-" + i).toList();
    List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
    for (int i = 0; i < keys.size(); i += 2) {
      writes.add(bucket().insert(keys.get(i), bytes("value-" + i)).toCompletableFuture());
    }
    assertThat(await(Answers.all(writes))).allMatch(WriteResult::isWritten);

    List<Optional<Versioned<byte[]>>> documents = await(bucket().getAll(keys));

    assertThat(documents).hasSize(500);
    for (int i = 0; i < keys.size(); i++) {
      Optional<String> text = documents.get(i).map(document -> new String(document.value(), UTF_8));
      assertThat(text).isEqualTo(i % 2 == 0 ? Optional.of("value-" + i) : Optional.empty());
    }
    assertThat(await(bucket().getAll(List.of()))).isEmpty();
    assertThat(await(bucket().getAll(List.of(keys.get(0), keys.get(0))))).hasSize(2);
  }

  @Test
  void ofManyWritersOfOneVersionOneWins() {
    long first = await(bucket().insert(key, bytes("0"))).cas();
    List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      writes.add(bucket().replace(key, bytes(Integer.toString(i)), first).toCompletableFuture());
    }

    List<WriteResult> results = await(Answers.all(writes));

    assertThat(results).filteredOn(WriteResult::isWritten).hasSize(1);
    assertThat(results).filteredOn(result -> result.outcome() == Outcome.CONFLICT).hasSize(49);
    int winner = 1;
    while (!results.get(winner - 1).isWritten()) {
      winner++;
    }
    assertThat(content()).isEqualTo(Integer.toString(winner));
  }

  @Test
  void countersAddUpFromNothing() {
    assertThat(await(bucket().increment(key, 3))).isEqualTo(3);
    List<CompletableFuture<Long>> additions = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      additions.add(bucket().increment(key, 2).toCompletableFuture());
    }

    assertThat(await(Answers.all(additions))).doesNotHaveDuplicates();
    assertThat(await(bucket().counter(key))).isEqualTo(203);
    assertThat(content()).isEqualTo("203");
  }

  @Test
  void aCounterThatIsNoneIsAFailure() {
    await(bucket().insert(key, bytes("abc")));

    assertThatThrownBy(() -> await(bucket().counter(key)))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("key=" + key);
    assertThatThrownBy(() -> await(bucket().increment(key, 1)))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("key=" + key);
  }

  @Test
  void setsAndReadsFieldsThatAreThere() {
    await(bucket().insert(key, bytes("{\"a\":\"0\",\"b\":{\"c\":\"0\"}}")));

    WriteResult first =
        await(bucket().setFields(key, List.of(new Field("a", "1"), new Field("b.c", "\"ö"))));
    WriteResult second = await(bucket().setFields(key, List.of(new Field("a", "2"))));

    assertThat(first.isWritten()).isTrue();
    assertThat(second.cas()).isNotIn(0L, first.cas());
    assertThat(await(bucket().getFields(key, List.of("b.c", "a", "x", "a.b", "b.x"))))
        .contains(
            List.of(
                Optional.of("\"ö"),
                Optional.of("2"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void setsNothingIfAFieldIsNotThere() {
    assertThat(await(bucket().setFields(key, List.of(new Field("a", "1")))))
        .isEqualTo(WriteResult.refused(Outcome.MISSING));
    assertThat(await(bucket().get(key))).isEmpty();
    String content = "{\"a\":\"0\",\"b\":{}}";
    await(bucket().insert(key, bytes(content)));

    for (String path : List.of("x", "b.c", "x.y", "a.b", "a.b.c")) {
      assertThat(await(bucket().setFields(key, List.of(new Field("a", "1"), new Field(path, "1")))))
          .as(path)
          .isEqualTo(WriteResult.refused(Outcome.MISSING));
    }
    assertThat(content()).isEqualTo(content);
  }

  @Test
  void fieldsOfWhatHasNoneAreAFailure() {
    await(bucket().insert(key, bytes("no json")));

    assertThatThrownBy(() -> await(bucket().getFields(key, List.of("a"))))
        .isExactlyInstanceOf(BucketFailedException.class);
    assertThatThrownBy(() -> await(bucket().setFields(key, List.of(new Field("a", "1")))))
        .isExactlyInstanceOf(BucketFailedException.class);
    assertThat(content()).isEqualTo("no json");
  }

  @Test
  void aFieldThatIsNoTextIsAFailure() {
    await(bucket().insert(key, bytes("{\"a\":{\"b\":1}}")));

    assertThatThrownBy(() -> await(bucket().getFields(key, List.of("a.b"))))
        .isExactlyInstanceOf(BucketFailedException.class)
        .hasMessageContaining("path=a.b");
  }

  @Test
  void refusesWhatCannotBeAsked() {
    assertThatThrownBy(() -> bucket().replace(key, bytes("x"), 0)).hasMessageContaining(key);
    assertThatThrownBy(() -> bucket().remove(key, 0)).hasMessageContaining(key);
    assertThatThrownBy(() -> bucket().increment(key, 0)).hasMessageContaining("delta=0");
    assertThatThrownBy(() -> bucket().setFields(key, List.of())).hasMessageContaining("paths=0");
    assertThatThrownBy(() -> bucket().getFields(key, Collections.nCopies(17, "a")))
        .hasMessageContaining("paths=17");
  }

  @Test
  void callersMayChangeWhatTheyGotOrGave() {
    byte[] given = bytes("abc");
    await(bucket().insert(key, given));
    given[0] = 'X';
    await(bucket().get(key)).orElseThrow().value()[1] = 'Y';

    assertThat(content()).isEqualTo("abc");
  }
}
