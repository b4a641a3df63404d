package io.channelindex.feed;

import static io.channelindex.feed.FeedBed.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.java.json.JsonObject;
import io.channelindex.sequence.VbucketHash;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The watch on a bucket, through trouble. */
class BucketWatchIT {
  private static final Set<String> WATCHED = Set.of("watched", "watched-before", "watched-poison");

  private final List<String> told = new CopyOnWriteArrayList<>();
  private FeedBed bed;
  private BucketWatch watch;

  private final class Telling implements BucketWatch.Listener {
    @Override
    public void changed(String key, byte[] value) {
      told.add(key + "=" + JsonObject.fromJson(value).getInt("n"));
      if (key.equals("watched-poison")) {
        throw new IllegalStateException("poison");
      }
    }

    @Override
    public void resumed() {
      told.add("resumed");
    }

    @Override
    public void interrupted() {
      told.add("interrupted");
    }
  }

  @BeforeEach
  void watch() {
    bed = new FeedBed(8, 2);
    bed.write("watched-before", 1);
    watch = new BucketWatch(bed.settings(), WATCHED, new Telling());
  }

  @AfterEach
  void close() {
    watch.close();
    bed.close();
  }

  private void awaitTold(String... expected) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(told).containsExactly(expected));
  }

  @Test
  void tellsWhatIsWrittenFromNowOn() {
    assertThat(watch.trouble()).isNotNull();
    watch.start();
    awaitTold("resumed");
    assertThat(watch.trouble()).isNull();
    bed.writeWithAttribute("watched", 1, 2_000);
    bed.write("other", 1);
    bed.write("watched", 2);
    bed.documents.remove("watched");
    bed.write("watched", 3);
    awaitTold("resumed", "watched=1", "watched=2", "watched=3");
    watch.close();
    await().atMost(PATIENCE).until(() -> "closed".equals(watch.trouble()));
    bed.write("watched", 4);
    assertThat(told).hasSize(4);
    assertThatThrownBy(watch::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void beginsAgainAfterACrashAndAfterAVbucketWasAway() {
    watch.start();
    awaitTold("resumed");
    bed.bucket().pausePersistence();
    bed.write("watched", 1);
    awaitTold("resumed", "watched=1");
    bed.bucket().crash();
    awaitTold("resumed", "watched=1", "interrupted", "resumed");
    bed.write("watched", 2);
    awaitTold("resumed", "watched=1", "interrupted", "resumed", "watched=2");
    told.clear();
    int vbucket = VbucketHash.vbucket("watched", 8);
    bed.bucket().deactivate(vbucket);
    awaitTold("interrupted");
    assertThat(watch.trouble()).isNotNull();
    bed.bucket().activate(vbucket);
    awaitTold("interrupted", "resumed");
  }

  @Test
  void beginsAgainAfterTheListenerFailed() {
    watch.start();
    awaitTold("resumed");
    bed.write("watched-poison", 1);
    awaitTold("resumed", "watched-poison=1", "interrupted", "resumed");
  }

  @Test
  void waitsForCouchbase() {
    bed.stopNode();
    watch.start();
    await().atMost(PATIENCE).until(() -> String.valueOf(watch.trouble()).contains("no connection"));
    bed.startNodeAgain();
    awaitTold("resumed");
  }
}
