package connect_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A gmewatchd of one test.
type site struct {
	ingest, admin, connect string
}

func start(t *testing.T, more string) *site {
	t.Helper()
	folder := t.TempDir()
	settings := filepath.Join(folder, "settings.yaml")
	if err := os.WriteFile(settings, []byte("apps: [{name: demo, regions: [eu]}]\n"+more), 0o600); err != nil {
		t.Fatal(err)
	}
	const port = "127.0.0.1:0"
	daemon := exec.Command(os.Getenv("GMEWATCHD"), "--config="+settings, "--state_dir="+filepath.Join(folder, "state"),
		"--ingest_address="+port, "--admin_address="+port, "--connect_address="+port)
	output, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait() // killed, so with an error
	})
	site := &site{}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if found, _ := fmt.Sscanf(lines.Text(), "ready ingest=%s admin=%s connect=%s", &site.ingest, &site.admin, &site.connect); found == 3 {
			return site
		}
	}
	t.Fatal("gmewatchd has not started")
	return nil
}

// Waits: what is acknowledged is counted, but a new place is shown a little later.
func (s *site) mustHave(t *testing.T, code string, wanted int) {
	t.Helper()
	found := s.events(t, code)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(20 * time.Second); found < wanted && time.Now().Before(end); found = s.events(t, code) {
		<-again.C
	}
	if found != wanted {
		t.Errorf("%d events of %s, not %d", found, code, wanted)
	}
}

// All codes that begin with `code`.
func (s *site) events(t *testing.T, code string) int {
	t.Helper()
	answer, err := http.Get("http://" + s.admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "gme_error_events_total") && strings.Contains(line, `code="`+code) {
			events := 0
			_, _ = fmt.Sscan(line[strings.LastIndex(line, " ")+1:], &events) // what is no number counts as none
			sum += events
		}
	}
	return sum
}
