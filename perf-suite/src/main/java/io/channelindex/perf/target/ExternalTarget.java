package io.channelindex.perf.target;

import io.channelindex.perf.config.TargetSettings;

/** A cluster that is already there, and stays. */
final class ExternalTarget implements Target {
  private final Endpoint endpoint;

  ExternalTarget(TargetSettings settings) {
    this.endpoint =
        new Endpoint(
            settings.connectionString().orElseThrow(), settings.credentials(), settings.buckets());
  }

  @Override
  public TargetKind kind() {
    return TargetKind.EXTERNAL;
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String complaints() {
    return "";
  }

  @Override
  public void close() {
    // The cluster was there before the run, and is none of its business afterwards.
  }
}
