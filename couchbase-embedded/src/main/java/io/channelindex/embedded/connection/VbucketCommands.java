package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Leb128;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.subdoc.XattrSection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What clients ask about vbuckets: seqnos, whether keys and seqnos are persisted, any document.
 * Source: {@code docs/BinaryProtocol.md}; of observe also {@code daemon/protocol/mcbp/} of
 * couchbase/kv_engine 7.6.
 */
final class VbucketCommands {
  private static final int OBSERVE_SAME_BRANCH = 0;
  private static final int OBSERVE_AFTER_FAILOVER = 1;

  private static final int KEY_NOT_PERSISTED = 0x00;
  private static final int KEY_PERSISTED = 0x01;
  private static final int KEY_NOT_FOUND = 0x80;
  private static final int KEY_DELETED = 0x81;

  private final Session session;
  private final ResponseWriter responses;
  private final Key key = new Key();

  VbucketCommands(Session session) {
    this.session = session;
    this.responses = session.responses();
  }

  void handle(Opcode opcode, Request request) {
    switch (opcode) {
      case OBSERVE -> observe(request);
      case OBSERVE_SEQNO -> observeSeqno(request);
      case GET_ALL_VBUCKET_SEQNOS -> allSeqnos(request);
      case GET_RANDOM_KEY -> randomKey(request);
      default -> throw StatusException.of(Status.UNKNOWN_COMMAND);
    }
  }

  /** Tells of each key in the value whether it is there, and persisted. */
  private void observe(Request request) {
    ByteBuf in = Unpooled.wrappedBuffer(request.value());
    ByteBuf out = Unpooled.buffer();
    while (in.isReadable()) {
      if (in.readableBytes() < 2 * Short.BYTES) {
        throw StatusException.of(Status.EINVAL);
      }
      int vbucket = in.readUnsignedShort();
      int length = in.readUnsignedShort();
      if (in.readableBytes() < length) {
        throw StatusException.of(Status.EINVAL);
      }
      observe(vbucket, in.readSlice(length), out);
    }
    responses.header(Status.SUCCESS, Datatype.RAW, 0, out.readableBytes(), 0).writeBytes(out);
  }

  private void observe(int id, ByteBuf encodedKey, ByteBuf out) {
    VBucket vbucket = session.vbucket(id);
    out.writeShort(id).writeShort(encodedKey.readableBytes()).writeBytes(encodedKey.duplicate());
    Item item = vbucket.getFromAnyCopy(key(encodedKey));
    if (item == null) {
      out.writeByte(KEY_NOT_FOUND).writeLong(0);
      return;
    }
    boolean persisted = item.seqno() <= vbucket.position().persistedSeqno();
    int live = persisted ? KEY_PERSISTED : KEY_NOT_PERSISTED;
    out.writeByte(item.isDeleted() ? KEY_DELETED : live).writeLong(item.cas());
  }

  private Key key(ByteBuf encoded) {
    int collection = 0;
    if (session.hasCollections()) {
      long id = Leb128.decode(encoded, encoded.readerIndex(), encoded.writerIndex());
      if (id == Leb128.MALFORMED) {
        throw StatusException.of(Status.EINVAL);
      }
      collection = (int) id;
      encoded.skipBytes(Leb128.length(collection));
    }
    int length = encoded.readableBytes();
    encoded.readBytes(key.buffer(length), 0, length);
    return key.set(collection, 0, length);
  }

