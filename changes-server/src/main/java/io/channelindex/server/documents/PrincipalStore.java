package io.channelindex.server.documents;

import static com.couchbase.client.java.kv.LookupInOptions.lookupInOptions;
import static com.couchbase.client.java.kv.MutateInOptions.mutateInOptions;

import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.subdoc.PathNotFoundException;
import com.couchbase.client.java.AsyncCollection;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.LookupInMacro;
import com.couchbase.client.java.kv.LookupInOptions;
import com.couchbase.client.java.kv.LookupInResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInOptions;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.StoreSemantics;
import io.channelindex.index.principals.Grants;
import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.principals.PrincipalSource;
import io.channelindex.sequence.VbucketHash;
import io.channelindex.server.documents.DocumentException.Reason;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Users and roles in the data bucket, one document each. What was granted is in its attribute, with
 * the seqnos of the writes that granted and withdrew it ({@link PrincipalAttribute}); its body is
 * empty. Deleting leaves a tombstone that still has the attribute.
 *
 * <p>Every write is one atomic operation over the version that it was decided on, and no write if
 * nothing would change: a write whose answer was lost is decided again.
 *
 * <p>Thread-safe. Nothing blocks; stages complete on threads of the Couchbase client or of the
 * common pool, which must not be blocked.
 */
public final class PrincipalStore implements PrincipalSource {
  /** How many grants that were withdrawn are remembered although the index has them. */
  private static final int MAX_WITHDRAWN = 50;

  /** The most channels, and the most roles, of a principal. */
  private static final int MAX_GRANTS = 1_000;

  private static final List<LookupInSpec> EVERYTHING =
      List.of(
          LookupInSpec.get(PrincipalAttribute.NAME).xattr(),
          LookupInSpec.get(LookupInMacro.DOCUMENT).xattr());
  private static final int ATTRIBUTE = 0;
  private static final int DOCUMENT = 1;
  private static final String EVERY_CHANNEL = "*";

  private final AsyncCollection collection;
  private final int vbuckets;
  private final DocumentSettings settings;
  private final ChannelRule rule;
  private final StableSeqnos stable;

  /**
   * A store over a collection.
   *
   * @param collection where the documents are
   * @param vbuckets how many the bucket has
   * @param settings limits and patience
   * @param stable how far the index is
   */
  public PrincipalStore(
      Collection collection, int vbuckets, DocumentSettings settings, StableSeqnos stable) {
    this.collection = collection.async();
    this.vbuckets = vbuckets;
    this.settings = settings;
    this.rule = new ChannelRule(settings.limits());
    this.stable = stable;
  }

  /** Whether a key of the data bucket is a principal's. */
  public static boolean isPrincipal(String key) {
    return PrincipalName.ofKey(key).isPresent();
  }

  /** The principal as it is; empty if there is none. Fails with {@link DocumentException}. */
  public CompletionStage<Optional<StoredPrincipal>> get(PrincipalName name) {
    return read(name).thenApply(found -> found.flatMap(ObservedPrincipal::toStored));
  }

