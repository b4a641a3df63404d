package io.channelindex.server.documents;

import static com.couchbase.client.java.kv.LookupInOptions.lookupInOptions;
import static com.couchbase.client.java.kv.MutateInOptions.mutateInOptions;

import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.subdoc.PathNotFoundException;
import com.couchbase.client.java.AsyncCollection;
import com.couchbase.client.java.kv.LookupInMacro;
import com.couchbase.client.java.kv.LookupInOptions;
import com.couchbase.client.java.kv.LookupInResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInOptions;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.ReplaceBodyWithXattr;
import com.couchbase.client.java.kv.StoreSemantics;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Life;
import io.channelindex.server.documents.ObservedDocument.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operations on documents that this package needs, each one operation of the data service.
 * Thread-safe; futures complete on the client's threads.
 */
class DataBucket {
  private static final List<LookupInSpec> EVERYTHING =
      List.of(
          LookupInSpec.get(DocumentAttribute.NAME).xattr(),
          LookupInSpec.get(LookupInMacro.DOCUMENT).xattr(),
          LookupInSpec.get(""));
  private static final int ATTRIBUTE = 0;
  private static final int DOCUMENT = 1;
  private static final int BODY = 2;
  private static final String STAGED_BODY = DocumentAttribute.NAME + ".body";

  private final AsyncCollection collection;
  private final DocumentSettings settings;
  private final ForeignWrites foreignWrites;

  DataBucket(AsyncCollection collection, DocumentSettings settings, ForeignWrites foreignWrites) {
    this.collection = collection;
    this.settings = settings;
    this.foreignWrites = foreignWrites;
  }

  /** The document or its tombstone; empty if there is neither. Fails as the client does. */
  CompletionStage<Optional<ObservedDocument>> read(String id) {
    LookupInOptions options = lookupInOptions().accessDeleted(true).timeout(settings.timeout());
    return ask(() -> collection.lookupIn(id, EVERYTHING, options))
        .thenApply(result -> Optional.of(observed(id, result)))
        .exceptionally(
            failure -> {
              if (WriteFailure.cause(failure) instanceof DocumentNotFoundException) {
                return Optional.empty();
              }
              throw new CompletionException(WriteFailure.cause(failure));
            });
  }

  /**
   * Creates a document where there is none. A tombstone is none: if the document was created and
   * deleted since it was looked for, what that life left is lost. (A whole body cannot be written
   * together with the flag that makes tombstones count.)
   */
  CompletionStage<Void> create(String id, DocumentMetadata metadata, byte[] body) {
    return mutate(id, with(metadata, body), options(StoreSemantics.INSERT, 0));
  }

  /** Replaces this version of a document. */
  CompletionStage<Void> replace(ObservedDocument document, DocumentMetadata metadata, byte[] body) {
    return mutate(
        document.id(), with(metadata, body), options(StoreSemantics.REPLACE, document.cas()));
  }

  /** Makes a tombstone of this version of a document. */
  CompletionStage<Void> bury(ObservedDocument document, DocumentMetadata metadata) {
    List<MutateInSpec> specs = DocumentAttribute.specs(metadata);
    specs.add(MutateInSpec.remove(""));
    return mutate(document.id(), specs, options(StoreSemantics.REPLACE, document.cas()));
  }

  /**
   * Gives this version of a tombstone a body again. The data service lets nobody write a body where
   * there is none but from an attribute, as transactions do it: it gets there by way of ours.
   */
  CompletionStage<Void> revive(ObservedDocument tombstone, DocumentMetadata metadata, byte[] body) {
    List<MutateInSpec> specs = DocumentAttribute.specs(metadata);
    specs.add(MutateInSpec.upsert(STAGED_BODY, body).xattr());
    specs.add(new ReplaceBodyWithXattr(STAGED_BODY));
    specs.add(MutateInSpec.remove(STAGED_BODY).xattr());
    return mutate(
        tombstone.id(), specs, options(StoreSemantics.REVIVE, tombstone.cas()).accessDeleted(true));
  }

