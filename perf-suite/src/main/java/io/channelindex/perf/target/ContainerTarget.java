package io.channelindex.perf.target;

import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.TargetSettings;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.couchbase.BucketDefinition;
import org.testcontainers.couchbase.CouchbaseContainer;
import org.testcontainers.couchbase.CouchbaseService;
import org.testcontainers.utility.DockerImageName;

/** Couchbase Server in a container of its own, with the data service only. */
final class ContainerTarget implements Target {
  private static final int BUCKET_QUOTA_MIB = 512;
  private static final int SERVICE_QUOTA_MIB = 2 * BUCKET_QUOTA_MIB + 256;

  private final CouchbaseContainer container;
  private final Endpoint endpoint;

  /**
   * Starts the container and waits until it is ready.
   *
   * @throws TargetException if it does not start
   */
  ContainerTarget(TargetSettings settings) {
    Buckets buckets = settings.buckets();
    container =
        new CouchbaseContainer(
                DockerImageName.parse(settings.image())
                    .asCompatibleSubstituteFor("couchbase/server"))
            .withCredentials(settings.credentials().username(), settings.credentials().password())
            .withEnabledServices(CouchbaseService.KV)
            .withServiceQuota(CouchbaseService.KV, SERVICE_QUOTA_MIB)
            .withBucket(bucket(buckets.data()))
            .withBucket(bucket(buckets.index()));
    try {
      container.start();
    } catch (ContainerLaunchException e) {
      container.close();
      throw new TargetException("container does not start: image=" + settings.image(), e);
    }
    endpoint = new Endpoint(container.getConnectionString(), settings.credentials(), buckets);
  }

  /** Whether there is a Docker to start a container with. */
  static boolean isPossible() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  private static BucketDefinition bucket(String name) {
    return new BucketDefinition(name).withPrimaryIndex(false).withQuota(BUCKET_QUOTA_MIB);
  }

  @Override
  public TargetKind kind() {
    return TargetKind.CONTAINER;
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String complaints() {
    return container.isRunning() ? "" : container.getLogs();
  }

  @Override
  public void close() {
    container.close();
  }
}
