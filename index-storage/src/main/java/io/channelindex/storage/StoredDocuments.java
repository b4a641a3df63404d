package io.channelindex.storage;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a bucket in memory: what each operation of {@link IndexBucket} does to them, and
 * answers if nothing goes wrong. Time passes when it is told to.
 *
 * <p>Takes the arrays that it is given, and gives copies. Thread-safe: each call is atomic.
 */
final class StoredDocuments {
  private final Map<String, Versioned<byte[]>> documents = new TreeMap<>();
  // When documents go by themselves, in milliseconds of the bucket's own time.
  private final Map<String, Long> expiries = new HashMap<>();
  private long now;
  // CAS values are never given twice, not even after a restore.
  private long lastCas = 1;

  /** The content, immutable but for the arrays. */
  synchronized Map<String, Versioned<byte[]>> content() {
    return Map.copyOf(documents);
  }

  synchronized void restore(Map<String, Versioned<byte[]>> content) {
    documents.clear();
    documents.putAll(content);
  }

  /** Documents go that are to go by themselves. */
  synchronized void pass(Duration time) {
    now += time.toMillis();
    expiries
        .entrySet()
        .removeIf(
            expiry -> {
              boolean gone = expiry.getValue() <= now;
              if (gone) {
                documents.remove(expiry.getKey());
              }
              return gone;
            });
  }

  synchronized Set<String> keys() {
    return new TreeSet<>(documents.keySet());
  }

  synchronized @Nullable Versioned<byte[]> read(String key) {
    Versioned<byte[]> document = documents.get(key);
    return document == null ? null : new Versioned<>(document.value().clone(), document.cas());
  }

  synchronized WriteResult put(String key, byte[] value) {
    documents.put(key, new Versioned<>(value, ++lastCas));
    expiries.remove(key);
    return WriteResult.written(lastCas);
  }

  synchronized void forget(String key) {
    documents.remove(key);
  }

  synchronized WriteResult insert(String key, byte[] value) {
    return documents.containsKey(key)
        ? WriteResult.refused(WriteResult.Outcome.CONFLICT)
        : put(key, value);
  }

  synchronized WriteResult insert(String key, byte[] value, Duration expiry) {
    WriteResult result = insert(key, value);
    if (result.isWritten()) {
      expiries.put(key, now + expiry.toMillis());
    }
    return result;
  }

  synchronized Optional<Versioned<byte[]>> getAndTouch(String key, Duration expiry) {
    Versioned<byte[]> document = documents.get(key);
    if (document == null) {
      return Optional.empty();
    }
    documents.put(key, new Versioned<>(document.value(), ++lastCas));
    expiries.put(key, now + expiry.toMillis());
    return Optional.ofNullable(read(key));
  }

  synchronized WriteResult replace(String key, byte[] value, long cas) {
    WriteResult refusal = refusal(key, cas);
    return refusal == null ? put(key, value) : refusal;
  }

  synchronized WriteResult append(String key, byte[] bytes) {
    Versioned<byte[]> document = documents.get(key);
    if (document == null) {
      return WriteResult.refused(WriteResult.Outcome.MISSING);
    }
    byte[] old = document.value();
    byte[] joined = Arrays.copyOf(old, old.length + bytes.length);
    System.arraycopy(bytes, 0, joined, old.length, bytes.length);
    return put(key, joined);
  }

  synchronized WriteResult remove(String key, long cas) {
    WriteResult refusal = refusal(key, cas);
    if (refusal == null) {
      documents.remove(key);
      return WriteResult.written(++lastCas);
    }
    return refusal;
  }

  synchronized long increment(String key, long delta) {
    long sum = counter(key) + delta;
    put(key, Long.toString(sum).getBytes(StandardCharsets.US_ASCII));
    return sum;
  }

  synchronized long counter(String key) {
    Versioned<byte[]> document = documents.get(key);
    return document == null ? 0L : Requests.number(key, document.value());
  }

  synchronized WriteResult setFields(String key, List<IndexBucket.Field> fields) {
    Versioned<byte[]> document = documents.get(key);
    if (document == null) {
      return WriteResult.refused(WriteResult.Outcome.MISSING);
    }
    JsonFields json = JsonFields.of(key, document);
    for (IndexBucket.Field field : fields) {
      if (!json.replace(field.path(), field.value())) {
        return WriteResult.refused(WriteResult.Outcome.MISSING);
      }
    }
    return put(key, json.encode());
  }

  synchronized Optional<List<Optional<String>>> getFields(String key, List<String> paths) {
    Versioned<byte[]> document = documents.get(key);
    if (document == null) {
      return Optional.empty();
    }
    JsonFields json = JsonFields.of(key, document);
    return Optional.of(paths.stream().map(path -> json.get(key, path)).toList());
  }

  private @Nullable WriteResult refusal(String key, long cas) {
    Versioned<byte[]> document = documents.get(key);
    if (document == null) {
      return WriteResult.refused(WriteResult.Outcome.MISSING);
    }
    return document.cas() == cas ? null : WriteResult.refused(WriteResult.Outcome.CONFLICT);
  }
}
