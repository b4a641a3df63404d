package io.channelindex.embedded.wire;

import java.util.Map;

/**
 * The manifest ids of this run. The captured server got its scope and both collections in one
 * manifest, with id 1; here they are created one by one.
 *
 * @param current hex digits
 * @param byName the id of the manifest that brought each scope and collection
 */
record ManifestUids(String current, Map<String, Long> byName) {}
