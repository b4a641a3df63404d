package io.channelindex.perf.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The keys of a feed's documents that begin with a prefix and are there in the end. */
public final class KeysWritten implements ChangeListener {
  private final String prefix;
  private final Set<String> keys = ConcurrentHashMap.newKeySet();

  /**
   * @param prefix what the keys begin with
   */
  public KeysWritten(String prefix) {
    this.prefix = prefix;
  }

  /** The keys so far. */
  public Set<String> keys() {
    return Set.copyOf(keys);
  }

  @Override
  public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {
    String text = new String(key, StandardCharsets.UTF_8);
    if (text.startsWith(prefix)) {
      keys.add(text);
    }
  }

  @Override
  public void deletion(int vbucket, long seqno, byte[] key) {
    keys.remove(new String(key, StandardCharsets.UTF_8));
  }

  @Override
  public void advanced(int vbucket, long seqno) {}
}
