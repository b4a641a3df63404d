package io.channelindex.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users and roles on the admin port. */
class PrincipalsIT {
  private TestFront front;

  @BeforeEach
  void open() {
    front = new TestFront();
  }

  @AfterEach
  void close() {
    front.close();
  }

  private HttpResponse<String> admin(String method, String path, String body) {
    return front.send(
        HttpRequest.newBuilder(URI.create("http://" + front.front.adminAddress() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void aUserIsCreatedShownChangedAndDeleted() {
    String ann = "/db/_user/ann";
    assertThat(front.admin(ann).statusCode()).isEqualTo(404);

    HttpResponse<String> created =
        admin("PUT", ann, "{\"admin_channels\":[\"b\",\"a\"],\"admin_roles\":[\"staff\"]}");

    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.body()).isEqualTo("{\"ok\":true,\"name\":\"ann\"}\n");
    assertThat(front.admin(ann).body())
        .isEqualTo(
            "{\"name\":\"ann\",\"admin_channels\":[\"a\",\"b\"],\"admin_roles\":[\"staff\"],"
                + "\"disabled\":false}\n");
    assertThat(admin("PUT", ann, "{\"name\":\"ann\",\"disabled\":true}").statusCode())
        .isEqualTo(200);
    assertThat(front.admin(ann).body())
        .isEqualTo(
            "{\"name\":\"ann\",\"admin_channels\":[],\"admin_roles\":[],\"disabled\":true}\n");
    assertThat(admin("DELETE", ann, "").statusCode()).isEqualTo(200);
    assertThat(admin("DELETE", ann, "").statusCode()).isEqualTo(404);
  }

  @Test
  void aRoleHasChannelsAndNoRoles() {
    assertThat(admin("PUT", "/db/_role/ann", "{\"admin_channels\":[\"*\"]}").statusCode())
        .isEqualTo(201);
    assertThat(front.admin("/db/_role/ann").body())
        .isEqualTo("{\"name\":\"ann\",\"admin_channels\":[\"*\"],\"disabled\":false}\n");
    assertThat(front.admin("/db/_user/ann").statusCode()).isEqualTo(404);
    assertThat(admin("PUT", "/db/_role/ann", "{\"admin_roles\":[]}").statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"password\":\"secret\"}",
        "{\"admin_channels\":\"a\"}",
        "{\"admin_channels\":[1]}",
        "{\"admin_roles\":[\"\"]}",
        "{\"name\":\"bob\"}",
        "{\"disabled\":\"no\"}",
        "[]",
        ""
      })
  void whatIsNotUnderstoodIsRefused(String body) {
    HttpResponse<String> answer = admin("PUT", "/db/_user/ann", body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"error\":\"bad_request\",\"reason\":\"");
    assertThat(front.admin("/db/_user/ann").statusCode()).isEqualTo(404);
  }

  @Test
  void theyAreNotOnThePublicPort() {
    admin("PUT", "/db/_user/ann", "{}");

    assertThat(front.get("/db/_user/ann").statusCode()).isEqualTo(404);
    assertThat(front.send("PUT", "/db/_user/ann", "{}").statusCode()).isEqualTo(400);
    assertThat(front.send("DELETE", "/db/_user/ann", null).statusCode()).isEqualTo(404);
    assertThat(front.admin("/db/_user/ann").statusCode()).isEqualTo(200);
    assertThat(front.admin("/db/_user").statusCode()).isEqualTo(404);
    assertThat(admin("POST", "/db/_user/ann", "{}").statusCode()).isEqualTo(405);
    assertThat(admin("PUT", "/db/_user/a%0Ab", "{}").statusCode()).isEqualTo(400);
  }

  @Test
  void aBucketThatIsAwaySaysSo() {
    front.database.documentsAway(true);

    assertThat(admin("PUT", "/db/_user/ann", "{}").statusCode()).isEqualTo(503);
  }
}
