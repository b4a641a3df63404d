package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.LogFrames.Place;
import java.util.Arrays;
import java.util.List;

/**
 * Makes frames of a log, one after the other, for any channels: everything but the frame itself is
 * used again.
 *
 * <p>Confined to one thread.
 */
public final class LogFrameEncoder {
  private static final int TAGS = 16;

  private final Compressor compressor;
  private final PayloadWriter body = PayloadWriter.ofPart(4096);
  private final PayloadWriter compressed = PayloadWriter.ofPart(16);
  private final IdRowWriter ids = new IdRowWriter();

  private int[] vbuckets = new int[TAGS];
  private long[] vbuuids = new long[TAGS];
  private long[] seqnos = new long[TAGS];
  private int tags;
  private int lastTag;

  /** An encoder whose frames are compressed where that pays. */
  public LogFrameEncoder(Compressor compressor) {
    this.compressor = compressor;
  }

  /**
   * A frame of the entries, in their order.
   *
   * @param epoch of the owner who writes it
   * @throws IllegalArgumentException if there are none, or one cannot be written
   */
  public byte[] encode(String channel, long epoch, List<Entry> entries, Place place) {
    int count = entries.size();
    if (count == 0) {
      throw new IllegalArgumentException("frame without entries: channel=" + channel);
    }
    body.truncate(0);
    body.octet(place.code());
    if (place == Place.FIRST) {
      body.text(channel);
    } else {
      body.half(LogFrames.proof(channel));
    }
    body.varint(epoch).varint(count);
    ids.begin();
    tags = 0;
    lastTag = -1;
    for (int i = 0; i < count; i++) {
      add(entries.get(i), i < count - 1);
    }
    compressed.truncate(0);
    return compressed.compressed(compressor, body.array(), 0, body.size())
        ? compressed.sealFrame(DocumentFormat.LOG_FRAMES, compressor.compression())
        : body.sealFrame(DocumentFormat.LOG_FRAMES, BlockCompression.NONE);
  }

  private void add(Entry entry, boolean more) {
    ids.take(entry.documentId());
    int start = body.size();
    body.octet(0);
    int flags = entry.state().code();
    int tag = tag(entry.vbucket(), entry.vbuuid());
    if (tag == lastTag) {
      flags |= LogFrames.SAME_TAG;
    } else {
      body.varint(tag);
      lastTag = tag;
      if (tag == tags) {
        addTag(entry.vbucket(), entry.vbuuid());
      }
    }
    body.signed(entry.seqno() - seqnos[tag]);
    seqnos[tag] = entry.seqno();
    flags |= ids.write(body, more);
    flags |= writeRevision(entry.revision());
    body.array()[start] = (byte) flags;
  }

  private int writeRevision(String revision) {
    int start = body.size();
    byte[] text = PackedRevision.bytes(revision);
    int digest = PackedRevision.digestLength(text);
    if (digest > 0) {
      body.varint(PackedRevision.generation(text));
      if (digest != LogFrames.USUAL_DIGEST_BYTES) {
        body.varint(digest);
      }
      if (body.lowercaseHex(text, text.length - 2 * digest, digest)) {
        return digest == LogFrames.USUAL_DIGEST_BYTES
            ? LogFrames.USUAL_REVISION
            : LogFrames.PACKED_REVISION;
      }
      body.truncate(start);
    }
    body.text(revision);
    return LogFrames.TEXT_REVISION;
  }

  /** The index of a tag; that of the next one if it is new. */
  private int tag(int vbucket, long vbuuid) {
    for (int tag = tags - 1; tag >= 0; tag--) {
      if (vbuckets[tag] == vbucket && vbuuids[tag] == vbuuid) {
        return tag;
      }
    }
    return tags;
  }

  private void addTag(int vbucket, long vbuuid) {
    body.varint(vbucket).fixed(vbuuid);
    vbuckets[tags] = vbucket;
    vbuuids[tags] = vbuuid;
    seqnos[tags] = 0;
    tags++;
    if (tags == vbuckets.length) {
      vbuckets = Arrays.copyOf(vbuckets, 2 * tags);
      vbuuids = Arrays.copyOf(vbuuids, 2 * tags);
      seqnos = Arrays.copyOf(seqnos, 2 * tags);
    }
  }
}
