package io.channelindex.server.http;

import io.vertx.core.http.HttpMethod;
import java.util.List;

/** What requests can be for. The paths are the ones in metrics: few, whatever clients ask for. */
enum Route {
  WELCOME("/", HttpMethod.GET, HttpMethod.HEAD),
  HEALTH("/health", HttpMethod.GET, HttpMethod.HEAD),
  READY("/ready", HttpMethod.GET, HttpMethod.HEAD),
  METRICS("/metrics", HttpMethod.GET, HttpMethod.HEAD),
  DATABASE("/{db}/", HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST),
  CHANGES("/{db}/_changes", HttpMethod.GET, HttpMethod.POST),
  USER("/{db}/_user/{name}", HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.DELETE),
  ROLE("/{db}/_role/{name}", HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.DELETE),
  BULK_DOCS("/{db}/_bulk_docs", HttpMethod.POST),
  DOCUMENT("/{db}/{doc}", HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.DELETE),
  /** Not a request that could be understood. */
  NONE("none");

  private final String template;

  // What List.of makes cannot be changed, but has no type that says so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<HttpMethod> methods;

  Route(String template, HttpMethod... methods) {
    this.template = template;
    this.methods = List.of(methods);
  }

  String template() {
    return template;
  }

  List<HttpMethod> methods() {
    return methods;
  }
}