  private void observeSeqno(Request request) {
    if (request.valueLength() != Long.BYTES) {
      throw StatusException.of(Status.EINVAL);
    }
    long vbuuid = request.valueLong(0);
    VBucket vbucket = session.copy(request.vbucket());
    VBucket.Position position = vbucket.position();
    OptionalLong end = position.failoverLog().endOf(vbuuid, position.highSeqno());
    if (end.isEmpty()) {
      throw StatusException.of(Status.KEY_ENOENT);
    }
    boolean sameBranch = vbuuid == position.failoverLog().vbuuid();
    int length = 1 + Short.BYTES + 3 * Long.BYTES + (sameBranch ? 0 : 2 * Long.BYTES);
    ByteBuf out = responses.header(Status.SUCCESS, Datatype.RAW, 0, length, 0);
    out.writeByte(sameBranch ? OBSERVE_SAME_BRANCH : OBSERVE_AFTER_FAILOVER);
    out.writeShort(vbucket.id()).writeLong(position.failoverLog().vbuuid());
    out.writeLong(position.persistedSeqno()).writeLong(position.highSeqno());
    if (!sameBranch) {
      out.writeLong(vbuuid).writeLong(end.getAsLong());
    }
  }

  private void allSeqnos(Request request) {
    int extras = request.extrasLength();
    int state = extras == 0 ? 0 : request.extrasInt(0);
    Bucket bucket = session.bucket();
    boolean ofCollection = extras == 2 * Integer.BYTES;
    int collection = ofCollection ? request.extrasInt(Integer.BYTES) : 0;
    if (ofCollection && bucket.manifest().collection(collection) == null) {
      throw StatusException.of(Status.UNKNOWN_COLLECTION);
    }
    List<VBucket> vbuckets =
        bucket.vbuckets().stream().filter(vbucket -> isIn(vbucket.state(), state)).toList();
    int length = vbuckets.size() * (Short.BYTES + Long.BYTES);
    ByteBuf out = responses.header(Status.SUCCESS, Datatype.RAW, 0, length, 0);
    VBucket.View view =
        session.hasCollections() ? VBucket.View.EVERYTHING : VBucket.View.DEFAULT_COLLECTION;
    for (VBucket vbucket : vbuckets) {
      out.writeShort(vbucket.id());
      out.writeLong(ofCollection ? vbucket.highSeqno(collection) : vbucket.highSeqno(view));
    }
  }

  /** Whether {@code state} is the one asked for; 0 asks for every state but dead. */
  private static boolean isIn(VBucketState state, int asked) {
    return asked == 0 ? state != VBucketState.DEAD : state.code() == asked;
  }

  /** Answers with a document that is as good as any other of the collection. */
  private void randomKey(Request request) {
    if (request.extrasLength() != (session.hasCollections() ? Integer.BYTES : 0)) {
      throw StatusException.of(Status.EINVAL);
    }
    Bucket bucket = session.bucket();
    int collection = session.hasCollections() ? request.extrasInt(0) : 0;
    if (bucket.manifest().collection(collection) == null) {
      throw StatusException.of(Status.UNKNOWN_COLLECTION);
    }
    int start = ThreadLocalRandom.current().nextInt(1 << 16);
    for (int i = 0; i < bucket.vbucketCount(); i++) {
      VBucket vbucket = bucket.vbucket((start + i) % bucket.vbucketCount());
      Item item = vbucket.anyDocument(collection, start);
      if (item != null) {
        send(item);
        return;
      }
    }
    throw StatusException.of(Status.KEY_ENOENT);
  }

  private void send(Item item) {
    byte[] value = item.value();
    int bodyOffset = Datatype.isXattr(item.datatype()) ? XattrSection.bodyOffset(value) : 0;
    int datatype = session.has(Feature.JSON) ? item.datatype() & Datatype.JSON : Datatype.RAW;
    int prefix = session.hasCollections() ? Leb128.length(item.collection()) : 0;
    int length = value.length - bodyOffset;
    ByteBuf out =
        responses.header(
            Status.SUCCESS,
            datatype,
            Integer.BYTES,
            prefix + item.key().length,
            length,
            item.cas());
    out.writeInt(item.flags());
    if (prefix > 0) {
      Leb128.encode(item.collection(), out);
    }
    out.writeBytes(item.key()).writeBytes(value, bodyOffset, length);
  }
}
