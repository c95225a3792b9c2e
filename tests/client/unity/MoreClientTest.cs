// Transports, clocks, threads and random calls.
using System;
using System.Linq;
using System.Threading;
using Gmewatch;

public static class MoreClientTest {
  private sealed class AtOnce : IGmeWatchTransport {
    private int posts;
    public void Post(GmeWatchRequest request) {
      if (++posts == 1) throw new InvalidOperationException("no sockets");
      request.Answer(200, new byte[] { 8, (byte)(posts - 1) });
    }
    public void Cancel(GmeWatchRequest request) {}
  }

  public static void ATransportThatThrowsOrAnswersAtOnceIsAnAnswerLikeAnyOther() {
    var world = new World();
    GmeWatchClient client = world.Start(options => options.Transport = new AtOnce());
    client.Report(1005, 2);
    world.RunTo(10000);
    Check.Has("no sockets", client.Stats().LastError);
    world.RunTo(100000);
    Check.Equal(2, client.Stats().AcknowledgedEvents, "acknowledged");
    world.Balanced();
  }

  public static void AnAnswerAfterItsTimeOrTwiceChangesNothing() {
    var world = new World();
    GmeWatchClient client = world.Start();
    client.Report(1005);
    world.RunTo(10000);
    GmeWatchRequest late = world.Last;
    world.RunTo(60000);
    Check.That(world.Requests.Count >= 2, "it was sent again");
    late.Answer(200, new byte[] { 8, 1 });
    client.Tick();
    Check.Equal(0, client.Stats().AcknowledgedEvents, "acknowledged");
    GmeWatchRequest answered = world.Last;
    world.Acknowledge(1);
    answered.Answer(200, new byte[] { 8, 9 });
    client.Tick();
    Check.Equal(1, client.Stats().AcknowledgedEvents, "acknowledged");
    world.Balanced();
  }

  public static void OnlyGmewatchdsOwnVerdictGivesCountsUp() {
    foreach (string body in new[] {
      "{\"code\":\"invalid_argument\",\"message\":\"from a gateway\"}",
      "{\"code\":\"invalid_argument\",\"details\":[{\"type\":\"google.rpc.BadRequest\",\"value\":\"\"}]}",
      "{\"code\":\"invalid_argument\",\"details\":[{\"type\":\"google.rpc.BadRequest\",\"value\":\"CgA\"}]",
      "[]", "{", "{\"code\":3}", "\u0000", "{\"code\":\"invalid_argument\",\"x\":\"\\u00",
    }) {
      var world = new World();
      world.Start().Report(1005);
      world.RunTo(10000);
      world.Last.Answer(400, System.Text.Encoding.UTF8.GetBytes(body));
      world.Client.Tick();
      Check.Equal(1, world.Client.Stats().PendingEvents, body);
    }
    var last = new World();
    last.Start().Report(1005);
    last.RunTo(10000);
    string verdict = "{\"details\":[{\"debug\":{\"a\":[1,true]},\"type\":\"google.rpc.BadRequest\",\"value\":\"CgA\"}],"
        + "\"message\":\"a \\\"b\\\" \\u0041\",\"code\":\"invalid_argument\"}";
    last.Last.Answer(400, System.Text.Encoding.UTF8.GetBytes(verdict));
    last.Client.Tick();
    Check.Equal(1, last.Client.Stats().RejectedEvents, "rejected");
    Check.Equal("invalid_argument: a \"b\" A", last.Client.Stats().LastError, "text");
  }

  public static void TheClockGoesOnInASleepThatTheStopwatchDoesNotCountAndNeverGoesBack() {
    long steady = 0;
    long wall = 1700000000000;
    var clock = new SteadyClock(() => steady, () => wall);
    long begin = clock.Read();
    wall += 8 * 3600000;
    Check.Equal(8 * 3600000, clock.Read() - begin, "a sleep");
    wall -= 24 * 3600000;
    steady += 1000;
    Check.Equal(8 * 3600000 + 1000, clock.Read() - begin, "a wall clock that is put back");
    wall += 1000;
    steady += 1000;
    Check.Equal(8 * 3600000 + 2000, clock.Read() - begin, "goes on");
  }

