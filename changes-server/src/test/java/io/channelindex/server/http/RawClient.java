package io.channelindex.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An HTTP/1.1 client that shows every byte as it came, and which bytes came in one chunk. */
final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(HttpSettings.Address address) {
    try {
      socket = new Socket();
      // Small, so that a client that does not read is soon felt.
      socket.setReceiveBufferSize(16 << 10);
      socket.connect(new InetSocketAddress(address.host(), address.port()));
      socket.setSoTimeout(TIMEOUT_MILLIS);
      in = socket.getInputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawClient send(String text) {
    return send(text.getBytes(UTF_8));
  }

  RawClient send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawClient get(String path) {
    return send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
  }

  /** Reads status line and headers, without the empty line at their end. */
  String head() {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = read();
      if (b < 0) {
        throw new IllegalStateException("closed in the head: " + head);
      }
      head.append((char) b);
    }
    return head.substring(0, head.length() - 4);
  }

  /** Reads one chunk; empty at the end of a body. Null if the connection is cut. */
  String chunk() {
    String size = line();
    if (size == null) {
      return null;
    }
    byte[] bytes = bytes(Integer.parseInt(size, 16));
    line();
    return bytes == null ? null : new String(bytes, UTF_8);
  }

  /** Reads a whole answer, whichever way its length is given. */
  String body(String head) {
    String lower = head.toLowerCase(Locale.ROOT);
    int length = lower.indexOf("content-length: ");
    if (length >= 0) {
      int end = lower.indexOf("\r\n", length);
      String number = lower.substring(length + 16, end < 0 ? lower.length() : end);
      return new String(bytes(Integer.parseInt(number)), UTF_8);
    }
    return String.join("", chunks());
  }

  /** Reads chunks to the end of the body. */
  List<String> chunks() {
    List<String> chunks = new ArrayList<>();
    for (String chunk = chunk(); !"".equals(chunk); chunk = chunk()) {
      if (chunk == null) {
        throw new IllegalStateException("cut after " + chunks);
      }
      chunks.add(chunk);
    }
    return chunks;
  }

  /** Reads everything until the connection is closed. */
  String rest() {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    for (int b = read(); b >= 0; b = read()) {
      rest.write(b);
    }
    return rest.toString(UTF_8);
  }

  /** Whether nothing comes for a while. */
  boolean isSilentFor(int millis) {
    try {
      setTimeout(millis);
      int b = in.read();
      throw new IllegalStateException("not silent: byte=" + b);
    } catch (SocketTimeoutException e) {
      setTimeout(TIMEOUT_MILLIS);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void setTimeout(int millis) {
    try {
      socket.setSoTimeout(millis);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    while (true) {
      int b = read();
      if (b < 0) {
        return null;
      }
      if (b == '\n') {
        return line.toString().trim();
      }
      line.append((char) b);
    }
  }

  private byte[] bytes(int count) {
    try {
      byte[] bytes = in.readNBytes(count);
      return bytes.length < count ? null : bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int read() {
    try {
      return in.read();
    } catch (SocketException e) {
      return -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
