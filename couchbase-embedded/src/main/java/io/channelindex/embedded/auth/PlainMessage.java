package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The only message of PLAIN: {@code [authorization identity] NUL name NUL password}. Like a real
 * server, this one does not act upon an authorization identity, and overlooks one NUL at the end.
 *
 * <p>A NUL inside of the password is refused: PBKDF2 does not see NULs that a short password ends
 * with. Closing the message wipes the password. Source: RFC 4616.
 */
final class PlainMessage implements AutoCloseable {
  private final String userName;
  private final char[] password;

  private PlainMessage(String userName, char[] password) {
    this.userName = userName;
    this.password = password;
  }

  /** The parts of {@code message}, or null if it is malformed. */
  static @Nullable PlainMessage parse(byte[] message) {
    int nameStart = indexOfNul(message, 0) + 1;
    int passwordStart = indexOfNul(message, nameStart) + 1;
    if (nameStart == 0 || passwordStart == 0) {
      return null;
    }
    boolean terminated = message.length > passwordStart && message[message.length - 1] == 0;
    int end = terminated ? message.length - 1 : message.length;
    int nul = indexOfNul(message, passwordStart);
    if (nul >= 0 && nul < end) {
      return null;
    }
    try {
      String name = decode(message, nameStart, passwordStart - 1).toString();
      CharBuffer password = decode(message, passwordStart, end);
      char[] chars = Arrays.copyOf(password.array(), password.length());
      Arrays.fill(password.array(), '\0');
      return name.isEmpty() ? null : new PlainMessage(name, chars);
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  String userName() {
    return userName;
  }

  /** Wiped by {@link #close}. */
  char[] password() {
    return password;
  }

  @Override
  public void close() {
    Arrays.fill(password, '\0');
  }

  private static int indexOfNul(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private static CharBuffer decode(byte[] bytes, int from, int to) throws CharacterCodingException {
    return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
  }
}
