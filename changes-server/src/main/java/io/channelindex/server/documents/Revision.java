package io.channelindex.server.documents;

import io.channelindex.server.documents.DocumentMetadata.Life;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A revision id, {@code generation-digest}, as CouchDB has them: the generation is how many edits
 * led here, at least 1; the digest has 32 lower-case hexadecimal digits.
 *
 * <p>The digest is a function of the parent, the body and whether the document is deleted: the same
 * edit of the same parent is the same revision, whichever node makes it and however often.
 *
 * <p>Immutable; equal to a revision with the same text.
 */
public final class Revision {
  private static final int MAX_GENERATION_DIGITS = 18;
  private static final int DIGEST_BYTES = 16;
  private static final int DIGEST_DIGITS = 2 * DIGEST_BYTES;
  private static final long MAX_ROOT_GENERATION = 1L << 50;

  private final long generation;
  // Kept as it is read and shown: one is read for every change of the data bucket.
  private final String text;

  /** A revision from its parts. */
  Revision(long generation, String digest) {
    this(generation + "-" + digest, generation);
    if (generation < 1) {
      throw new IllegalArgumentException(
          "generation out of range: generation=" + generation + ", min=1");
    }
  }

  private Revision(String text, long generation) {
    this.text = text;
    this.generation = generation;
  }

  /** Reads {@code generation-digest}; empty if the text is something else. */
  public static Optional<Revision> parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return Optional.ofNullable(read(bytes, 0, bytes.length));
  }

  /** Reads {@code generation-digest}; null if what stands there is something else. */
  static @Nullable Revision read(byte[] bytes, int from, int to) {
    int dash = to - DIGEST_DIGITS - 1;
    if (dash <= from
        || dash - from > MAX_GENERATION_DIGITS
        || bytes[dash] != '-'
        || bytes[from] == '0') {
      return null;
    }
    int wrong = 0;
    for (int i = dash + 1; i < to; i++) {
      wrong |= HexDigit.lowercase(bytes[i]);
    }
    long generation = 0;
    for (int i = from; i < dash; i++) {
      int digit = bytes[i] - '0';
      wrong |= digit | (9 - digit);
      generation = 10 * generation + digit;
    }
    return wrong < 0
        ? null
        : new Revision(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1), generation);
  }

  /** How many edits led here, at least 1. */
  public long generation() {
    return generation;
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
    sha256.update((parent == null ? "" : parent.text).getBytes(StandardCharsets.US_ASCII));
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

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Revision revision && text.equals(revision.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** {@code generation-digest}. */
  @Override
  public String toString() {
    return text;
  }
}
