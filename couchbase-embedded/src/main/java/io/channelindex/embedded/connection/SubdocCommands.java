package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Change;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.subdoc.DocumentState;
import io.channelindex.embedded.subdoc.LookupResult;
import io.channelindex.embedded.subdoc.MutationEffect;
import io.channelindex.embedded.subdoc.MutationResult;
import io.channelindex.embedded.subdoc.MutationStamp;
import io.channelindex.embedded.subdoc.SubdocExecutor;
import io.channelindex.embedded.subdoc.SubdocRequest;
import io.channelindex.embedded.subdoc.SubdocSource;
import io.channelindex.embedded.subdoc.VbucketClock;
import io.channelindex.embedded.subdoc.XattrSupport;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Commands on parts of documents: joins the sub-document executor with the vbucket. */
final class SubdocCommands {
  private final Session session;
  private final ResponseWriter responses;

  SubdocCommands(Session session) {
    this.session = session;
    this.responses = session.responses();
  }

  void handle(Opcode opcode, Request request) {
    SubdocRequest subdoc =
        SubdocRequest.decode(
            opcode,
            request.cas(),
            request.extras(),
            session.inflatedValue(request),
            session.has(Feature.XATTR) ? XattrSupport.ENABLED : XattrSupport.DISABLED);
    VBucket vbucket = session.vbucket(request);
    Key key = session.key(request);
    if (subdoc.isMutation()) {
      mutate(vbucket, key, subdoc, request, session.durability(request));
    } else {
      lookup(vbucket, key, subdoc);
    }
  }

  private void lookup(VBucket vbucket, Key key, SubdocRequest subdoc) {
    Item item =
        subdoc.isReplicaRead()
            ? vbucket.getReplicaWithTombstone(key)
            : vbucket.getWithTombstone(key);
    VBucket.Position position = vbucket.position();
    VbucketClock clock = VbucketClock.of(session.bucket().nowNanos(), position.maxCas());
    SubdocSource source = item == null ? null : source(item, position.failoverLog().vbuuid());
    LookupResult result = SubdocExecutor.lookup(subdoc, source, clock);
    long cas = item == null || isFailure(result.status()) ? 0 : vbucket.visibleCas(item);
    responses.value(result.status(), result.datatype(), cas, result.value());
  }

  /** Whether the request failed as a whole, and not on some of its paths. */
  private static boolean isFailure(Status status) {
    return switch (status) {
      case SUCCESS,
          SUBDOC_SUCCESS_DELETED,
          SUBDOC_MULTI_PATH_FAILURE,
          SUBDOC_MULTI_PATH_FAILURE_DELETED ->
          false;
      default -> true;
    };
  }

  private void mutate(
      VBucket vbucket, Key key, SubdocRequest subdoc, Request request, Durability durability) {
    long vbuuid = vbucket.vbuuid();
    Mutation mutation = new Mutation(vbucket, key, subdoc, request, vbuuid);
    Item item = vbucket.update(key, request.cas(), durability, mutation);
    MutationResult result = mutation.result();
    if (item == null || result.effect() == null) {
      responses.value(result.status(), result.datatype(), result.value());
      return;
    }
    if (item.isPrepared()) {
      session.hold(vbucket, item, () -> mutated(item, result, vbuuid, durability));
    } else {
      mutated(item, result, vbuuid, durability);
    }
  }

  private void mutated(Item item, MutationResult result, long vbuuid, Durability durability) {
    boolean withToken = session.wantsMutationTokens();
    byte[] value = result.value();
    int extrasLength = withToken ? 2 * Long.BYTES : 0;
    ByteBuf out =
        responses.header(
            result.status(), result.datatype(), extrasLength, value.length, item.cas());
    if (withToken) {
      out.writeLong(vbuuid).writeLong(durability.tokenSeqno(item));
    }
    out.writeBytes(value);
  }

  /** Runs the executor under the vbucket's lock and keeps its answer. */
  private static final class Mutation implements VBucket.Update {
    private final VBucket vbucket;
    private final Key key;
    private final SubdocRequest subdoc;
    private final long cas;
    private final boolean preservesExpiry;
    private final long vbuuid;
    private @Nullable MutationResult result;

    Mutation(VBucket vbucket, Key key, SubdocRequest subdoc, Request request, long vbuuid) {
      this.vbucket = vbucket;
      this.key = key;
      this.subdoc = subdoc;
      this.cas = request.cas();
      this.preservesExpiry = request.preservesExpiry();
      this.vbuuid = vbuuid;
    }

    MutationResult result() {
      return Objects.requireNonNull(result, "not executed");
    }

    @Override
    public @Nullable Change apply(@Nullable Item existing, long newCas, long seqno) {
      SubdocSource source = existing == null ? null : source(existing, vbuuid);
      if (source != null
          && existing != null
          && existing.isDeleted()
          && cas != 0
          && SubdocExecutor.sees(subdoc, source)
          && cas != existing.cas()) {
        throw StatusException.of(Status.KEY_EEXISTS);
      }
      MutationResult outcome =
          SubdocExecutor.mutate(subdoc, source, new MutationStamp(newCas, seqno));
      result = outcome;
      MutationEffect effect = outcome.effect();
      return effect == null ? null : change(existing, effect);
    }

    private Change change(@Nullable Item existing, MutationEffect effect) {
      if (effect.state() == DocumentState.DELETED) {
        return new Change(
            Item.Kind.DELETION,
            effect.value(),
            effect.datatype(),
            effect.flags(),
            vbucket.tombstoneTime());
      }
      return new Change(
          Item.Kind.DOCUMENT, effect.value(), effect.datatype(), effect.flags(), expiry(existing));
    }

    private int expiry(@Nullable Item existing) {
      return preservesExpiry && existing != null && !existing.isDeleted()
          ? existing.expiry()
          : vbucket.absoluteExpiry(key, subdoc.expiry());
    }
  }

  private static SubdocSource source(Item item, long vbuuid) {
    return new SubdocSource(
        item.value(),
        item.datatype(),
        item.flags(),
        item.expiry(),
        item.cas(),
        item.seqno(),
        item.revision(),
        item.isDeleted() ? DocumentState.DELETED : DocumentState.ALIVE,
        vbuuid);
  }
}
