// Connect's client for Go against a real gmewatchd: GMEWATCHD=PROGRAM go test .
package connect_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/net/http2"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/durationpb"

	wire "gmewatch.example/relay/gmewatchv1"
)

const reportPath = "/gmewatch.v1.ErrorReporting/Report"

type client = *connect.Client[wire.ReportRequest, wire.ReportResponse]

func byConnect(site *site, options ...connect.ClientOption) client {
	return connect.NewClient[wire.ReportRequest, wire.ReportResponse](http.DefaultClient, "http://"+site.connect+reportPath, options...)
}

func byGrpc(site *site) client {
	plain := func(_ context.Context, network, address string, _ *tls.Config) (net.Conn, error) {
		return net.Dial(network, address)
	}
	http2Client := &http.Client{Transport: &http2.Transport{AllowHTTP: true, DialTLSContext: plain}}
	return connect.NewClient[wire.ReportRequest, wire.ReportResponse](http2Client, "http://"+site.ingest+reportPath, connect.WithGRPC())
}

// The clients that must see the same.
func all(site *site) map[string]client {
	return map[string]client{"proto": byConnect(site), "json": byConnect(site, connect.WithProtoJSON()), "grpc": byGrpc(site)}
}

// Reports `batch`, whose code must then be the only one that is counted.
func (s *site) mustHaveOnly(t *testing.T, batch *wire.ReportRequest) {
	t.Helper()
	mustReport(t, byConnect(s), batch)
	s.mustHave(t, fmt.Sprint(batch.Codes[0]), 1)
	s.mustHave(t, "", 1)
}

func newSession() *wire.Session {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // it never fails
	return &wire.Session{Id: id, App: "demo", Region: "eu", Platform: "linux"}
}

func batch(session *wire.Session, sequence uint64, codes ...int32) *wire.ReportRequest {
	counts := make([]uint32, len(codes))
	for i := range counts {
		counts[i] = 1
	}
	return &wire.ReportRequest{Session: session, Sequence: sequence, Codes: codes, Counts: counts}
}

func report(ctx context.Context, client client, batch *wire.ReportRequest) (uint64, error) {
	answer, err := client.CallUnary(ctx, connect.NewRequest(batch))
	if err != nil {
		return 0, err
	}
	return answer.Msg.AcknowledgedSequence, nil
}

func mustReport(t *testing.T, client client, batch *wire.ReportRequest) {
	t.Helper()
	acknowledged, err := report(context.Background(), client, batch)
	if err != nil || acknowledged != batch.Sequence {
		t.Fatalf("acknowledged %d, error %v", acknowledged, err)
	}
}

// The error of a call, which must have `code`.
func mustFail(t *testing.T, client client, batch *wire.ReportRequest, code connect.Code) *connect.Error {
	t.Helper()
	_, err := report(context.Background(), client, batch)
	var failure *connect.Error
	if !errors.As(err, &failure) || failure.Code() != code {
		t.Fatalf("%v, not %v", err, code)
	}
	return failure
}

func TestABatchIsCountedOnceSentByEachOfThemAndAgain(t *testing.T) {
	site := start(t, "")
	session := newSession()
	first := batch(session, 1, 1005, -2147483648, 0)
	first.Age = durationpb.New(1500 * time.Millisecond)
	first.Losses = []*wire.ClientLoss{{Reason: wire.ClientLoss_EXPIRED, Events: 7}}
	first.Details = []*wire.ErrorDetail{{Code: 1005, Operation: "EnterRoom", UnderlyingCode: -1 << 60}}
	for range 2 {
		for _, client := range all(site) {
			mustReport(t, client, first)
		}
	}
	site.mustHave(t, "1005", 1)
	site.mustHave(t, "-2147483648", 1)
	mustReport(t, byConnect(site, connect.WithProtoJSON()), batch(session, 2, 1005))
	site.mustHave(t, "1005", 2)
}

