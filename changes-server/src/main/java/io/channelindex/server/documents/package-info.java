/**
 * Documents, their revisions, channels and metadata in the data bucket.
 *
 * <h2>The metadata attribute</h2>
 *
 * A document's metadata are JSON in its extended attribute {@code _ci}, written with the body in
 * one sub-document operation. The underscore makes it a system attribute: it stays on the
 * tombstone.
 *
 * <pre>{@code
 * {"v": 1,                                      version of this format
 *  "rev": "3-5d41402abc4b2a76b9719d911017c592", revision
 *  "ch": ["a", "b"],                            channels, sorted, without "*"
 *  "left": {"c": 1, "d": 2},                    channels that it left, and in which slot
 *  "slots": {"1": {"rev": "2-…", "seq": "0x0000000000000007"},
 *            "2": {"rev": "3-…", "seq": "0x0000000000000009", "del": true}},
 *  "del": true,                                 only on a tombstone
 *  "cas": "0x0000dd78dc2aea18",                 CAS of the write, byte-swapped, by macro
 *  "seq": "0x0000000000000009",                 seqno of the write, by macro
 *  "crc": "0xf9c2544e"}                         CRC32C of the body, by macro; not on a tombstone
 * }</pre>
 *
 * A slot is a write with which the document left channels; {@code "del"} in a slot says that the
 * write deleted it. The slot of the write itself gets its seqno by macro, since nobody can know it
 * before; those of earlier writes keep what the macro became. The stream of changes is
 * deduplicated, so this is the only place where a leaving is certain to be found.
 *
 * <p>An attribute that is not like this is not of our making, and as good as none: so is one that
 * names a channel as no channel can be called.
 *
 * <p>The data service tells who wrote last: if neither {@code cas} is the document's CAS nor {@code
 * crc} its body's checksum, it was somebody who does not know the attribute. A touch changes the
 * CAS only.
 *
 * <p>Documents of users and roles have an attribute of the same name and another format, {@link
 * io.channelindex.server.documents.PrincipalAttribute}.
 *
 * <p>Source: kv_engine {@code docs/ExtendedAttributes.md}, "Macro expansion" and "System extended
 * attributes".
 */
@NullMarked
package io.channelindex.server.documents;

import org.jspecify.annotations.NullMarked;
