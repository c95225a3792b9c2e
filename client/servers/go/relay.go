// A game server that reports to gmewatchd for its players: client/README.md, "Game servers".
//
//	go run . ADDRESS APP REGION [CA.pem] < EVENTS      the key of apps[].relay_keys is in $GMEWATCH_KEY
//
// A line of EVENTS is what a player's game sent to the server: PLATFORM APP_VERSION SDK_VERSION CODE.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log"
	mrand "math/rand"
	"os"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	wire "gmewatch.example/relay/gmewatchv1"
)

const (
	interval   = 5 * time.Second
	backoffMax = time.Minute
	delayMax   = time.Hour      // that an answer can ask for
	horizon    = 24 * time.Hour // gmewatchd may have forgotten the session then, and would count a batch that it has counted
	codesMax   = 512
	eventsMax  = 1_000_000
	groupsMax  = 200 // players send the versions, so they must not make sessions without end
)

type players struct{ platform, appVersion, sdkVersion string }

// A group is the players of one platform and version: a session.
type group struct {
	session     *wire.Session
	counts      map[int32]uint64
	since       time.Time // when the first of counts happened
	lost        map[wire.ClientLoss_Reason]uint64
	sequence    uint64
	flight      *wire.ReportRequest // sent again unchanged until it is answered
	flightSince time.Time
	flightMade  time.Time
	notBefore   time.Time
	backoff     time.Duration
}

// Relay counts and sends. Report may be called from any goroutine, Flush from one at a time.
type Relay struct {
	client      wire.ErrorReportingClient
	key         string
	app, region string

	mutex  sync.Mutex
	groups map[players]*group
}

func NewRelay(connection grpc.ClientConnInterface, key, app, region string) *Relay {
	return &Relay{client: wire.NewErrorReportingClient(connection), key: key, app: app, region: region, groups: map[players]*group{}}
}

// Report counts an event of a player; code 0 is a success.
func (r *Relay) Report(of players, code int32) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	of = players{text(of.platform), text(of.appVersion), text(of.sdkVersion)}
	if r.groups[of] == nil && len(r.groups) >= groupsMax {
		of = players{platform: "other"}
	}
	g := r.groups[of]
	if g == nil {
		id := make([]byte, 16)
		rand.Read(id)
		g = &group{
			session: &wire.Session{Id: id, App: r.app, Region: r.region, Platform: of.platform, AppVersion: of.appVersion, SdkVersion: of.sdkVersion},
			counts:  map[int32]uint64{},
			lost:    map[wire.ClientLoss_Reason]uint64{},
			backoff: time.Second,
		}
		r.groups[of] = g
	}
	if _, known := g.counts[code]; !known && len(g.counts) >= codesMax {
		g.lost[wire.ClientLoss_TOO_MANY_CODES]++
		return
	}
	if len(g.counts) == 0 {
		g.since = time.Now()
	}
	g.counts[code]++
}

// Pending is what is not acknowledged yet.
func (r *Relay) Pending() uint64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var all uint64
	for _, g := range r.groups {
		for _, count := range g.counts {
			all += count
		}
		all += events(g.flight)
	}
	return all
}

func events(batch *wire.ReportRequest) (all uint64) {
	for _, count := range batch.GetCounts() {
		all += uint64(count)
	}
	return all
}

// Flush makes one attempt for each group that has something to send and may.
func (r *Relay) Flush(ctx context.Context) {
	r.mutex.Lock()
	var due []*group
	for _, g := range r.groups {
		if time.Now().Before(g.notBefore) {
			continue
		}
		if g.flight != nil && time.Since(g.flightMade) >= horizon {
			g.giveUp(wire.ClientLoss_EXPIRED)
		}
		if g.begin(); g.flight != nil {
			due = append(due, g)
		}
	}
	r.mutex.Unlock()
	for _, g := range due {
		r.send(ctx, g)
	}
}

func (g *group) begin() {
	if g.flight != nil || len(g.counts)+len(g.lost) == 0 {
		return
	}
	g.sequence++
	batch := &wire.ReportRequest{Session: g.session, Sequence: g.sequence}
	room := uint64(eventsMax)
	for code, count := range g.counts {
		taken := min(count, room)
		if taken == 0 {
			continue
		}
		batch.Codes = append(batch.Codes, code)
		batch.Counts = append(batch.Counts, uint32(taken))
		room -= taken
		if g.counts[code] -= taken; g.counts[code] == 0 {
			delete(g.counts, code)
		}
	}
	for reason, lost := range g.lost {
		batch.Losses = append(batch.Losses, &wire.ClientLoss{Reason: reason, Events: lost})
	}
	clear(g.lost)
	g.flight, g.flightSince, g.flightMade = batch, g.since, time.Now()
	if len(batch.Codes) == 0 {
		g.flightSince = g.flightMade
	}
}

// giveUp makes the next batch say what is lost with this one, and what this one would have said.
func (g *group) giveUp(reason wire.ClientLoss_Reason) {
	for _, loss := range g.flight.Losses {
		g.lost[loss.Reason] += loss.Events
	}
	if lost := events(g.flight); lost > 0 {
		g.lost[reason] += lost
	}
	g.flight = nil
}

func (r *Relay) send(ctx context.Context, g *group) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if r.key != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+r.key)
	}
	g.flight.Age = durationpb.New(time.Since(g.flightSince))
	answer, err := r.client.Report(ctx, g.flight)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err == nil {
		g.flight, g.backoff = nil, time.Second
		g.notBefore = time.Now().Add(min(answer.GetMinInterval().AsDuration(), delayMax))
		return
	}
	log.Printf("gmewatch: %v", err)
	wait := time.Duration(mrand.Int63n(int64(g.backoff)))
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.BadRequest: // gmewatchd's verdict
			if status.Code(err) == codes.InvalidArgument {
				g.giveUp(wire.ClientLoss_REFUSED)
			}
		case *errdetails.RetryInfo:
			wait = max(wait, min(detail.GetRetryDelay().AsDuration(), delayMax))
		}
	}
	g.notBefore = time.Now().Add(wait)
	g.backoff = min(2*g.backoff, backoffMax)
}

// text makes what gmewatchd takes as a version or platform: up to 64 printable characters; others become '?'.
func text(value string) string {
	made := make([]byte, 0, 64)
	for _, c := range value {
		if len(made) == cap(made) {
			break
		}
		if c < ' ' || c > '~' {
			c = '?'
		}
		made = append(made, byte(c))
	}
	return string(made)
}

func main() {
	address, app, region := os.Args[1], os.Args[2], os.Args[3]
	transport := insecure.NewCredentials()
	if len(os.Args) > 4 {
		var err error
		if transport, err = credentials.NewClientTLSFromFile(os.Args[4], ""); err != nil {
			log.Fatal(err)
		}
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(transport))
	if err != nil {
		log.Fatal(err)
	}
	relay := NewRelay(connection, os.Getenv("GMEWATCH_KEY"), app, region)
	done := make(chan struct{})
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			var of players
			var code int32
			if _, err := fmt.Sscan(lines.Text(), &of.platform, &of.appVersion, &of.sdkVersion, &code); err == nil {
				relay.Report(of, code)
			}
		}
		close(done)
	}()
	ticker := time.NewTicker(interval)
	for ending := false; !ending; {
		select {
		case <-ticker.C:
			relay.Flush(context.Background())
		case <-done:
			ending = true
		}
	}
	for until := time.Now().Add(30 * time.Second); relay.Pending() > 0; <-time.After(100 * time.Millisecond) {
		if time.Now().After(until) {
			os.Exit(1)
		}
		relay.Flush(context.Background())
	}
}
