// cortex-audit-mock from Testcontainers for Go.
//
//	go get github.com/testcontainers/testcontainers-go
//	go test
//
// The image has no shell and nothing else, so nothing can be waited for that runs inside of it, as ForListeningPort
// does: wait for an answer.
package audit_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

func startCortex(t *testing.T) string {
	t.Helper()
	container, err := testcontainers.Run(
		t.Context(), "cortex-audit-mock",
		testcontainers.WithExposedPorts("8080/tcp"),
		testcontainers.WithCmd("--rate-limit", "100/min"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/__admin/health").WithPort("8080/tcp")),
	)
	testcontainers.CleanupContainer(t, container)
	if err != nil {
		t.Fatal(err)
	}
	url, err := container.PortEndpoint(t.Context(), "8080/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func TestA503IsOverAfterOneRequest(t *testing.T) {
	url := startCortex(t)
	// A session has entries, clock and faults of its own, so one container is enough for all tests.
	session := fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano())

	fault := strings.NewReader(`{"type": "status", "status": 503, "times": 1}`)
	added, err := http.Post(url+"/__admin/faults?session="+session, "application/json", fault)
	if err != nil {
		t.Fatal(err)
	}
	added.Body.Close()

	for _, expected := range []int{503, 200} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/audit-logs", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer mock-admin~"+session)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != expected {
			t.Errorf("%d in place of %d", answer.StatusCode, expected)
		}
	}
}
