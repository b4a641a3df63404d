package io.channelindex.index.write;

import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Retired;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The documents that a compaction removes in the end.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Leftovers {
  private final NavigableSet<Integer> reserved = new TreeSet<>();
  private final NavigableSet<Integer> blocks = new TreeSet<>();
  private final NavigableSet<Integer> packed = new TreeSet<>();
  private final NavigableSet<Integer> pages = new TreeSet<>();

  /** The number of a block that is to be written and that nothing names yet. */
  void reserve(int number) {
    reserved.add(number);
  }

  /** A block that is replaced. */
  void add(Retired.Kind kind, int number) {
    (kind == Retired.Kind.BLOCK ? blocks : packed).add(number);
  }

  /** A compacted block that is named now. */
  void keep(int number) {
    reserved.remove(number);
  }

  /**
   * The pages of the directory that end among these blocks. Not all have to be there; some may be
   * that no head names, because an owner stopped between them and its head.
   */
  void addPages(int firstBlock, int endBlock) {
    int size = ChannelHead.BLOCKS_PER_PAGE;
    for (int page = firstBlock / size; (page + 1) * size <= endBlock; page++) {
      pages.add(page);
    }
  }

  /** What is to be removed if everything ends here. */
  List<Retired> reserved() {
    List<Retired> retired = new ArrayList<>();
    reserved.forEach(number -> add(Retired.Kind.COMPACTED, number, retired));
    return retired;
  }

  List<Retired> all() {
    NavigableSet<Integer> allPacked = new TreeSet<>(packed);
    allPacked.addAll(reserved);
    List<Retired> retired = new ArrayList<>();
    blocks.forEach(number -> add(Retired.Kind.BLOCK, number, retired));
    pages.forEach(number -> add(Retired.Kind.PAGE, number, retired));
    allPacked.forEach(number -> add(Retired.Kind.COMPACTED, number, retired));
    return retired;
  }

  private static void add(Retired.Kind kind, int number, List<Retired> retired) {
    Retired last = retired.isEmpty() ? null : retired.get(retired.size() - 1);
    if (last != null && last.kind() == kind && last.first() + last.count() == number) {
      retired.set(retired.size() - 1, new Retired(kind, last.first(), last.count() + 1));
    } else {
      retired.add(new Retired(kind, number, 1));
    }
  }
}
