package io.channelindex.embedded.chaos;

import org.jspecify.annotations.Nullable;

/** What came of an operation, as far as its client knows. */
sealed interface Outcome {
  /** A document was read. */
  record Read(Version version) implements Outcome {}

  /**
   * A write was acknowledged.
   *
   * @param cas of the new version
   * @param token where it is in the history
   * @param value what the answer says the document is now; null if it says nothing
   */
  record Written(long cas, Token token, @Nullable String value) implements Outcome {}

  /** The answer says something about the document, and nothing was changed. */
  enum Refused implements Outcome {
    /** There is no document. */
    MISSING,
    /** There is one. */
    EXISTS,
    /** There is one, and not the version that was asked for. */
    CHANGED
  }

  /**
   * Nothing was changed, and nothing is known of the document.
   *
   * @param why for people
   */
  record NotDone(String why) implements Outcome {}

  /**
   * It was done, or will be, or never.
   *
   * @param why for people
   */
  record Unknown(String why) implements Outcome {}
}
