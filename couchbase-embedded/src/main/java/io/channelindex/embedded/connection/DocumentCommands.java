package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Counter;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.Limits;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.Write;
import io.channelindex.embedded.json.JsonValidator;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.subdoc.XattrSection;
import io.netty.buffer.ByteBuf;

/** Whole-document commands: get, store, delete, counters, expiry, locks, meta. */
final class DocumentCommands {
  private static final int GET_EXTRAS = 4;

  /** Extras of a get-meta answer: deleted, flags, expiry, seqno, datatype. */
  private static final int META_EXTRAS = 21;

  private static final int META_WITH_DATATYPE = 2;

  private final Session session;
  private final ResponseWriter responses;
  private final Write write = new Write();

  DocumentCommands(Session session) {
    this.session = session;
    this.responses = session.responses();
  }

  void handle(Opcode opcode, Request request) {
    switch (opcode) {
      case GET -> get(request);
      case SET, ADD, REPLACE -> store(opcode, request);
      case APPEND -> concatenate(request, VBucket.End.BACK);
      case PREPEND -> concatenate(request, VBucket.End.FRONT);
      case INCREMENT -> count(request, Counter.Direction.UP);
      case DECREMENT -> count(request, Counter.Direction.DOWN);
      case DELETE -> delete(request);
      case TOUCH -> touch(request);
      case GET_AND_TOUCH -> getAndTouch(request);
      case GET_AND_LOCK -> getAndLock(request);
      case UNLOCK -> unlock(request);
      case GET_META -> getMeta(request);
      case GET_REPLICA -> getReplica(request);
      default -> throw StatusException.of(Status.UNKNOWN_COMMAND);
    }
  }

  private void get(Request request) {
    VBucket vbucket = session.vbucket(request);
    Item item = vbucket.get(session.key(request));
    if (item == null) {
      responses.status(Status.KEY_ENOENT);
    } else {
      document(item, vbucket.visibleCas(item));
    }
  }

  private void getReplica(Request request) {
    Item item = session.vbucket(request).getReplica(session.key(request));
    if (item == null) {
      responses.status(Status.KEY_ENOENT);
    } else {
      document(item, item.cas());
    }
  }

  private void store(Opcode opcode, Request request) {
    VBucket vbucket = session.vbucket(request);
    Key key = session.key(request);
    readValue(request);
    Durability durability = session.durability(request);
    write.durability(durability);
    long vbuuid = vbucket.vbuuid();
    Item item =
        switch (opcode) {
          case SET -> vbucket.set(key, write);
          case ADD -> vbucket.add(key, write);
          default -> vbucket.replace(key, write);
        };
    mutation(vbucket, item, vbuuid, durability);
  }

  /** Reads value and extras of a store into {@link #write}. */
  private void readValue(Request request) {
    byte[] value = session.inflatedValue(request);
    int datatype = request.datatype() & Datatype.XATTR;
    int bodyOffset = 0;
    if (datatype != 0) {
      if (!XattrSection.isValid(value)) {
        throw StatusException.of(Status.XATTR_EINVAL);
      }
      bodyOffset = XattrSection.bodyOffset(value);
    }
    if (value.length - bodyOffset > Limits.BODY) {
      throw StatusException.of(Status.E2BIG);
    }
    if (JsonValidator.isJson(value, bodyOffset, value.length - bodyOffset)) {
      datatype |= Datatype.JSON;
    }
    write.set(
        value, datatype, request.extrasInt(0), request.extrasInt(Integer.BYTES), request.cas());
    if (request.preservesExpiry()) {
      write.expiryRule(Write.ExpiryRule.PRESERVE);
    }
  }

  private void concatenate(Request request, VBucket.End end) {
    VBucket vbucket = session.vbucket(request);
    Key key = session.key(request);
    Durability durability = session.durability(request);
    byte[] bytes = session.inflatedValue(request);
    long vbuuid = vbucket.vbuuid();
    Item item = vbucket.concatenate(key, bytes, end, request.cas(), durability);
    mutation(vbucket, item, vbuuid, durability);
  }