  public static void TheSystemsClocksRun() {
    long monotonic = SteadyClock.Monotonic();
    long wall = SteadyClock.Wall();
    Check.That(wall > 1600000000000 && wall < 5000000000000, "milliseconds since 1970: " + wall);
    // The machine may stop both for long, but neither stands still.
    while (SteadyClock.Monotonic() < monotonic + 20) Thread.Yield();
    Check.That(SteadyClock.Wall() > wall, "the wall clock runs");
  }

  public static void ThreadsLoseAndDoubleNothing() {
    const int threads = 4;
    const int each = 200000;
    var world = new World();
    GmeWatchClient client = world.Start(options => options.Spool = null);
    long counted = 0;
    long sequence = 0;
    int running = threads;
    var all = Enumerable.Range(0, threads).Select(number => new Thread(() => {
      for (int i = 0; i < each; ++i) client.Report(i % 700, i % 2 == 0 ? 1 : 4000000000);
      Interlocked.Decrement(ref running);
    })).ToArray();
    foreach (Thread one in all) one.Start();
    for (bool last = false; !last;) {
      last = Volatile.Read(ref running) == 0;
      world.Now += 60000;
      client.Tick();
      if (world.Requests.Count > 0) {
        var batch = new BatchOf(world.Last);
        if (batch.Sequence > sequence) counted += batch.Counts.Sum();
        sequence = batch.Sequence;
        world.Acknowledge(sequence);
      }
      world.Balanced();
    }
    foreach (Thread one in all) one.Join();
    Check.Equal((long)threads * (each / 2) * 4000000001L, client.Stats().ReportedEvents, "reported");
    Check.Equal(client.Stats().AcknowledgedEvents, counted, "in batches");
    Check.That(counted > 0, "some are sent meanwhile");
  }

  public static void WhatIsReportedNeverSeemsLessToAnotherThread() {
    var world = new World();
    GmeWatchClient client = world.Start(options => options.Spool = null);
    long missed = 0;
    bool ends = false;
    var reader = new Thread(() => {
      for (long before = 0; !Volatile.Read(ref ends);) {
        long reported = client.Stats().ReportedEvents;
        if (reported < before) missed += before - reported;
        before = reported;
      }
    });
    reader.Start();
    long sequence = 0;
    for (int i = 0; i < 4000; ++i) {
      client.Report(i % 500, 1);
      client.Flush();
      client.Tick();
      if (world.Requests.Count > sequence) world.Acknowledge(++sequence);
    }
    Volatile.Write(ref ends, true);
    reader.Join();
    Check.Equal(0, missed, "missed");
  }

  public static void ManyRandomCallsKeepTheBalanceAndEveryBatchIsWithinTheLimitsOfTheWire() {
    string given = Environment.GetEnvironmentVariable("GMEWATCH_SEED");
    long seed = given != null ? long.Parse(given) : DateTime.UtcNow.Ticks / 10000 % 1000000;
    long state = seed == 0 ? 1 : seed;
    Func<int, int> random = limit => (int)((state = state * 48271 % 2147483647) % limit);
    string name = "seed " + seed;
    var world = new World();
    world.Start();
    int sent = 0;
    for (int call = 0; call < 20000; ++call) {
      int kind = random(100);
      if (kind < 60) for (int i = 0; i < 40; ++i) world.Client.Report(random(900), 1 + random(3000));
      else if (kind < 62) world.Client.Detail(random(5000), "EnterRoom", random(99));
      else if (kind < 64) world.Client.Flush();
      else if (kind < 66) world.Client.Pause();
      else if (kind < 67) world.Start();
      else if (kind < 69) world.Client.SetNetwork(random(2) == 0);
      else world.Now += random(40000);
      world.Client.Tick();
      if (world.Requests.Count > sent) {
        var batch = new BatchOf(world.Requests[sent]);
        Check.That(world.Requests[sent].Body.Length <= 10688 && batch.Codes.Count <= 512 && batch.Codes.Count == batch.Counts.Count, name);
        Check.That(batch.Counts.All(count => count > 0) && batch.Counts.Sum() <= 1000000 && batch.AgeMs >= 0, name);
        ++sent;
        if (random(3) > 0) world.Acknowledge(batch.Sequence);
        else if (random(2) > 0) world.Last.Fail("no network");
        world.Client.Tick();
      }
      if (call % 50 == 0) world.Balanced();
    }
    world.Balanced();
    Check.That(sent > 100, name + ": " + sent);
  }
}
