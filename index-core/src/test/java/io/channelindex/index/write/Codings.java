package io.channelindex.index.write;

import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Dictionary;
import io.channelindex.storage.layout.BlockCoding;
import java.nio.charset.StandardCharsets;

/** How histories compress their blocks: in each way there is; whoever reads knows all of them. */
final class Codings {
  private static final Compressions ALL = all();

  private Codings() {}

  private static Compressions all() {
    StringBuilder typical = new StringBuilder();
    for (int vbucket = 3; vbucket < 6; vbucket++) {
      for (int i = 0; i < 20; i++) {
        typical.append("doc").append(vbucket).append('-').append(i).append("new");
      }
    }
    Compressions all = new Compressions();
    all.add(new Dictionary(1, typical.toString().getBytes(StandardCharsets.UTF_8)));
    return all;
  }

  /** One of them, and another for the next number. */
  static BlockCoding nth(long number) {
    return new BlockCoding(compression(number), ALL);
  }

  /** What that one compresses with. */
  static BlockCompression compression(long number) {
    return BlockCompression.ofId(Math.floorMod(number, BlockCompression.count()));
  }

  /** Reads what any of them has written. */
  static BlockCoding reading() {
    return nth(0);
  }
}
