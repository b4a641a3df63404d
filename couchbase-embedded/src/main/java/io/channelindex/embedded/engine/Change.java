package io.channelindex.embedded.engine;

import io.channelindex.embedded.json.JsonValidator;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.subdoc.XattrSection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A new version of a document, but for its place in the history.
 *
 * @param value attribute section (if the datatype says so) and body
 * @param datatype bits of {@link Datatype}, never snappy
 * @param expiry absolute, in Unix seconds; of a tombstone the time it was made
 */
// Bytes on their way through, handed over and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Change(Item.Kind kind, byte[] value, int datatype, int flags, int expiry) {
  /** A document as a client wrote it, with the attributes of the one that it takes the place of. */
  static Change overwriting(@Nullable Item existing, Write write, int expiry) {
    byte[] value = write.value();
    int datatype = write.datatype();
    if (existing != null && Datatype.isXattr(existing.datatype()) && !Datatype.isXattr(datatype)) {
      value = XattrSection.withBody(existing.value(), value);
      datatype |= Datatype.XATTR;
    }
    return new Change(Item.Kind.DOCUMENT, value, datatype, write.flags(), expiry);
  }

  /**
   * {@code existing} with bytes added to its body.
   *
   * @throws StatusException {@link Status#E2BIG} if the body becomes too long
   */
  static Change concatenating(Item existing, byte[] bytes, VBucket.End end) {
    byte[] old = existing.value();
    int bodyOffset = bodyOffset(existing);
    if ((long) old.length - bodyOffset + bytes.length > Limits.BODY) {
      throw StatusException.of(Status.E2BIG);
    }
    int insertAt = end == VBucket.End.BACK ? old.length : bodyOffset;
    byte[] value = Arrays.copyOf(old, old.length + bytes.length);
    System.arraycopy(bytes, 0, value, insertAt, bytes.length);
    System.arraycopy(old, insertAt, value, insertAt + bytes.length, old.length - insertAt);
    return replacingBody(existing, value, bodyOffset);
  }

  /** A counter that did not exist. */
  static Change newCounter(long value, int expiry) {
    return new Change(Item.Kind.DOCUMENT, Counter.format(value), Datatype.JSON, 0, expiry);
  }

  /** The counter {@code existing} with another value. */
  static Change counting(Item existing, long value) {
    int bodyOffset = bodyOffset(existing);
    byte[] text = Counter.format(value);
    byte[] all = Arrays.copyOf(existing.value(), bodyOffset + text.length);
    System.arraycopy(text, 0, all, bodyOffset, text.length);
    return replacingBody(existing, all, bodyOffset);
  }

  /** {@code existing} with another expiry time. */
  static Change touching(Item existing, int expiry) {
    return new Change(
        Item.Kind.DOCUMENT, existing.value(), existing.datatype(), existing.flags(), expiry);
  }

  /** Where the body of {@code item} begins. */
  static int bodyOffset(Item item) {
    return Datatype.isXattr(item.datatype()) ? XattrSection.bodyOffset(item.value()) : 0;
  }

  /** A body that the node itself made, with the attributes in front of it. */
  private static Change replacingBody(Item existing, byte[] value, int bodyOffset) {
    boolean json = JsonValidator.isJson(value, bodyOffset, value.length - bodyOffset);
    int datatype = (existing.datatype() & ~Datatype.JSON) | (json ? Datatype.JSON : Datatype.RAW);
    return new Change(Item.Kind.DOCUMENT, value, datatype, existing.flags(), existing.expiry());
  }
}
