package io.channelindex.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.index.principals.Principal.Status;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.principals.PrincipalName.Kind;
import io.channelindex.server.documents.StoredPrincipal;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** {@code PUT|GET|HEAD|DELETE /{db}/_user/{name}} and {@code …/_role/{name}}, admin port only. */
final class PrincipalRoutes {
  private static final String NAME = "name";
  private static final String CHANNELS = "admin_channels";
  private static final String ROLES = "admin_roles";
  private static final String DISABLED = "disabled";

  private PrincipalRoutes() {}

  static void answer(Exchange exchange, HostedDatabase database, Kind kind, String name) {
    PrincipalName principal = name(kind, name);
    if (exchange.method().equals(HttpMethod.PUT)) {
      exchange.withBody(
          Exchange.BodyPresence.REQUIRED,
          body ->
              exchange.when(
                  database.write(wanted(principal, body)),
                  created -> exchange.json(created ? 201 : 200, done(principal))));
    } else if (exchange.method().equals(HttpMethod.DELETE)) {
      exchange.when(
          database.delete(principal),
          existed -> {
            if (!existed) {
              throw missing(principal);
            }
            exchange.json(200, done(principal));
          });
    } else {
      exchange.when(database.principal(principal), found -> get(exchange, principal, found));
    }
  }

  private static void get(Exchange exchange, PrincipalName name, Optional<StoredPrincipal> found) {
    exchange.json(200, shown(found.orElseThrow(() -> missing(name))));
  }

  private static PrincipalName name(Kind kind, String name) {
    try {
      return new PrincipalName(kind, name);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static HttpProblem missing(PrincipalName name) {
    return HttpProblem.notFound("no such principal: principal=" + HttpProblem.quote(name + ""));
  }

  private static ObjectNode done(PrincipalName name) {
    return JsonNodeFactory.instance.objectNode().put("ok", true).put(NAME, name.name());
  }

  private static ObjectNode shown(StoredPrincipal principal) {
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    shown.put(NAME, principal.name().name());
    new TreeSet<>(principal.channels()).forEach(shown.putArray(CHANNELS)::add);
    if (principal.name().kind() == Kind.USER) {
      new TreeSet<>(principal.roles()).forEach(shown.putArray(ROLES)::add);
    }
    return shown.put(DISABLED, principal.status() == Status.DISABLED);
  }

  /** What is not said is not granted. What is not known is refused: it may have been meant. */
  private static StoredPrincipal wanted(PrincipalName name, ObjectNode body) {
    for (Map.Entry<String, JsonNode> member : body.properties()) {
      boolean known =
          switch (member.getKey()) {
            case NAME, CHANNELS, DISABLED -> true;
            case ROLES -> name.kind() == Kind.USER;
            default -> false;
          };
      if (!known) {
        throw HttpProblem.badRequest("unknown member: name=" + HttpProblem.quote(member.getKey()));
      }
    }
    JsonNode said = body.path(NAME);
    if (!said.isMissingNode() && !said.equals(JsonNodeFactory.instance.textNode(name.name()))) {
      throw HttpProblem.badRequest("name in path and body disagree");
    }
    JsonNode disabled = body.path(DISABLED);
    if (!disabled.isMissingNode() && !disabled.isBoolean()) {
      throw HttpProblem.badRequest("not a boolean: member=" + DISABLED);
    }
    try {
      return new StoredPrincipal(
          name,
          texts(body, CHANNELS),
          texts(body, ROLES),
          disabled.asBoolean() ? Status.DISABLED : Status.ENABLED);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static Set<String> texts(ObjectNode body, String member) {
    JsonNode list = body.path(member);
    Set<String> texts = new TreeSet<>();
    if (!list.isMissingNode() && !list.isNull() && !list.isArray()) {
      throw HttpProblem.badRequest("not an array: member=" + member);
    }
    for (JsonNode text : list) {
      if (!text.isTextual()) {
        throw HttpProblem.badRequest("not an array of texts: member=" + member);
      }
      texts.add(text.textValue());
    }
    return texts;
  }
}
