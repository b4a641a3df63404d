package io.channelindex.benchmarks.block;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.EntryFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints what every encoding takes of every kind of entries, in bytes per entry on average and as
 * the ratio to the entropy. Arguments are numbers of entries in a block, 10, 100, 1,000 and 10,000
 * if there is none.
 *
 * <pre>
 *   java -cp 'benchmarks/target/*:benchmarks/target/lib/*' io.channelindex.benchmarks.block.BlockSizes 500
 * </pre>
 */
public final class BlockSizes {
  private static final int BLOCKS = 8;

  private BlockSizes() {}

  /**
   * One cell of the table.
   *
   * @param encoding its name
   * @param entries the name of their kind
   * @param bytesPerEntry on average
   * @param boundPerEntry the entropy
   * @param wrong how many blocks did not come back as they were: 0
   */
  public record Size(
      String encoding, String entries, double bytesPerEntry, double boundPerEntry, int wrong) {
    /** What it takes more than the entropy, as a factor. */
    public double ratio() {
      return bytesPerEntry / boundPerEntry;
    }
  }

  /** The size of blocks of so many entries. */
  public static Size of(String encodingName, String entriesName, int count) {
    BlockEncoding encoding = BlockEncoding.named(encodingName);
    BlockEntries source = BlockEntries.named(entriesName);
    double bytes = 0;
    int wrong = 0;
    for (int seed = 0; seed < BLOCKS; seed++) {
      List<Entry> entries = source.sample(count, seed);
      byte[] block = encoding.encode(entries);
      bytes += block.length;
      wrong += decode(encoding, block).equals(entries) ? 0 : 1;
    }
    double boundPerEntry = source.boundBytes(count) / count;
    return new Size(encodingName, entriesName, bytes / BLOCKS / count, boundPerEntry, wrong);
  }

  /** All entries of a block. */
  static List<Entry> decode(BlockEncoding encoding, byte[] block) {
    List<Entry> entries = new ArrayList<>();
    encoding.decode(
        block,
        EntryFilter.ALL,
        (documentId, revision, vbucket, seqno, vbuuid, state) -> {
          if (revision == null) {
            throw new IllegalStateException("block without a revision: documentId=" + documentId);
          }
          entries.add(new Entry(documentId, revision, vbucket, seqno, vbuuid, state));
        });
    return entries;
  }

  public static void main(String[] arguments) {
    List<Integer> counts = new ArrayList<>();
    for (String argument : arguments) {
      counts.add(Integer.parseInt(argument));
    }
    if (counts.isEmpty()) {
      counts.addAll(List.of(10, 100, 1_000, 10_000));
    }
    for (BlockEntries entries : BlockEntries.values()) {
      for (int count : counts) {
        System.out.printf(
            Locale.ROOT,
            "%n%s, entries=%d, bound=%.2f%n",
            entries.text(),
            count,
            entries.boundBytes(count) / count);
        for (String encoding : BlockEncoding.NAMES) {
          Size size = of(encoding, entries.text(), count);
          System.out.printf(
              Locale.ROOT, "  %-16s %8.2f %7.3f%n", encoding, size.bytesPerEntry(), size.ratio());
        }
      }
    }
  }
}