func TestARejectionHasCodeMessageAndDetails(t *testing.T) {
	site := start(t, "quotas: {session_events_per_minute: 60, session_events_burst: 2}\n")
	session := newSession()
	mustReport(t, byConnect(site), batch(session, 1, 1, 1, 1, 1, 1))
	messages := map[string]bool{}
	for name, client := range all(site) {
		invalid := mustFail(t, client, batch(session, 0, 1), connect.CodeInvalidArgument)
		messages[invalid.Message()] = true
		bad := detail[*errdetails.BadRequest](t, invalid)
		if len(bad.FieldViolations) != 1 || bad.FieldViolations[0].Field != "sequence" {
			t.Errorf("%s: %v", name, bad)
		}
		over := mustFail(t, client, batch(session, 2, 1), connect.CodeResourceExhausted)
		if delay := detail[*errdetails.RetryInfo](t, over).RetryDelay.AsDuration(); delay < time.Second {
			t.Errorf("%s: RetryInfo %v", name, delay)
		}
		stranger := newSession()
		stranger.App = "nobody"
		mustFail(t, client, batch(stranger, 1), connect.CodePermissionDenied)
	}
	if len(messages) != 1 {
		t.Errorf("messages differ: %v", messages)
	}
}

// The only detail of an error.
func detail[T any](t *testing.T, failure *connect.Error) T {
	t.Helper()
	details := failure.Details()
	if len(details) != 1 {
		t.Fatalf("%d details: %v", len(details), failure)
	}
	value, err := details[0].Value()
	found, ok := value.(T)
	if !ok {
		t.Fatalf("%v, %v", value, err)
	}
	return found
}

func TestACompressedBatchIsRejectedAndNotCounted(t *testing.T) {
	site := start(t, "")
	one := batch(newSession(), 1, 1005)
	failure := mustFail(t, byConnect(site, connect.WithSendGzip()), one, connect.CodeUnimplemented)
	if !strings.Contains(failure.Message(), `"gzip"; only identity`) || failure.Meta().Get("Accept-Encoding") != "identity" {
		t.Errorf("%v, %v", failure, failure.Meta())
	}
	site.mustHaveOnly(t, batch(one.Session, 2, 1006))
}

func TestGetIsNoWayToReport(t *testing.T) {
	site := start(t, "")
	client := byConnect(site, connect.WithHTTPGet(), connect.WithIdempotency(connect.IdempotencyNoSideEffects))
	failure := mustFail(t, client, batch(newSession(), 1, 1005), connect.CodeUnimplemented)
	if !strings.Contains(failure.Message(), "only POST is allowed") {
		t.Error(failure)
	}
	site.mustHaveOnly(t, batch(newSession(), 1, 1006))
}

// The first limit is kept by the client too; the second one is gmewatchd's alone.
func TestATimeLimitOfTheClientIsAnsweredAndTheBatchCountsOnce(t *testing.T) {
	site := start(t, "log: {commit_interval: 1s}\n") // within one interval there is at most one commit
	session := newSession()
	sequence := uint64(0)
	late := func(call func(*wire.ReportRequest) error) {
		for range 5 {
			sequence++
			err := call(batch(session, sequence, 1005))
			if err == nil {
				continue
			}
			if connect.CodeOf(err) != connect.CodeDeadlineExceeded {
				t.Error(err)
			}
			mustReport(t, byConnect(site), batch(session, sequence, 1005))
			return
		}
		t.Error("no call was too late")
	}
	late(func(batch *wire.ReportRequest) error {
		limited, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		_, err := report(limited, byConnect(site), batch)
		return err
	})
	late(func(batch *wire.ReportRequest) error {
		request := connect.NewRequest(batch)
		request.Header().Set("Connect-Timeout-Ms", "50")
		_, err := byConnect(site).CallUnary(context.Background(), request)
		return err
	})
	site.mustHave(t, "1005", int(sequence))
}
