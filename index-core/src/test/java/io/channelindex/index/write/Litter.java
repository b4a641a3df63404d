package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The documents of an index bucket that nothing leads to: nobody would ever remove them. */
final class Litter {
  private static final List<String> KINDS =
      List.of(":block:", ":packed:", ":page:", ":seq:", ":rev");

  private final OnePartition partition;
  private final Set<String> reachable = new TreeSet<>();

  private Litter(OnePartition partition) {
    this.partition = partition;
  }

  /** The keys of what no head of the partition names. */
  static Set<String> in(OnePartition partition) {
    Litter litter = new Litter(partition);
    partition.reading.registered().forEach(litter::follow);
    Set<String> left = new TreeSet<>();
    for (String key : partition.bucket.keys()) {
      if (KINDS.stream().anyMatch(key::contains) && !litter.reachable.contains(key)) {
        left.add(key);
      }
    }
    return left;
  }

  private void follow(String channel) {
    byte[] document = partition.bucket.peek(partition.keys.head(channel, 0));
    if (document == null) {
      return;
    }
    ChannelHead head = ChannelHead.decode("head", channel, document);
    for (Summary page : head.pages()) {
      String key = partition.keys.page(channel, 0, page.number());
      reachable.add(key);
      add(channel, DirectoryPage.decode(key, channel, partition.bucket.peek(key)).blocks());
    }
    add(channel, head.closed());
    for (int number = head.active(); ; number++) {
      String key = partition.keys.block(channel, 0, number);
      if (partition.bucket.peek(key) == null) {
        break;
      }
      reachable.add(key);
    }
    head.compacted()
        .blocks()
        .forEach(block -> reachable.add(partition.keys.packed(channel, 0, block.number())));
    for (Entry entry : partition.reading.entries(channel)) {
      if (entry.state() == EntryState.ACTIVE) {
        reachable.add(partition.keys.sequence(entry.vbucket(), entry.vbuuid(), entry.seqno()));
        reachable.add(partition.keys.revisions(entry.documentId()));
      }
    }
  }

  private void add(String channel, List<Summary> blocks) {
    blocks.forEach(block -> reachable.add(partition.keys.block(channel, 0, block.number())));
  }
}
