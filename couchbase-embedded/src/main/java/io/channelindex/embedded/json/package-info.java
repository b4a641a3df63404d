/**
 * JSON as text: validation, location of a path, and edits that leave every byte outside the edit as
 * it was.
 *
 * <p>A Couchbase data node never rebuilds a document from a tree: whitespace, key order and the
 * spelling of numbers survive a sub-document operation. So does nothing here build a tree. All
 * functions are pure, work on byte arrays that they do not change, and are safe from any thread.
 *
 * <p>Source: {@code docs/SubDocument.md} of couchbase/kv_engine for the operations and the path
 * grammar, RFC 8259 for the text.
 */
@NullMarked
package io.channelindex.embedded.json;

import org.jspecify.annotations.NullMarked;
