package io.channelindex.perf.cluster;

import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.java.AsyncCollection;
import com.couchbase.client.java.codec.RawJsonTranscoder;
import com.couchbase.client.java.kv.GetOptions;
import com.couchbase.client.java.kv.LookupInOptions;
import com.couchbase.client.java.kv.LookupInResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInMacro;
import com.couchbase.client.java.kv.MutateInOptions;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.MutationResult;
import com.couchbase.client.java.kv.StoreSemantics;
import com.couchbase.client.java.kv.UpsertOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Key-value operations on the default collection of a bucket, asynchronous, through the Java
 * client. Bodies are JSON as bytes and pass through unchanged. Safe for use by many threads.
 *
 * <p>Every method starts an operation and returns; the future fails with the client's exception.
 */
public final class KeyValue {
  /** The extended attribute that a write with metadata carries, as this project's documents do. */
  private static final String ATTRIBUTE = "_sync";

  private static final UpsertOptions UPSERT =
      UpsertOptions.upsertOptions().transcoder(RawJsonTranscoder.INSTANCE);
  private static final GetOptions GET =
      GetOptions.getOptions().transcoder(RawJsonTranscoder.INSTANCE);
  private static final MutateInOptions STORE =
      MutateInOptions.mutateInOptions().storeSemantics(StoreSemantics.UPSERT);
  private static final List<LookupInSpec> METADATA_AND_BODY =
      List.of(
          LookupInSpec.get(ATTRIBUTE + ".version").xattr(),
          LookupInSpec.get(ATTRIBUTE + ".cas").xattr(),
          LookupInSpec.get(ATTRIBUTE + ".crc").xattr(),
          LookupInSpec.get(""));

  private static final List<LookupInSpec> REVISION = List.of(LookupInSpec.get("_ci.rev").xattr());
  private static final LookupInOptions DELETED_TOO =
      LookupInOptions.lookupInOptions().accessDeleted(true);

  private final AsyncCollection collection;

  KeyValue(AsyncCollection collection) {
    this.collection = collection;
  }

  /** A document with its metadata. */
  public static final class Described {
    private final int version;
    private final byte[] body;
    private final boolean macrosHold;

    Described(int version, byte[] body, boolean macrosHold) {
      this.version = version;
      this.body = body;
      this.macrosHold = macrosHold;
    }

    /** The version in the metadata. */
    public int version() {
      return version;
    }

    /** The body, for the caller to keep. */
    public byte[] body() {
      return body;
    }

    /** Whether CAS and checksum, filled in by the target, are those of the document. */
    public boolean macrosHold() {
      return macrosHold;
    }
  }

  /** Stores a body under a key, whatever is there. */
  public CompletableFuture<MutationResult> upsert(String key, byte[] body) {
    return collection.upsert(key, body, UPSERT);
  }

  /** The body under a key; null if there is no such document. */
  public CompletableFuture<byte @Nullable []> get(String key) {
    return collection
        .getOrNull(key, GET)
        .thenApply(result -> result == null ? null : result.contentAsBytes());
  }

  /**
   * The revision that the changes server keeps in a document's metadata, of deleted ones too; null
   * if there is neither document nor metadata.
   */
  public CompletableFuture<@Nullable String> revision(String key) {
    return collection
        .lookupIn(key, REVISION, DELETED_TOO)
        .handle(
            (result, failure) -> {
              if (failure != null && !(rootOf(failure) instanceof DocumentNotFoundException)) {
                throw new CompletionException(rootOf(failure));
              }
              return result != null && result.exists(0) ? result.contentAs(0, String.class) : null;
            });
  }

  /** Removes a document if there is one. */
  public CompletableFuture<?> removeIfThere(String key) {
    return collection
        .remove(key)
        .handle(
            (result, failure) -> {
              if (failure != null && !(rootOf(failure) instanceof DocumentNotFoundException)) {
                throw new CompletionException(rootOf(failure));
              }
              return key;
            });
  }

  private static Throwable rootOf(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** Removes a document. Fails if there is none. */
  public CompletableFuture<MutationResult> remove(String key) {
    return collection.remove(key);
  }

  /**
   * Stores a body and its metadata attribute in one multi-mutation, with the CAS, the seqno and the
   * checksum of the write filled in by the target.
   */
  public CompletableFuture<? extends MutationResult> upsertWithMetadata(
      String key, byte[] body, int version) {
    byte[] metadata =
        ("{\"version\":" + version + ",\"channels\":[\"a\",\"b\"],\"history\":[]}")
            .getBytes(StandardCharsets.US_ASCII);
    return collection.mutateIn(
        key,
        List.of(
            MutateInSpec.upsert(ATTRIBUTE, metadata).xattr(),
            MutateInSpec.upsert(ATTRIBUTE + ".cas", MutateInMacro.CAS).xattr(),
            MutateInSpec.upsert(ATTRIBUTE + ".seqno", MutateInMacro.SEQ_NO).xattr(),
            MutateInSpec.upsert(ATTRIBUTE + ".crc", MutateInMacro.VALUE_CRC_32C).xattr(),
            MutateInSpec.replace("", body)),
        STORE);
  }

  /** A document that {@link #upsertWithMetadata} stored. Fails if there is none. */
  public CompletableFuture<Described> getWithMetadata(String key, ChecksumOf checksum) {
    return collection.lookupIn(key, METADATA_AND_BODY).thenApply(r -> describe(r, checksum));
  }

  /** Computes the CRC-32C of a body. */
  @FunctionalInterface
  public interface ChecksumOf {
    /** CRC-32C of the bytes. */
    int of(byte[] body);
  }

  private static Described describe(LookupInResult result, ChecksumOf checksum) {
    byte[] body = result.contentAs(3, byte[].class);
    String cas = String.format(Locale.ROOT, "0x%016x", Long.reverseBytes(result.cas()));
    String crc = String.format(Locale.ROOT, "0x%08x", checksum.of(body));
    boolean macrosHold =
        cas.equals(result.contentAs(1, String.class))
            && crc.equals(result.contentAs(2, String.class));
    return new Described(result.contentAs(0, Integer.class), body, macrosHold);
  }
}
