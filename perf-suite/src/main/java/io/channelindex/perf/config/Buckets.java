package io.channelindex.perf.config;

/**
 * The two buckets of a run.
 *
 * @param data where the documents are
 * @param index where the channel index is; another bucket than {@code data}
 */
public record Buckets(String data, String index) {
  public Buckets {
    Require.notBlank(Setting.DATA_BUCKET, data);
    Require.notBlank(Setting.INDEX_BUCKET, index);
    if (data.equals(index)) {
      throw new InvalidSettingException(
          "the buckets must differ: perf.data-bucket=" + data + ", perf.index-bucket=" + index);
    }
  }
}
