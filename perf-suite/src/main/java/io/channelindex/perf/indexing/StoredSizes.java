package io.channelindex.perf.indexing;

import io.channelindex.perf.cluster.ChangeListener;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is left in the index bucket of each database, by a feed of its changes. */
public final class StoredSizes implements ChangeListener {
  private final Map<String, Integer> valueBytes = new ConcurrentHashMap<>();

  /**
   * What a database keeps.
   *
   * @param documents how many documents
   * @param keyBytes the bytes of their keys
   * @param valueBytes the bytes of their values
   */
  public record Stored(long documents, long keyBytes, long valueBytes) {}

  /** What is there of a database. */
  public Stored of(String database) {
    long documents = 0;
    long keys = 0;
    long values = 0;
    for (Map.Entry<String, Integer> document : valueBytes.entrySet()) {
      if (document.getKey().startsWith(database + ':')) {
        documents++;
        keys += document.getKey().getBytes(StandardCharsets.UTF_8).length;
        values += document.getValue();
      }
    }
    return new Stored(documents, keys, values);
  }

  /** The keys of everything that begins with a prefix. */
  public List<String> keys(String prefix) {
    return valueBytes.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
  }

  @Override
  public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {
    valueBytes.put(new String(key, StandardCharsets.UTF_8), body.length);
  }

  @Override
  public void deletion(int vbucket, long seqno, byte[] key) {
    valueBytes.remove(new String(key, StandardCharsets.UTF_8));
  }

  @Override
  public void advanced(int vbucket, long seqno) {}
}