  /** Writes the attribute of this version of a document, and neither body nor expiry. */
  CompletionStage<Void> annotate(ObservedDocument document, DocumentMetadata metadata) {
    MutateInOptions options = options(StoreSemantics.REPLACE, document.cas());
    if (document.expiry() != 0) {
      // Servers before 7.0 cannot be asked to keep it; the CAS makes sure that it is the same.
      options.expiry(Instant.ofEpochSecond(document.expiry()));
    }
    return mutate(document.id(), DocumentAttribute.specs(metadata), options);
  }

  private static List<MutateInSpec> with(DocumentMetadata metadata, byte[] body) {
    List<MutateInSpec> specs = new ArrayList<>(DocumentAttribute.specs(metadata));
    specs.add(MutateInSpec.replace("", body));
    return specs;
  }

  private MutateInOptions options(StoreSemantics semantics, long cas) {
    MutateInOptions options =
        mutateInOptions()
            .storeSemantics(semantics)
            .serializer(RawJsonSerializer.INSTANCE)
            .durability(settings.durability())
            .timeout(settings.timeout());
    return cas == 0 ? options : options.cas(cas);
  }

  private CompletionStage<Void> mutate(
      String id, List<MutateInSpec> specs, MutateInOptions options) {
    return ask(() -> collection.mutateIn(id, specs, options)).thenAccept(result -> {});
  }

  private <T> CompletionStage<T> ask(Supplier<CompletableFuture<T>> request) {
    return ClientRequests.ask(settings.timeout(), request);
  }

  private ObservedDocument observed(String id, LookupInResult result) {
    VirtualAttribute document = VirtualAttribute.parse(result.contentAsBytes(DOCUMENT));
    Optional<DocumentAttribute> attribute = attribute(result);
    Life life = document.life();
    byte[] body = life == Life.DELETED ? CanonicalJson.EMPTY_OBJECT : body(result);
    Origin origin = origin(attribute, document, result.cas());
    DocumentMetadata before =
        attribute.map(it -> it.asOf(result.cas(), document.seqno())).orElse(null);
    return new ObservedDocument(
        id,
        result.cas(),
        document.seqno(),
        document.vbuuid(),
        document.expiry(),
        life,
        origin,
        attribute.map(it -> it.metadata().revision()).orElse(null),
        metadata(id, document, origin, before, body),
        shown(body));
  }

  private static byte[] body(LookupInResult result) {
    try {
      return result.contentAsBytes(BODY);
    } catch (PathNotFoundException empty) {
      return new byte[0];
    }
  }

  private static Optional<DocumentAttribute> attribute(LookupInResult result) {
    try {
      return DocumentAttribute.parse(result.contentAsBytes(ATTRIBUTE));
    } catch (PathNotFoundException noAttribute) {
      return Optional.empty();
    }
  }

  private static Origin origin(
      Optional<DocumentAttribute> attribute, VirtualAttribute document, long cas) {
    if (document.life() == Life.DELETED) {
      return attribute.isPresent() && attribute.get().metadata().isDeleted()
          ? Origin.OWN
          : Origin.FOREIGN_DELETION;
    }
    if (attribute.isEmpty() || attribute.get().metadata().isDeleted()) {
      return Origin.FOREIGN;
    }
    boolean current = attribute.get().cas() == cas || attribute.get().crc() == document.crc();
    return current ? Origin.OWN : Origin.FOREIGN;
  }

  private DocumentMetadata metadata(
      String id,
      VirtualAttribute document,
      Origin origin,
      @Nullable DocumentMetadata before,
      byte[] body) {
    if (origin == Origin.FOREIGN) {
      return foreignWrites.written(id, before, document.revisionSeqno(), body);
    }
    if (before == null) {
      return DocumentMetadata.deletedWithoutTrace(id, document.revisionSeqno());
    }
    return origin == Origin.OWN ? before : before.deletedAt(document.seqno());
  }

  private static ObjectNode shown(byte[] body) {
    ObjectNode document =
        DocumentJson.parseObject(body).orElseGet(JsonNodeFactory.instance::objectNode);
    document.properties().removeIf(member -> member.getKey().startsWith("_"));
    return document;
  }
}