  /**
   * Makes a principal what is wanted. Grants that it has already keep their date.
   *
   * @return whether there was none; fails with {@link DocumentException}
   */
  public CompletionStage<Boolean> put(StoredPrincipal wanted) {
    try {
      check(wanted);
    } catch (DocumentException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return new Attempt(wanted.name(), Optional.of(wanted)).run().thenApply(existed -> !existed);
  }

  /** Withdraws everything from a principal and deletes it; whether there was one. */
  public CompletionStage<Boolean> delete(PrincipalName name) {
    return new Attempt(name, Optional.empty()).run();
  }

  @Override
  public CompletionStage<Optional<Principal>> current(PrincipalName name) {
    return read(name).thenApply(found -> found.map(it -> it.toPrincipal(vbucket(name))));
  }

  /** What the index has to know of a principal's document; empty if the data service knows none. */
  public CompletionStage<Optional<PrincipalChange>> change(PrincipalName name) {
    return read(name)
        .thenApply(
            found ->
                found.map(
                    it ->
                        PrincipalChange.of(
                            name,
                            it.document().seqno(),
                            it.document().revisionSeqno(),
                            it.exists())));
  }

  private int vbucket(PrincipalName name) {
    return VbucketHash.vbucket(name.key(), vbuckets);
  }

  private void check(StoredPrincipal wanted) {
    int grants = Math.max(wanted.channels().size(), wanted.roles().size());
    if (grants > MAX_GRANTS) {
      throw new DocumentException(
          Reason.BAD_REQUEST,
          "too many channels or roles: principal="
              + wanted.name()
              + ", count="
              + grants
              + ", max="
              + MAX_GRANTS);
    }
    for (String channel : wanted.channels()) {
      if (!channel.equals(EVERY_CHANNEL)) {
        rule.require(channel);
      }
    }
  }

  private CompletionStage<Optional<ObservedPrincipal>> read(PrincipalName name) {
    LookupInOptions options = lookupInOptions().accessDeleted(true).timeout(settings.timeout());
    return ask(() -> collection.lookupIn(name.key(), EVERYTHING, options))
        .thenApply(result -> Optional.of(observed(name, result)))
        .exceptionally(
            failure -> {
              Throwable cause = WriteFailure.cause(failure);
              if (cause instanceof DocumentNotFoundException) {
                return Optional.empty();
              }
              throw new CompletionException(unavailable("cannot be read", name, cause));
            });
  }

  private <T> CompletionStage<T> ask(Supplier<CompletableFuture<T>> request) {
    return ClientRequests.ask(settings.timeout(), request);
  }

  private static ObservedPrincipal observed(PrincipalName name, LookupInResult result) {
    VirtualAttribute document = VirtualAttribute.parse(result.contentAsBytes(DOCUMENT));
    PrincipalAttribute attribute = PrincipalAttribute.NONE;
    try {
      byte[] json = result.contentAsBytes(ATTRIBUTE);
      attribute =
          PrincipalAttribute.parse(json, document, result.cas()).orElse(PrincipalAttribute.NONE);
    } catch (PathNotFoundException notOurs) {
      // Somebody else wrote under our name: nothing was granted.
      return new ObservedPrincipal(name, result.cas(), document, attribute);
    }
    if (document.life() == Life.DELETED) {
      // By whomever: what lasted until then ended with it.
      attribute =
          new PrincipalAttribute(
              attribute.channels().changedTo(Set.of()).writtenAt(document.seqno()),
              attribute.roles().changedTo(Set.of()).writtenAt(document.seqno()),
              attribute.status());
    }
    return new ObservedPrincipal(name, result.cas(), document, attribute);
  }

  private static DocumentException unavailable(String what, PrincipalName name, Throwable cause) {
    return new DocumentException(
        Reason.UNAVAILABLE, what + ": principal=" + name + ": " + cause.getMessage(), cause);
  }

  /** One write, tried until it is done, or has proved to be unnecessary. */
  private final class Attempt {
    private final PrincipalName name;
    private final Optional<StoredPrincipal> wanted;
    private final Backoff backoff = new Backoff(settings.retryFor());

    /** Whether there was a principal, where the write begins; completes when it is done. */
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();

    private boolean began;
    private boolean existed;

    Attempt(PrincipalName name, Optional<StoredPrincipal> wanted) {
      this.name = name;
      this.wanted = wanted;
    }

    CompletionStage<Boolean> run() {
      var unused =
          read(name)
              .thenCompose(this::write)
              .whenComplete(
                  (done, failure) -> {
                    if (failure == null) {
                      result.complete(existed);
                    } else {
                      failed(WriteFailure.cause(failure));
                    }
                  });
      return result;
    }

    private CompletionStage<Void> write(Optional<ObservedPrincipal> found) {
      Optional<StoredPrincipal> stored = found.flatMap(ObservedPrincipal::toStored);
      if (!began) {
        began = true;
        existed = stored.isPresent();
      }
      if (stored.equals(wanted)) {
        return CompletableFuture.completedFuture(null);
      }
      PrincipalAttribute next = next(found);
      List<MutateInSpec> specs = next.specs();
      specs.add(
          wanted.isPresent()
              ? MutateInSpec.replace("", CanonicalJson.EMPTY_OBJECT)
              : MutateInSpec.remove(""));
      MutateInOptions options = options(found);
      return ask(() -> collection.mutateIn(name.key(), specs, options)).thenAccept(written -> {});
    }

    private PrincipalAttribute next(Optional<ObservedPrincipal> found) {
      PrincipalAttribute last =
          found.map(ObservedPrincipal::attribute).orElse(PrincipalAttribute.NONE);
      long readable =
          found.map(it -> stable.stable(vbucket(name), it.document().vbuuid())).orElse(0L);
      Set<String> channels = wanted.map(StoredPrincipal::channels).orElse(Set.of());
      Set<String> roles = wanted.map(StoredPrincipal::roles).orElse(Set.of());
      return new PrincipalAttribute(
          changed(last.channels(), channels, readable),
          changed(last.roles(), roles, readable),
          wanted.map(StoredPrincipal::status).orElse(Principal.Status.ENABLED));
    }

    private Grants changed(Grants last, Set<String> lasting, long readable) {
      return last.changedTo(lasting).pruned(MAX_WITHDRAWN, readable);
    }

    private MutateInOptions options(Optional<ObservedPrincipal> found) {
      MutateInOptions options =
          mutateInOptions()
              .serializer(RawJsonSerializer.INSTANCE)
              .durability(settings.durability())
              .timeout(settings.timeout());
      return found.isPresent() && found.get().exists()
          ? options.storeSemantics(StoreSemantics.REPLACE).cas(found.get().cas())
          : options.storeSemantics(StoreSemantics.INSERT);
    }

    private void failed(Throwable failure) {
      boolean mayHelp =
          switch (WriteFailure.of(failure)) {
            case LOST_RACE, UNKNOWN -> true;
            case TOO_LARGE, CANNOT_REVIVE, NOT_DONE -> false;
          };
      if (mayHelp && !backoff.isOver()) {
        backoff.again(this::run);
      } else {
        result.completeExceptionally(
            failure instanceof DocumentException
                ? failure
                : unavailable("cannot be written", name, failure));
      }
    }
  }
}
