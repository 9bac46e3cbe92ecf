// cortex-audit-mock from Testcontainers for Java, with JUnit 5: org.testcontainers:junit-jupiter:1.21.4 (from 2.0 on it is
// org.testcontainers:testcontainers-junit-jupiter) and org.junit.jupiter:junit-jupiter, as test dependencies.
//
// The image has no shell and nothing else, so nothing can be waited for that runs inside of it, as Testcontainers does
// when nothing is said: wait for an answer.
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class AuditLogsTest {
    @Container
    static final GenericContainer<?> CORTEX =
        new GenericContainer<>(DockerImageName.parse("cortex-audit-mock"))
            .withExposedPorts(8080)
            .withCommand("--rate-limit", "100/min")
            .waitingFor(Wait.forHttp("/__admin/health").forPort(8080));

    private final HttpClient client = HttpClient.newHttpClient();

    // A session has entries, clock and faults of its own, so one container is enough for all tests.
    private final String session = UUID.randomUUID().toString();

    private static URI at(String path) {
        return URI.create("http://" + CORTEX.getHost() + ":" + CORTEX.getMappedPort(8080) + path);
    }

    private int ask() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(at("/api/v1/audit-logs"))
            .header("Authorization", "Bearer mock-admin~" + session)
            .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }

    @Test
    void a503IsOverAfterOneRequest() throws Exception {
        String fault = "{\"type\": \"status\", \"status\": 503, \"times\": 1}";
        HttpRequest request = HttpRequest.newBuilder(at("/__admin/faults?session=" + session))
            .POST(BodyPublishers.ofString(fault))
            .build();
        assertEquals(201, client.send(request, BodyHandlers.ofString()).statusCode());

        assertEquals(503, ask());
        assertEquals(200, ask());
    }
}
