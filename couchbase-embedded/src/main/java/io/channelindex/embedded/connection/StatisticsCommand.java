package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** The STAT command: groups of names and values, one frame each, then an empty one. */
final class StatisticsCommand {
  private final Session session;
  private final ResponseWriter responses;
  private final KvService service;

  StatisticsCommand(Session session, KvService service) {
    this.session = session;
    this.responses = session.responses();
    this.service = service;
  }

  void handle(Request request) {
    if (request.extrasLength() != 0 || request.valueLength() != 0) {
      throw StatusException.of(Status.EINVAL);
    }
    switch (request.keyText()) {
      case "" -> server();
      case "vbucket" -> vbuckets();
      case "vbucket-seqno" -> seqnos();
      default -> throw StatusException.of(Status.KEY_ENOENT);
    }
    responses.success();
  }

  private void server() {
    send("pid", ProcessHandle.current().pid());
    send("uptime", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
    send("version", SessionCommands.VERSION);
    send("curr_connections", service.connectionCount());
    Bucket bucket = session.selectedBucket();
    if (bucket != null) {
      send("curr_items", bucket.documentCount());
      send("mem_used", bucket.memoryUsed());
      send("ep_max_size", Math.min(bucket.shape().quotaBytes(), Runtime.getRuntime().maxMemory()));
      send("ep_tmp_oom_errors", bucket.temporaryMemoryRefusals());
      send("ep_oom_errors", bucket.hardMemoryRefusals());
      send("ep_persistence", bucket.isPersistencePaused() ? "paused" : "running");
    }
  }

  private void vbuckets() {
    for (VBucket vbucket : session.bucket().vbuckets()) {
      send("vb_" + vbucket.id(), vbucket.state().name().toLowerCase(Locale.ROOT));
    }
  }

  private void seqnos() {
    for (VBucket vbucket : session.bucket().vbuckets()) {
      VBucket.Position position = vbucket.position();
      String prefix = "vb_" + vbucket.id() + ":";
      send(prefix + "high_seqno", position.highSeqno());
      send(prefix + "last_persisted_seqno", position.persistedSeqno());
      send(prefix + "purge_seqno", position.purgeSeqno());
      send(prefix + "uuid", position.failoverLog().vbuuid());
    }
  }

  private void send(String name, Object value) {
    byte[] key = SessionCommands.utf8(name);
    byte[] text = SessionCommands.utf8(value.toString());
    responses
        .header(Status.SUCCESS, Datatype.RAW, 0, key.length, text.length, 0)
        .writeBytes(key)
        .writeBytes(text);
  }
}
