package io.channelindex.embedded.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Why a test asks for the statuses, extras and values that it asks for: on a class for all of its
 * tests, on a test for that one.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@interface Authority {
  /** How it is known. */
  Kind value();

  /** Captures by name, documents and sources of couchbase/kv_engine by path. */
  String where();

  /** What is known how. */
  enum Kind {
    /** A real server answered so. */
    CAPTURED,
    /** The public documents, or the source where they are silent, say so. */
    DOCUMENTED,
    /** No real server has it: faults on demand, bounds of this node's own. */
    OWN
  }
}