  private void count(Request request, Counter.Direction direction) {
    VBucket vbucket = session.vbucket(request);
    Key key = session.key(request);
    Durability durability = session.durability(request);
    Counter counter =
        new Counter(
            direction,
            request.extrasLong(0),
            request.extrasLong(Long.BYTES),
            request.extrasInt(2 * Long.BYTES));
    long vbuuid = vbucket.vbuuid();
    VBucket.Counted counted = vbucket.count(key, counter, request.cas(), durability);
    Item item = counted.item();
    if (item.isPrepared()) {
      session.hold(vbucket, item, () -> counted(counted, vbuuid, durability));
    } else {
      counted(counted, vbuuid, durability);
    }
  }

  private void counted(VBucket.Counted counted, long vbuuid, Durability durability) {
    Item item = counted.item();
    boolean withToken = session.wantsMutationTokens();
    int extrasLength = withToken ? 2 * Long.BYTES : 0;
    ByteBuf out =
        responses.header(Status.SUCCESS, Datatype.RAW, extrasLength, Long.BYTES, item.cas());
    if (withToken) {
      out.writeLong(vbuuid).writeLong(durability.tokenSeqno(item));
    }
    out.writeLong(counted.value());
  }

  private void delete(Request request) {
    VBucket vbucket = session.vbucket(request);
    Key key = session.key(request);
    Durability durability = session.durability(request);
    long vbuuid = vbucket.vbuuid();
    mutation(vbucket, vbucket.delete(key, request.cas(), durability), vbuuid, durability);
  }

  private void touch(Request request) {
    responses.header(Status.SUCCESS, Datatype.RAW, 0, 0, touched(request).cas());
  }

  private void getAndTouch(Request request) {
    Item item = touched(request);
    document(item, item.cas());
  }

  private Item touched(Request request) {
    if (request.durabilityLevel() != Durability.Level.NONE) {
      // The frame is allowed and the wish is not, as in get_and_touch of the real engine.
      throw StatusException.of(Status.NOT_SUPPORTED);
    }
    return session.vbucket(request).touch(session.key(request), request.extrasInt(0));
  }

  private void getAndLock(Request request) {
    int seconds = request.extrasLength() == 0 ? 0 : request.extrasInt(0);
    VBucket vbucket = session.vbucket(request);
    VBucket.Locked locked = vbucket.lock(session.key(request), seconds);
    document(locked.item(), locked.cas());
  }

  private void unlock(Request request) {
    session.vbucket(request).unlock(session.key(request), request.cas());
    responses.success();
  }

  private void getMeta(Request request) {
    boolean withDatatype =
        request.extrasLength() == 1 && request.extrasByte(0) == META_WITH_DATATYPE;
    Item item = session.vbucket(request).getWithTombstone(session.key(request));
    if (item == null) {
      throw StatusException.of(Status.KEY_ENOENT);
    }
    int extrasLength = withDatatype ? META_EXTRAS : META_EXTRAS - 1;
    ByteBuf out = responses.header(Status.SUCCESS, Datatype.RAW, extrasLength, 0, item.cas());
    out.writeInt(item.isDeleted() ? 1 : 0).writeInt(item.flags()).writeInt(item.expiry());
    out.writeLong(item.revision());
    if (withDatatype) {
      out.writeByte(item.datatype());
    }
  }

  private void mutation(VBucket vbucket, Item item, long vbuuid, Durability durability) {
    if (item.isPrepared()) {
      session.hold(vbucket, item, () -> mutated(item, vbuuid, durability));
    } else {
      mutated(item, vbuuid, durability);
    }
  }

  private void mutated(Item item, long vbuuid, Durability durability) {
    responses.mutation(
        item.cas(), vbuuid, durability.tokenSeqno(item), session.wantsMutationTokens());
  }

  /** Answers with flags and body; attributes are not part of a plain read. */
  private void document(Item item, long cas) {
    byte[] value = item.value();
    int bodyOffset = Datatype.isXattr(item.datatype()) ? XattrSection.bodyOffset(value) : 0;
    int datatype = session.has(Feature.JSON) ? item.datatype() & Datatype.JSON : Datatype.RAW;
    int length = value.length - bodyOffset;
    ByteBuf out = responses.header(Status.SUCCESS, datatype, GET_EXTRAS, length, cas);
    out.writeInt(item.flags()).writeBytes(value, bodyOffset, length);
  }
}
