package io.channelindex.perf.config;

import java.util.List;
import java.util.Optional;

/**
 * Where to run, and as whom.
 *
 * @param choice where
 * @param connectionString the external cluster; present exactly if {@code choice} is external
 * @param credentials the user, on every target
 * @param buckets the buckets, on every target
 * @param image the image of the container
 * @param nodeHeapMib the heap of the embedded node's process in MiB
 * @param vbuckets the vbucket counts of the embedded node; powers of two up to 1,024
 */
public record TargetSettings(
    TargetChoice choice,
    Optional<String> connectionString,
    Credentials credentials,
    Buckets buckets,
    String image,
    int nodeHeapMib,
    List<Integer> vbuckets) {
  private static final int MOST_VBUCKETS = 1_024;

  public TargetSettings {
    vbuckets = List.copyOf(vbuckets);
    Require.notBlank(Setting.IMAGE, image);
    Require.range(Setting.NODE_HEAP, nodeHeapMib, 64, 1 << 20);
    if (choice == TargetChoice.EXTERNAL && connectionString.isEmpty()) {
      throw new InvalidSettingException(
          "missing setting: perf.target=external needs name=" + Setting.CONNECTION_STRING.key());
    }
    if (choice != TargetChoice.EXTERNAL && connectionString.isPresent()) {
      throw new InvalidSettingException(
          "settings contradict: perf.connection-string needs perf.target=external");
    }
    for (int count : vbuckets) {
      Require.range(Setting.VBUCKETS, count, 1, MOST_VBUCKETS);
      if (Integer.bitCount(count) != 1) {
        throw new InvalidSettingException(
            "setting is not a power of two: " + Setting.VBUCKETS.key() + "=" + count);
      }
    }
  }

  static TargetSettings from(Settings settings, Profile profile) {
    Optional<String> connectionString = settings.text(Setting.CONNECTION_STRING);
    TargetChoice choice =
        settings
            .choice(Setting.TARGET, TargetChoice.class)
            .orElse(connectionString.isPresent() ? TargetChoice.EXTERNAL : TargetChoice.AUTO);
    boolean clusterDecides = choice == TargetChoice.CONTAINER || choice == TargetChoice.EXTERNAL;
    if (clusterDecides && settings.text(Setting.VBUCKETS).isPresent()) {
      throw new InvalidSettingException(
          "settings contradict: perf.vbuckets is read from the cluster unless perf.target=embedded");
    }
    return new TargetSettings(
        choice,
        connectionString,
        new Credentials(
            settings.text(Setting.USERNAME).orElse("Administrator"),
            settings.text(Setting.PASSWORD).orElse("password")),
        new Buckets(
            settings.text(Setting.DATA_BUCKET).orElse("data"),
            settings.text(Setting.INDEX_BUCKET).orElse("index")),
        settings.text(Setting.IMAGE).orElse("couchbase/server:community-7.6.2"),
        settings.integer(Setting.NODE_HEAP, 2_048),
        settings.integers(Setting.VBUCKETS, profile.vbuckets()));
  }
}
