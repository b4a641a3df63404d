package io.channelindex.embedded.engine;

/**
 * One step of a collections manifest.
 *
 * @param type what was done
 * @param manifestUid the manifest's uid after the change
 * @param scope id of the scope
 * @param collection id of the collection; 0 for a change of a scope
 * @param name name of what was created; empty for a drop
 * @param maxTtlSeconds of a created collection, 0 for none
 */
record ManifestChange(
    SystemEvent.Type type,
    long manifestUid,
    int scope,
    int collection,
    String name,
    int maxTtlSeconds) {}
