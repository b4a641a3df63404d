package io.channelindex.perf.cluster;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node sent on one connection from the first stream request to the last stream's end: the
 * answers to the requests and the messages of the streams, in their order.
 *
 * <p>Filled by one thread, then handed to another, which may play it again and again.
 */
final class StreamRecording {
  private static final int CHUNK_BYTES = 256 << 10;

  private static final class Chunk {
    private final byte[] bytes;
    private final ByteBuffer frames;

    Chunk(int capacity) {
      bytes = new byte[capacity];
      frames = ByteBuffer.wrap(bytes);
    }
  }

  private final Map<Integer, byte[]> answers = new HashMap<>();
  private final List<Chunk> chunks = new ArrayList<>();
  private int ended;
  private long messages;

  /** Keeps the answer to the stream request of a vbucket. */
  void answer(int vbucket, byte[] frame) {
    answers.put(vbucket, frame);
  }

  /** Keeps a message of a stream. */
  void message(byte[] frame) {
    if (chunks.isEmpty() || last().remaining() < frame.length) {
      chunks.add(new Chunk(Math.max(CHUNK_BYTES, frame.length)));
    }
    last().put(frame);
    messages++;
    if (Frames.opcode(frame) == Frames.STREAM_END) {
      ended++;
    }
  }

  private ByteBuffer last() {
    return chunks.get(chunks.size() - 1).frames;
  }

  /** How many streams were opened. */
  int streams() {
    return answers.size();
  }

  /** Whether all of them came to their end. */
  boolean isComplete() {
    return !answers.isEmpty() && ended == answers.size();
  }

  /** How many messages there are. */
  long messages() {
    return messages;
  }

  /**
   * The answer to the stream request of a vbucket, as one to the request with another opaque.
   *
   * @throws IllegalStateException if nobody asked for that vbucket
   */
  byte[] answer(int vbucket, int opaque) {
    byte[] recorded = answers.get(vbucket);
    if (recorded == null) {
      throw new IllegalStateException("stream was not recorded: vbucket=" + vbucket);
    }
    byte[] answer = recorded.clone();
    Frames.opaque(ByteBuffer.wrap(answer), 0, opaque);
    return answer;
  }

  /**
   * Makes the messages those of the streams with the opaques given, and hands them over in pieces.
   *
   * @param vbuckets those of the recording, by the opaque of the stream
   */
  <E extends Exception> void play(Map<Integer, Integer> vbuckets, Sink<E> sink) throws E {
    int[] opaques = new int[1 + Collections.max(vbuckets.values())];
    vbuckets.forEach((opaque, vbucket) -> opaques[vbucket] = opaque);
    for (Chunk chunk : chunks) {
      ByteBuffer frames = chunk.frames;
      int end = frames.position();
      for (int at = 0; at < end; at += Frames.length(frames, at)) {
        Frames.opaque(frames, at, opaques[Frames.vbucket(frames, at)]);
      }
      sink.take(chunk.bytes, end);
    }
  }

  /** Takes the bytes of whole messages. */
  @FunctionalInterface
  interface Sink<E extends Exception> {
    /** Takes the first {@code length} bytes; they are the recording's own. */
    void take(byte[] bytes, int length) throws E;
  }
}
