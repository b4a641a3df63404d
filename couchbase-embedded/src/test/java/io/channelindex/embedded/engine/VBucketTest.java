package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.Items.body;
import static io.channelindex.embedded.engine.Items.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class VBucketTest {
  private final SettableClock clock = new SettableClock();
  private final Bucket bucket = new Bucket("b", "0".repeat(32), 1, clock);
  private final VBucket vbucket = bucket.vbucket(0);
  private final Key key = Key.of("k");
  private final List<String> heard = new ArrayList<>();

  private void listen() {
    vbucket.follow(
        position ->
            new MutationListener() {
              @Override
              public void onMutation() {
                heard.add("mutation");
              }

              @Override
              public void onClosed(CloseReason reason) {
                heard.add(reason.name());
              }
            });
  }

  private static void assertRefused(ThrowingCallable operation, Status status) {
    assertThatThrownBy(operation).isSameAs(StatusException.of(status));
  }

  @Test
  void whoeverMeetsAnExpiredDocumentTellsTheStreams() {
    vbucket.set(key, write("1", 5, 0));
    listen();
    clock.advance(Duration.ofSeconds(5));

    assertThat(vbucket.get(key)).isNull();

    assertThat(heard).containsExactly("mutation");
    assertThat(vbucket.getWithTombstone(key).kind()).isEqualTo(Item.Kind.EXPIRATION);
    assertThat(bucket.expire()).isZero();
  }

  @Test
  void aRefusedOperationOnAnExpiredDocumentTellsTheStreams() {
    vbucket.set(key, write("1", 5, 0));
    listen();
    clock.advance(Duration.ofSeconds(5));

    assertRefused(() -> vbucket.replace(key, write("2")), Status.KEY_ENOENT);

    assertThat(heard).containsExactly("mutation");
  }

  @Test
  void theRevisionCountsOnWhereThePurgedTombstoneEnded() {
    vbucket.set(key, write("1"));
    vbucket.set(key, write("2"));
    vbucket.delete(key, 0, Durability.NONE);
    vbucket.set(Key.of("newest"), write("1"));
    clock.advance(Duration.ofDays(4));
    assertThat(bucket.purgeTombstones(Duration.ofDays(3))).isEqualTo(1);

    assertThat(vbucket.set(key, write("3")).revision()).isEqualTo(4);
  }

  @Test
  void documentsLiveUntilTheSecondOfTheirExpiry() {
    vbucket.set(key, write("1", 5, 0));

    clock.advance(Duration.ofMillis(4999));
    assertThat(vbucket.get(key)).isNotNull();
    clock.advance(Duration.ofMillis(1));
    assertThat(vbucket.get(key)).isNull();
  }

  @Test
  void expiryTimesUpToThirtyDaysAreRelative() {
    int month = 30 * 24 * 60 * 60;
    int now = (int) clock.seconds();

    assertThat(vbucket.absoluteExpiry(key, 0)).isZero();
    assertThat(vbucket.absoluteExpiry(key, 1)).isEqualTo(now + 1);
    assertThat(vbucket.absoluteExpiry(key, month)).isEqualTo(now + month);
    assertThat(vbucket.absoluteExpiry(key, month + 1)).isEqualTo(month + 1);
    assertThat(vbucket.absoluteExpiry(key, -1)).isEqualTo(-1);
  }

  @Test
  void anExpiryBeyondTheSignedRangeIsInTheFuture() {
    vbucket.set(key, write("1", -1, 0));

    clock.advance(Duration.ofDays(365));

    assertThat(vbucket.get(key)).isNotNull();
    assertThat(bucket.expire()).isZero();
  }

  @Test
  void casGrowsWhateverTheClockDoes() {
    long first = vbucket.set(key, write("1")).cas();
    clock.advance(Duration.ofHours(-1));
    long second = vbucket.set(key, write("2")).cas();
    clock.advance(Duration.ofHours(2));
    long third = vbucket.set(key, write("3")).cas();

    assertThat(second).isEqualTo(first + 1);
    assertThat(third).isGreaterThan(second);
    assertThat(third & 0xffff).isZero();
    assertThat(vbucket.position().maxCas()).isEqualTo(third);
  }

  @Test
  void aLockedDocumentRefusesEverythingWithoutItsCas() {
    Item item = vbucket.set(key, write("1"));
    VBucket.Locked locked = vbucket.lock(key, 10);

    assertThat(locked.item()).isSameAs(item);
    assertThat(locked.cas()).isNotEqualTo(item.cas());
    assertThat(vbucket.visibleCas(item)).isEqualTo(-1);
    assertRefused(() -> vbucket.lock(key, 10), Status.LOCKED);
    assertRefused(() -> vbucket.set(key, write("2")), Status.LOCKED);
    assertRefused(() -> vbucket.set(key, write("2", 0, item.cas())), Status.LOCKED);
    assertRefused(() -> vbucket.replace(key, write("2")), Status.LOCKED);
    assertRefused(() -> vbucket.delete(key, 0, Durability.NONE), Status.LOCKED);
    assertRefused(() -> vbucket.touch(key, 5), Status.LOCKED);
    assertRefused(() -> vbucket.add(key, write("2")), Status.KEY_EEXISTS);
    assertRefused(() -> vbucket.unlock(key, item.cas()), Status.LOCKED);
    assertRefused(() -> vbucket.update(key, 0, Durability.NONE, (a, b, c) -> null), Status.LOCKED);
    assertRefused(
        () -> vbucket.concatenate(key, new byte[1], VBucket.End.BACK, 0, Durability.NONE),
        Status.LOCKED);
  }

  @Test
  void aWriteWithTheLocksCasUnlocks() {
    vbucket.set(key, write("1"));
    VBucket.Locked locked = vbucket.lock(key, 10);

    Item item = vbucket.set(key, write("2", 0, locked.cas()));

    assertThat(item.cas()).isGreaterThan(locked.cas());
    assertThat(vbucket.visibleCas(item)).isEqualTo(item.cas());
    assertRefused(() -> vbucket.unlock(key, locked.cas()), Status.NOT_LOCKED);
  }

  @Test
  void aLockEndsWithItsTime() {
    Item item = vbucket.set(key, write("1"));
    vbucket.lock(key, 30);
    clock.advance(Duration.ofSeconds(29));
    assertRefused(() -> vbucket.delete(key, 0, Durability.NONE), Status.LOCKED);
    clock.advance(Duration.ofSeconds(1));

    assertThat(vbucket.visibleCas(item)).isEqualTo(item.cas());
    vbucket.delete(key, item.cas(), Durability.NONE);
  }

  @Test
  void aLockTimeOutsideOfItsRangeMeansFifteenSeconds() {
    for (int seconds : new int[] {0, -1, 31, Integer.MAX_VALUE}) {
      Item item = vbucket.set(key, write("1"));
      vbucket.lock(key, seconds);
      clock.advance(Duration.ofSeconds(14));
      assertThat(vbucket.visibleCas(item)).isEqualTo(-1);
      clock.advance(Duration.ofSeconds(1));
      assertThat(vbucket.visibleCas(item)).isEqualTo(item.cas());
    }
  }

  @Test
  void touchingWithTheSameTimeIsNoMutation() {
    Item item = vbucket.set(key, write("1", 5, 0));
    listen();

    assertThat(vbucket.touch(key, 5)).isSameAs(item);
    assertThat(heard).isEmpty();

    Item touched = vbucket.touch(key, 6);
    assertThat(touched.seqno()).isEqualTo(2);
    assertThat(touched.value()).isSameAs(item.value());
    assertThat(heard).containsExactly("mutation");
  }

  @Test
  void preservesTheExpiryOnlyOfWhatExists() {
    Write preserving = write("1", 9, 0).expiryRule(Write.ExpiryRule.PRESERVE);
    int now = (int) clock.seconds();

    assertThat(vbucket.set(key, preserving).expiry()).isEqualTo(now + 9);
    clock.advance(Duration.ofSeconds(1));
    assertThat(vbucket.set(key, preserving).expiry()).isEqualTo(now + 9);
    assertThat(vbucket.set(key, write("1")).expiry()).isZero();
  }

  private static byte[] withAttributes(Map<String, String> attributes, String body) {
    ByteArrayOutputStream section = new ByteArrayOutputStream();
    attributes.forEach(
        (name, json) -> {
          byte[] pair = (name + '\0' + json + '\0').getBytes(UTF_8);
          section.writeBytes(new byte[] {0, 0, 0, (byte) pair.length});
          section.writeBytes(pair);
        });
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(new byte[] {0, 0, 0, (byte) section.size()});
    value.writeBytes(section.toByteArray());
    value.writeBytes(body.getBytes(UTF_8));
    return value.toByteArray();
  }

  private void setWithAttributes(String body) {
    byte[] value = withAttributes(new TreeMap<>(Map.of("_s", "1", "u", "2")), body);
    vbucket.set(key, new Write().set(value, Datatype.XATTR | Datatype.JSON, 7, 0, 0));
  }

  @Test
  void aPlainWriteKeepsAttributes() {
    setWithAttributes("{}");

    Item item = vbucket.set(key, write("[1]"));

    assertThat(item.datatype()).isEqualTo(Datatype.XATTR);
    assertThat(body(item)).endsWith("[1]").contains("_s", "u");
  }

  @Test
  void aDeletionKeepsSystemAttributesOnly() {
    setWithAttributes("{}");

    Item tombstone = vbucket.delete(key, 0, Durability.NONE);

    assertThat(tombstone.datatype()).isEqualTo(Datatype.XATTR);
    assertThat(tombstone.value()).isEqualTo(withAttributes(Map.of("_s", "1"), ""));
    assertThat(tombstone.flags()).isZero();
    assertThat(tombstone.expiry()).isEqualTo((int) clock.seconds());
  }

  @Test
  void bytesAreAddedToTheBodyAndNotToTheAttributes() {
    setWithAttributes("[1");

    assertThat(
            body(
                vbucket.concatenate(
                    key, ",2]".getBytes(UTF_8), VBucket.End.BACK, 0, Durability.NONE)))
        .endsWith("\0[1,2]");
    Item front =
        vbucket.concatenate(key, "x".getBytes(UTF_8), VBucket.End.FRONT, 0, Durability.NONE);

    assertThat(body(front)).endsWith("\0x[1,2]").contains("_s");
    assertThat(front.datatype()).isEqualTo(Datatype.XATTR);
    assertThat(front.flags()).isEqualTo(7);
  }

  @Test
  void theDatatypeOfAConcatenationIsThatOfTheResult() {
    vbucket.set(key, write("[1"));

    Item item = vbucket.concatenate(key, "]".getBytes(UTF_8), VBucket.End.BACK, 0, Durability.NONE);

    assertThat(item.datatype()).isEqualTo(Datatype.JSON);
    assertRefused(
        () -> vbucket.concatenate(key, new byte[Limits.BODY], VBucket.End.BACK, 0, Durability.NONE),
        Status.E2BIG);
    assertRefused(
        () ->
            vbucket.concatenate(Key.of("none"), new byte[1], VBucket.End.BACK, 0, Durability.NONE),
        Status.NOT_STORED);
  }

  @Test
  void aCounterBehindAttributesCounts() {
    setWithAttributes("41");

    VBucket.Counted counted =
        vbucket.count(key, new Counter(Counter.Direction.UP, 1, 0, 0), 0, Durability.NONE);

    assertThat(counted.value()).isEqualTo(42);
    assertThat(body(counted.item())).endsWith("\00042").contains("_s");
  }

  @Test
  void anUpdateSeesTheVersionThatItReplaces() {
    Item document = vbucket.set(key, write("1"));
    Item tombstone = vbucket.delete(key, 0, Durability.NONE);
    List<Item> seen = new ArrayList<>();

    Item revived =
        vbucket.update(
            key,
            document.cas(),
            Durability.NONE,
            (existing, cas, seqno) -> {
              seen.add(existing);
              assertThat(cas).isGreaterThan(tombstone.cas());
              assertThat(seqno).isEqualTo(3);
              return new Change(Item.Kind.DOCUMENT, new byte[] {'2'}, 0, 0, 0);
            });

    assertThat(seen).containsExactly(tombstone);
    assertThat(revived.revision()).isEqualTo(3);
    assertThat(body(vbucket.get(key))).isEqualTo("2");
  }

  @Test
  void anUpdateThatChangesNothingGivesBackWhatIsThere() {
    assertThat(vbucket.update(key, 0, Durability.NONE, (existing, cas, seqno) -> null)).isNull();
    Item item = vbucket.set(key, write("1"));
    listen();

    assertThat(vbucket.update(key, 0, Durability.NONE, (existing, cas, seqno) -> null))
        .isSameAs(item);
    assertThat(heard).isEmpty();
    assertRefused(
        () -> vbucket.update(key, 1, Durability.NONE, (a, b, c) -> null), Status.KEY_EEXISTS);
  }

  @Test
  void anUpdateThatRefusesLeavesEverythingAsItWas() {
    Item item = vbucket.set(key, write("1"));

    assertRefused(
        () ->
            vbucket.update(
                key,
                0,
                Durability.NONE,
                (existing, cas, seqno) -> {
                  throw StatusException.of(Status.EINVAL);
                }),
        Status.EINVAL);

    assertThat(vbucket.get(key)).isSameAs(item);
    assertThat(vbucket.position().highSeqno()).isEqualTo(1);
    assertThat(vbucket.position().maxCas()).isEqualTo(item.cas());
  }

  @Test
  void anInactiveVbucketRefusesAndComesBackOnANewBranch() {
    Item item = vbucket.set(key, write("1"));
    long vbuuid = vbucket.vbuuid();
    listen();

    vbucket.deactivate();
    assertThat(vbucket.state()).isEqualTo(VBucketState.DEAD);
    assertRefused(() -> vbucket.get(key), Status.NOT_MY_VBUCKET);
    vbucket.activate();
    vbucket.activate();

    assertThat(vbucket.get(key)).isSameAs(item);
    assertThat(vbucket.vbuuid()).isNotEqualTo(vbuuid);
    assertThat(vbucket.position().failoverLog().branches())
        .extracting(FailoverLog.Branch::seqno)
        .containsExactly(1L, 0L);
    vbucket.set(key, write("2"));
    assertThat(heard).containsExactly("STATE_CHANGED");
  }

  @Test
  void aCrashClosesTheListeners() {
    listen();

    bucket.crash();
    vbucket.set(key, write("1"));

    assertThat(heard).containsExactly("CRASHED");
    assertThat(vbucket.vbuuid()).isEqualTo(vbucket.position().failoverLog().vbuuid());
  }

  @Test
  void aCrashReleasesLocks() {
    vbucket.set(key, write("1"));
    vbucket.lock(key, 10);

    bucket.crash();

    assertThat(body(vbucket.set(key, write("2")))).isEqualTo("2");
  }

  @Test
  void anUnfollowedListenerHearsNothing() {
    MutationListener listener =
        vbucket.follow(
            position ->
                new MutationListener() {
                  @Override
                  public void onMutation() {
                    heard.add("mutation");
                  }

                  @Override
                  public void onClosed(CloseReason reason) {
                    heard.add(reason.name());
                  }
                });
    vbucket.unfollow(listener);
    vbucket.unfollow(listener);

    vbucket.set(key, write("1"));
    bucket.close();

    assertThat(heard).isEmpty();
  }

  @Test
  void nothingNewIsNoSnapshot() {
    assertThat(vbucket.snapshotAfter(0, VBucket.View.EVERYTHING)).isNull();
    vbucket.set(key, write("1"));
    bucket.createCollection("_default", "c", 0);

    assertThat(vbucket.snapshotAfter(1, VBucket.View.DEFAULT_COLLECTION)).isNull();
    assertThat(vbucket.snapshotAfter(2, VBucket.View.EVERYTHING)).isNull();
    try (Snapshot snapshot = vbucket.snapshotAfter(1, VBucket.View.EVERYTHING)) {
      assertThat(snapshot.end()).isEqualTo(2);
    }
  }

  @Test
  void aDurableWriteTakesASeqnoForItsPrepare() {
    vbucket.set(key, write("1"));

    Item durable = vbucket.set(key, write("2").durability(Durability.PREPARED));

    assertThat(durable.seqno()).isEqualTo(3);
    assertThat(Durability.PREPARED.tokenSeqno(durable)).isEqualTo(2);
    assertThat(vbucket.position().highSeqno()).isEqualTo(3);
    assertThat(vbucket.delete(key, 0, Durability.NONE).seqno()).isEqualTo(4);
  }
}
