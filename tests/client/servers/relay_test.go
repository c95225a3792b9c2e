// The recipe in Go against a server that rejects, is away and counts as the test wants; the test copies it beside relay.go.
package main

import (
	"context"
	"net"
	"reflect"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	wire "gmewatch.example/relay/gmewatchv1"
)

type server struct {
	wire.UnimplementedErrorReportingServer
	answers []string
	codes   [][]int32
	losses  []map[wire.ClientLoss_Reason]uint64
}

func (s *server) Report(_ context.Context, batch *wire.ReportRequest) (*wire.ReportResponse, error) {
	losses := map[wire.ClientLoss_Reason]uint64{}
	for _, loss := range batch.Losses {
		losses[loss.Reason] = loss.Events
	}
	s.codes, s.losses = append(s.codes, batch.Codes), append(s.losses, losses)
	answer := s.answers[0]
	s.answers = s.answers[1:]
	switch answer {
	case "reject":
		bad := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "codes"}}}
		rejected, _ := status.New(codes.InvalidArgument, "rejected").WithDetails(bad)
		return nil, rejected.Err()
	case "gateway":
		return nil, status.Error(codes.InvalidArgument, "a gateway's own")
	case "away":
		return nil, status.Error(codes.Unavailable, "away")
	}
	return &wire.ReportResponse{AcknowledgedSequence: batch.Sequence}, nil
}

// play reports an event, flushes once for each answer, `made` before it, then reports another event and flushes.
func play(t *testing.T, age time.Duration, answers ...string) *server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	counting := &server{answers: append(answers, "count")}
	running := grpc.NewServer()
	wire.RegisterErrorReportingServer(running, counting)
	go running.Serve(listener)
	defer running.Stop()
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	relay := NewRelay(connection, "", "demo", "eu")
	flush := func() {
		for _, g := range relay.groups {
			g.notBefore, g.flightMade = time.Time{}, g.flightMade.Add(-age)
		}
		relay.Flush(context.Background())
	}
	relay.Report(players{"ios", "1", "3.5.0"}, 1001)
	for range answers {
		flush()
	}
	relay.Report(players{"ios", "1", "3.5.0"}, 7006)
	flush()
	flush()
	return counting
}

func TestWhatTwoRejectionsLoseIsReportedOnce(t *testing.T) {
	s := play(t, 0, "reject", "reject", "count", "count")
	if want := [][]int32{{1001}, nil, nil, {7006}}; !reflect.DeepEqual(s.codes, want) {
		t.Errorf("codes %v, want %v", s.codes, want)
	}
	lost := map[wire.ClientLoss_Reason]uint64{wire.ClientLoss_REFUSED: 1}
	if want := []map[wire.ClientLoss_Reason]uint64{{}, lost, lost, {}}; !reflect.DeepEqual(s.losses, want) {
		t.Errorf("losses %v, want %v", s.losses, want)
	}
}

func TestAGatewaysVerdictGivesNothingUp(t *testing.T) {
	s := play(t, 0, "gateway", "count")
	if want := [][]int32{{1001}, {1001}, {7006}}; !reflect.DeepEqual(s.codes, want) {
		t.Errorf("codes %v, want %v", s.codes, want)
	}
}

func TestABatchThatWasOnItsWayForLongerThanASessionLastsIsGivenUp(t *testing.T) {
	s := play(t, horizon, "away", "count")
	lost := map[wire.ClientLoss_Reason]uint64{wire.ClientLoss_EXPIRED: 1}
	if want := []map[wire.ClientLoss_Reason]uint64{{}, lost, {}}; !reflect.DeepEqual(s.losses, want) {
		t.Errorf("losses %v, want %v", s.losses, want)
	}
}
