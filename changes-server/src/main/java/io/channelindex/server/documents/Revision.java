package io.channelindex.server.documents;

import io.channelindex.server.documents.DocumentMetadata.Life;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A revision id, {@code generation-digest}, as CouchDB has them.
 *
 * <p>The digest is a function of the parent, the body and whether the document is deleted: the same
 * edit of the same parent is the same revision, whichever node makes it and however often.
 *
 * @param generation how many edits led here, at least 1
 * @param digest 32 lower-case hexadecimal digits
 */
public record Revision(long generation, String digest) {
  private static final int MAX_GENERATION_DIGITS = 18;
  private static final int DIGEST_BYTES = 16;
  private static final int DIGEST_DIGITS = 2 * DIGEST_BYTES;
  private static final long MAX_ROOT_GENERATION = 1L << 50;

  public Revision {
    if (generation < 1) {
      throw new IllegalArgumentException(
          "generation out of range: generation=" + generation + ", min=1");
    }
  }

  /** Reads {@code generation-digest}; empty if the text is something else. */
  public static Optional<Revision> parse(String text) {
    int dash = text.length() - DIGEST_DIGITS - 1;
    if (dash < 1 || dash > MAX_GENERATION_DIGITS || text.charAt(dash) != '-') {
      return Optional.empty();
    }
    for (int i = dash + 1; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (!isDecimal(digit) && (digit < 'a' || digit > 'f')) {
        return Optional.empty();
      }
    }
    long generation = 0;
    for (int i = 0; i < dash; i++) {
      char digit = text.charAt(i);
      if (!isDecimal(digit)) {
        return Optional.empty();
      }
      generation = 10 * generation + digit - '0';
    }
    return text.charAt(0) == '0'
        ? Optional.empty()
        : Optional.of(new Revision(generation, text.substring(dash + 1)));
  }

  private static boolean isDecimal(char digit) {
    return digit >= '0' && digit <= '9';
  }

  /**
   * The revision of an edit without a known parent.
   *
   * @param revisionSeqno how often the document was written, all its lives: no generation that it
   *     ever had is higher, so that a document that lost its attribute goes on with a higher one
   * @param content what makes the edit this one: the canonical body, or the document's id
   */
  static Revision root(long revisionSeqno, Life life, byte[] content) {
    // Other tools set it to what they like, up to 64 bits unsigned.
    long generation = revisionSeqno < 1 ? 1 : Math.min(revisionSeqno, MAX_ROOT_GENERATION);
    return new Revision(generation, digest(null, life, content));
  }

  /** The revision of an edit of this one. */
  Revision next(Life life, byte[] canonicalBody) {
    return new Revision(generation + 1, digest(this, life, canonicalBody));
  }

  /** The revision of a deletion of this one, whoever deletes it. */
  public Revision deletion() {
    return next(Life.DELETED, CanonicalJson.EMPTY_OBJECT);
  }

  private static String digest(@Nullable Revision parent, Life life, byte[] content) {
    MessageDigest sha256 = sha256();
    // No revision and no word contains a zero: the parts cannot run into each other.
    sha256.update((parent == null ? "" : parent.toString()).getBytes(StandardCharsets.US_ASCII));
    sha256.update((byte) 0);
    sha256.update(life.name().getBytes(StandardCharsets.US_ASCII));
    sha256.update((byte) 0);
    sha256.update(content);
    return HexFormat.of().formatHex(sha256.digest(), 0, DIGEST_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** {@code generation-digest}. */
  @Override
  public String toString() {
    return generation + "-" + digest;
  }
}
