/** Vector clocks of vbucket seqnos: {@code SequenceClock}, its algebra, codecs and tokens. */
@NullMarked
package io.channelindex.sequence;

import org.jspecify.annotations.NullMarked;
