package io.channelindex.index.write;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * Documents of a history, written, moved and deleted at random in vbuckets whose numbers have no
 * gap.
 */
final class RandomDocuments {
  /** Where documents may be, besides in the channel of all. */
  static final List<String> CHANNELS = List.of("a", "b", "c", "d", "lärm und \n");

  private final Random random;
  private final SortedMap<Integer, DataVbucket> vbuckets;
  private final int known;
  private int names;

  /**
   * No documents yet.
   *
   * @param known how many of a vbucket's documents are written time and again, at most
   */
  RandomDocuments(Random random, SortedMap<Integer, DataVbucket> vbuckets, int known) {
    this.random = random;
    this.vbuckets = vbuckets;
    this.known = known;
  }

  int anyVbucket() {
    return vbuckets.firstKey() + random.nextInt(vbuckets.size());
  }

  DataVbucket any() {
    return vbuckets.get(anyVbucket());
  }

  /** Writes some documents of a vbucket, old ones and new ones. */
  void write(int vbucket, int count) {
    DataVbucket into = vbuckets.get(vbucket);
    for (int i = 0; i < count; i++) {
      // A document never changes its vbucket.
      String id = "doc" + vbucket + "-" + random.nextInt(1 + names % known);
      if (random.nextInt(3) == 0 || into.isPurged(id)) {
        id = "new" + vbucket + "-" + names++;
      }
      Optional<Set<String>> channels =
          random.nextInt(6) == 0 ? Optional.empty() : Optional.of(someChannels());
      into.write(id, channels);
    }
  }

  Set<String> someChannels() {
    return someChannels(random);
  }

  static Set<String> someChannels(Random random) {
    Set<String> channels = new TreeSet<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      channels.add(CHANNELS.get(random.nextInt(CHANNELS.size())));
    }
    return channels;
  }

  /** Some vbucket loses up to half of its history; its streams have to be disconnected. */
  void failOver() {
    DataVbucket source = any();
    source.failOver(Math.max(0, source.high() - random.nextInt(1 + (int) source.high() / 2)));
  }
}
