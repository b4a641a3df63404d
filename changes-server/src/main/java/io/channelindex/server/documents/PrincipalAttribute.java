package io.channelindex.server.documents;

import com.couchbase.client.java.kv.MutateInMacro;
import com.couchbase.client.java.kv.MutateInSpec;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.index.principals.Grants;
import io.channelindex.index.principals.Grants.Grant;
import io.channelindex.index.principals.Principal.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The metadata attribute of a principal's document: what it was granted, since when and until when.
 *
 * <pre>{@code
 * {"v": 1,                                      version of this format
 *  "channels": [["a", "0x0000000000000007"],    granted with that seqno
 *               ["b", "0x0000000000000007",
 *                     "0x0000000000000009"]],   and withdrawn with that
 *  "roles": [["r", "0x0000000000000000"]],      0: with the write that carries the attribute
 *  "disabled": true,                            only where that is so
 *  "cas": "0x0000dd78dc2aea18",                 CAS of the write, byte-swapped, by macro
 *  "seq": "0x0000000000000009"}                 seqno of the write, by macro
 * }</pre>
 *
 * @param channels what it was granted itself
 * @param roles the roles that it was given
 * @param status whether it may see anything
 */
record PrincipalAttribute(Grants channels, Grants roles, Status status) {
  static final String NAME = DocumentAttribute.NAME;
  static final PrincipalAttribute NONE =
      new PrincipalAttribute(Grants.NONE, Grants.NONE, Status.ENABLED);

  private static final int VERSION = 1;

  /**
   * Reads the attribute as it stands on a document.
   *
   * @param document of the version that was read
   * @param cas of that version
   * @return without anything pending; empty if this is not of our making
   */
  static Optional<PrincipalAttribute> parse(byte[] json, VirtualAttribute document, long cas) {
    return DocumentJson.parseObject(json).flatMap(attribute -> read(attribute, document, cas));
  }

  private static Optional<PrincipalAttribute> read(
      ObjectNode attribute, VirtualAttribute document, long cas) {
    if (attribute.path("v").asInt() != VERSION) {
      return Optional.empty();
    }
    try {
      long seqno = HexNumber.parse(attribute.path("seq").asText());
      boolean ofThisWrite =
          Long.reverseBytes(HexNumber.parse(attribute.path("cas").asText())) == cas;
      Grants channels = grants(attribute.path("channels")).writtenAt(seqno);
      Grants roles = grants(attribute.path("roles")).writtenAt(seqno);
      Status status = attribute.path("disabled").asBoolean() ? Status.DISABLED : Status.ENABLED;
      if (ofThisWrite && seqno != document.seqno()) {
        // Copied from another bucket, whose seqnos say nothing here.
        channels = channels.copiedAt(document.seqno());
        roles = roles.copiedAt(document.seqno());
      }
      return Optional.of(new PrincipalAttribute(channels, roles, status));
    } catch (IllegalArgumentException notOurs) {
      // Somebody else wrote under our name: nothing was granted by us.
      return Optional.empty();
    }
  }

  private static Grants grants(JsonNode written) {
    List<Grant> grants = new ArrayList<>();
    for (JsonNode grant : written) {
      long until = grant.size() > 2 ? HexNumber.parse(grant.path(2).asText()) : Grants.NEVER;
      grants.add(new Grant(grant.path(0).asText(), HexNumber.parse(grant.path(1).asText()), until));
    }
    return Grants.of(grants);
  }

  /** What to write to a document so that it carries this: whole, then the macros. */
  List<MutateInSpec> specs() {
    ObjectNode attribute = JsonNodeFactory.instance.objectNode().put("v", VERSION);
    write(channels, attribute.putArray("channels"));
    write(roles, attribute.putArray("roles"));
    if (status == Status.DISABLED) {
      attribute.put("disabled", true);
    }
    List<MutateInSpec> specs = new ArrayList<>();
    specs.add(MutateInSpec.upsert(NAME, DocumentJson.write(attribute)).xattr());
    specs.add(MutateInSpec.upsert(NAME + ".cas", MutateInMacro.CAS).xattr());
    specs.add(MutateInSpec.upsert(NAME + ".seq", MutateInMacro.SEQ_NO).xattr());
    return specs;
  }

  private static void write(Grants grants, ArrayNode into) {
    for (Grant grant : grants.all()) {
      ArrayNode written = into.addArray().add(grant.name()).add(HexNumber.format(grant.since()));
      if (grant.until() != Grants.NEVER) {
        written.add(HexNumber.format(grant.until()));
      }
    }
  }
}
