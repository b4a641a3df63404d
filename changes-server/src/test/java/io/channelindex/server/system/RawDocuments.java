package io.channelindex.server.system;

import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.java.Collection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Documents of a program that knows channels and nothing of revisions. It never writes over what it
 * deleted: the data service would drop what the document says of its former channels. For one
 * thread at a time.
 */
final class RawDocuments {
  private static final int MOST = 60;

  private final Collection collection;
  private final String prefix;
  private final List<String> channels;
  private final Random random;
  private final List<String> alive = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();

  RawDocuments(Collection collection, String prefix, List<String> channels, long seed) {
    this.collection = collection;
    this.prefix = prefix;
    this.channels = channels;
    this.random = new Random(seed);
  }

  /** Writes or deletes one; what became of it if the nodes moved or failed, nobody knows. */
  void write() {
    try {
      if (!alive.isEmpty() && random.nextInt(8) == 0) {
        collection.remove(alive.remove(random.nextInt(alive.size())));
        return;
      }
      if (alive.size() < MOST && random.nextInt(2) == 0) {
        String id = prefix + ids.size();
        ids.add(id);
        alive.add(id);
      }
      if (!alive.isEmpty()) {
        String channel = channels.get(random.nextInt(channels.size()));
        collection.upsert(
            alive.get(random.nextInt(alive.size())),
            Map.of("n", random.nextLong(), "channels", List.of(channel)));
      }
    } catch (CouchbaseException ambiguous) {
      // The data bucket is asked in the end.
    }
  }

  /** All that it ever wrote. */
  List<String> ids() {
    return ids;
  }
}
