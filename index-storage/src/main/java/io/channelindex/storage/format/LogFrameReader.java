package io.channelindex.storage.format;

import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.LogFrames.Place;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a document, one after the other.
 *
 * <p>Confined to one thread.
 */
final class LogFrameReader {
  private static final int LEAST_ROW_BYTES = 5;
  private static final int TAGS = 16;

  private final String channel;
  private final EntryFilter filter;
  private final EntrySink sink;
  private final IdRowReader ids = new IdRowReader();
  private final byte[] text = new byte[PackedRevision.MAX_CHARS];
  private int proof;
  private boolean first = true;

  private int[] vbuckets = new int[TAGS];
  private long[] vbuuids = new long[TAGS];
  private long[] seqnos = new long[TAGS];
  private int tags;

  LogFrameReader(String channel, EntryFilter filter, EntrySink sink) {
    this.channel = channel;
    this.filter = filter;
    this.sink = sink;
  }

  /** Reads the next frame; returns the epoch of its owner. */
  long frame(PayloadReader payload) {
    requireChannel(payload);
    long epoch = payload.varint();
    int count = payload.count("entries", LEAST_ROW_BYTES);
    if (count == 0) {
      throw payload.corrupt("frame without entries");
    }
    ids.begin();
    tags = 0;
    int tag = -1;
    for (int i = 0; i < count; i++) {
      int flags = payload.octet();
      if ((flags & LogFrames.SAME_TAG) == 0) {
        tag = readTag(payload);
      } else if (tag < 0) {
        throw payload.corrupt("no tag yet: flags=" + flags);
      }
      row(payload, flags, tag);
    }
    return epoch;
  }

  private void requireChannel(PayloadReader payload) {
    if (payload.octet("place", Place.FIRST.code()) == Place.FIRST.code()) {
      payload.channel(channel);
    } else if (first) {
      throw payload.corrupt("beginning lost: the first frame is one of those that follow");
    } else {
      if (proof == 0) {
        proof = LogFrames.proof(channel);
      }
      int found = payload.half();
      if (found != proof) {
        throw payload.other("channel=" + channel + ", found hash=" + Integer.toHexString(found));
      }
    }
    first = false;
  }

  private int readTag(PayloadReader payload) {
    int tag = payload.varint("tag", tags);
    if (tag == tags) {
      if (tags == vbuckets.length) {
        vbuckets = Arrays.copyOf(vbuckets, 2 * tags);
        vbuuids = Arrays.copyOf(vbuuids, 2 * tags);
        seqnos = Arrays.copyOf(seqnos, 2 * tags);
      }
      vbuckets[tag] = payload.varint("vbucket", Partitions.MAX);
      vbuuids[tag] = payload.fixed();
      seqnos[tag] = 0;
      tags++;
    }
    return tag;
  }

  private void row(PayloadReader payload, int flags, int tag) {
    long seqno = seqnos[tag] + payload.signed();
    if (seqno == 0) {
      throw payload.corrupt("entry without a seqno: vbucket=" + vbuckets[tag]);
    }
    seqnos[tag] = seqno;
    EntryState state = EntryState.ofCode(flags & LogFrames.STATE);
    boolean wanted = filter.wants(vbuckets[tag], seqno, vbuuids[tag]);
    String documentId = ids.read(payload, flags, wanted);
    String revision = readRevision(payload, flags, wanted);
    if (documentId != null) {
      sink.entry(documentId, revision, vbuckets[tag], seqno, vbuuids[tag], state);
    }
  }

  private @Nullable String readRevision(PayloadReader payload, int flags, boolean wanted) {
    switch (flags & LogFrames.REVISION) {
      case LogFrames.USUAL_REVISION -> {
        long generation = PackedRevision.readGeneration(payload);
        int bytes = LogFrames.USUAL_DIGEST_BYTES;
        int from = payload.skip(bytes);
        return wanted ? PackedRevision.text(generation, payload.array(), from, bytes, text) : null;
      }
      case LogFrames.PACKED_REVISION -> {
        return PackedRevision.read(payload, wanted);
      }
      case LogFrames.TEXT_REVISION -> {
        int length = payload.varint("revision", payload.remaining());
        if (length == 0) {
          throw payload.corrupt("empty revision");
        }
        int from = payload.skip(length);
        return wanted ? payload.utf8(payload.array(), from, length) : null;
      }
      default -> throw payload.corrupt("unknown form of a revision: flags=" + flags);
    }
  }
}
