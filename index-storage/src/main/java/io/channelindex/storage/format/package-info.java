/**
 * The documents of the index bucket, byte by byte.
 *
 * <p>Each document is a header ({@code DocumentHeader}: magic, format, version, CRC32C) and a
 * payload, whose diagram stands in the document's own class. Payloads are made of few kinds of
 * values:
 *
 * <table>
 *   <caption>Values</caption>
 *   <tr><td>octet</td><td>one byte</td></tr>
 *   <tr><td>varint</td><td>unsigned LEB128 of 64 bits, in its shortest form</td></tr>
 *   <tr><td>fixed</td><td>8 bytes, big-endian: what is random, and no shorter as a varint</td></tr>
 *   <tr><td>text</td><td>the length in bytes as a varint, then UTF-8</td></tr>
 *   <tr><td>row</td><td>a seqno per vbucket of a partition, {@code SeqnoColumns}</td></tr>
 * </table>
 *
 * <p>A value has one encoding, and readers take no other. Whatever cannot be read is an {@link
 * io.channelindex.storage.format.UnreadableDocumentException} that names the key and says which of
 * four things is wrong; the header keeps its place in all versions, so that a newer document is
 * told from a damaged one.
 *
 * <p>A format that changes gets a new version, one that holds something else a new {@link
 * io.channelindex.storage.format.DocumentFormat}; golden bytes of each version are kept in the
 * tests.
 */
@NullMarked
package io.channelindex.storage.format;

import org.jspecify.annotations.NullMarked;
