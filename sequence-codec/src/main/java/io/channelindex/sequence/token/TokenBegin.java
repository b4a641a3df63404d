package io.channelindex.sequence.token;

import io.channelindex.sequence.token.TokenText.Seal;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What many tokens begin with, as text already. A token costs a copy of that text and the encoding
 * of the few bytes after it.
 *
 * <p>Immutable.
 */
final class TokenBegin {
  // Three bytes are four letters: what is left of the shared bytes begins every token's own text.
  private static final int GROUP_BYTES = 3;

  private final byte[] letters;
  private final byte[] rest;
  private final int checksum;
  private final Seal seal;

  TokenBegin(byte[] bytes, Seal seal) {
    int whole = bytes.length - bytes.length % GROUP_BYTES;
    this.letters = TokenText.letters(Arrays.copyOf(bytes, whole));
    this.rest = Arrays.copyOfRange(bytes, whole, bytes.length);
    this.checksum = Crc32c.of(bytes, bytes.length);
    this.seal = seal;
  }

  /** Room for the end of a token, to be filled from its position on. */
  ByteBuffer room(int bytes) {
    return ByteBuffer.allocate(rest.length + bytes).put(rest);
  }

  /** The token that ends with what was put into the {@link #room}. */
  Token with(ByteBuffer end) {
    int length = end.position();
    byte[] bytes = new byte[length + seal.bytes()];
    end.get(0, bytes, 0, length);
    seal.put(
        ByteBuffer.wrap(bytes).position(length),
        Crc32c.continued(checksum, bytes, rest.length, length));
    return new Token(letters, TokenText.letters(bytes));
  }

  /** The token that ends with the channels of a scope. */
  Token with(TokenScope scope) {
    ByteBuffer end = room(TokenScope.CHANNEL_BYTES);
    putChannels(end, scope);
    return with(end);
  }

  static void putChannels(ByteBuffer out, TokenScope scope) {
    out.put((byte) (scope.channels() >>> 16)).putShort((short) scope.channels());
  }

  static int channels(ByteBuffer in) {
    if (in.remaining() < TokenScope.CHANNEL_BYTES) {
      throw TokenException.malformed("token without channels: remaining=" + in.remaining());
    }
    return (in.get() & 0xff) << 16 | (in.getShort() & 0xffff);
  }
}
