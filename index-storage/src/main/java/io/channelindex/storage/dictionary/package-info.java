/** The dictionaries of compression, as documents of the index bucket (feature W11). */
@NullMarked
package io.channelindex.storage.dictionary;

import org.jspecify.annotations.NullMarked;
