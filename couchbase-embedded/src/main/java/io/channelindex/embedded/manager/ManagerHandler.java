package io.channelindex.embedded.manager;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.channelindex.embedded.auth.SaslExchange;
import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.engine.UnknownNameException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the manager's requests of one HTTP connection. */
// A write or close that fails ends in exceptionCaught and channelInactive, where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ManagerHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(ManagerHandler.class);
  private static final String BASIC = "Basic ";

  private final ManagerService service;
  private final Cluster cluster;
  private final UserStore users;
  private final ManagerResources resources;

  ManagerHandler(ManagerService service) {
    this.service = service;
    this.cluster = service.node().cluster();
    this.users = service.users();
    this.resources = new ManagerResources(service.node());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      send(context, request, text(HttpResponseStatus.BAD_REQUEST, "Malformed request"));
      return;
    }
    String user = authenticate(request.headers().get(HttpHeaderNames.AUTHORIZATION));
    if (user == null) {
      FullHttpResponse refusal = text(HttpResponseStatus.UNAUTHORIZED, "Unauthorized");
      refusal.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Basic realm=\"Couchbase Embedded\"");
      send(context, request, refusal);
      return;
    }
    List<String> path;
    try {
      path = segments(request.uri());
    } catch (IllegalArgumentException e) {
      send(context, request, text(HttpResponseStatus.BAD_REQUEST, "Malformed path"));
      return;
    }
    ControlInterface control = service.control();
    if (control != null && !path.isEmpty() && path.get(0).equals("control")) {
      control(context, request, control, path.subList(1, path.size()));
      return;
    }
    request.retain();
    service.whenGoingOn(
        () -> context.executor().execute(() -> serve(context, request, path, user)));
  }

  private void control(
      ChannelHandlerContext context,
      FullHttpRequest request,
      ControlInterface control,
      List<String> path) {
    String body = request.content().toString(UTF_8);
    request.retain();
    control
        .handle(
            new ControlInterface.Request(service.node().id(), request.method().name(), path, body))
        .thenAccept(
            answer -> {
              send(
                  context,
                  request,
                  json(HttpResponseStatus.valueOf(answer.status()), answer.body()));
              request.release();
            });
  }

  private void serve(
      ChannelHandlerContext context, FullHttpRequest request, List<String> path, String user) {
    try {
      if (context.channel().isActive()) {
        serveNow(context, request, path, user);
      }
    } finally {
      request.release();
    }
  }

  private void serveNow(
      ChannelHandlerContext context, FullHttpRequest request, List<String> path, String user) {
    ClusterBucket followed = followedBucket(request, path);
    if (followed != null) {
      follow(context, followed);
    } else {
      send(context, request, answer(context, request, path, user));
    }
  }

  /** The bucket of a request for a stream of configurations, or null if it is none. */
  private @Nullable ClusterBucket followedBucket(FullHttpRequest request, List<String> path) {
    boolean streaming =
        request.method().equals(HttpMethod.GET)
            && path.size() == 4
            && path.get(0).equals("pools")
            && path.get(1).equals("default")
            && (path.get(2).equals("bs") || path.get(2).equals("bucketsStreaming"));
    return streaming ? cluster.bucket(path.get(3)) : null;
  }

  private void follow(ChannelHandlerContext context, ClusterBucket bucket) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    context.write(head);
    service.streams().add(context.channel(), bucket);
  }

  private FullHttpResponse answer(
      ChannelHandlerContext context, FullHttpRequest request, List<String> path, String user) {
    try {
      JsonNode body;
      if (request.method().equals(HttpMethod.GET)) {
        body = resources.get(path, user, asked(context));
      } else if (request.method().equals(HttpMethod.POST)) {
        body = resources.post(path, form(request));
      } else if (request.method().equals(HttpMethod.DELETE)) {
        body = resources.delete(path);
      } else {
        return text(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed");
      }
      return body == null
          ? text(HttpResponseStatus.NOT_FOUND, "Requested resource not found.")
          : json(HttpResponseStatus.OK, body);
    } catch (UnknownNameException e) {
      return errors(HttpResponseStatus.NOT_FOUND, e);
    } catch (IllegalArgumentException e) {
      return errors(HttpResponseStatus.BAD_REQUEST, e);
    }
  }

  private static InetAddress asked(ChannelHandlerContext context) {
    return ((InetSocketAddress) context.channel().localAddress()).getAddress();
  }

  private static FullHttpResponse errors(HttpResponseStatus status, IllegalArgumentException e) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    JsonNode body =
        factory.objectNode().set("errors", factory.objectNode().put("_", e.getMessage()));
    return json(status, body);
  }

  private static List<String> segments(String uri) {
    String path = new QueryStringDecoder(uri, UTF_8).path();
    return List.of(path.split("/", -1)).stream().filter(segment -> !segment.isEmpty()).toList();
  }

  private static Map<String, List<String>> form(FullHttpRequest request) {
    return new QueryStringDecoder(request.content().toString(UTF_8), UTF_8, false).parameters();
  }

  /** The user that the header proves to be, or null. */
  private @Nullable String authenticate(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return null;
    }
    try {
      String credentials =
          new String(Base64.getDecoder().decode(header.substring(BASIC.length()).trim()), UTF_8);
      SaslExchange exchange = new SaslExchange(users);
      exchange.start("PLAIN", ('\0' + credentials.replaceFirst(":", "\0")).getBytes(UTF_8));
      return exchange.user();
    } catch (IllegalArgumentException e) {
      LOG.debug("Malformed authorization header", e);
      return null;
    }
  }

  private static FullHttpResponse json(HttpResponseStatus status, JsonNode body) {
    return response(status, body.toString(), HttpHeaderValues.APPLICATION_JSON.toString());
  }

  private static FullHttpResponse text(HttpResponseStatus status, String body) {
    return response(status, body, "text/plain; charset=utf-8");
  }

  private static FullHttpResponse response(HttpResponseStatus status, String body, String type) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    return response;
  }

  private static void send(
      ChannelHandlerContext context, FullHttpRequest request, FullHttpResponse response) {
    HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
    if (HttpUtil.isKeepAlive(request)) {
      context.writeAndFlush(response);
    } else {
      context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("Connection of {} broke", context.channel().remoteAddress(), cause);
    } else {
      LOG.error("Closing connection of {}", context.channel().remoteAddress(), cause);
    }
    context.close();
  }
}
