// A client: the calls of a game, consent, the one request, the spool. It starts no thread and no timer, and does no I/O but through its
// options; GmeWatch connects it to Unity. tests/client/vectors has what it does, to the byte.
using System;
using System.Threading;

namespace Gmewatch {
  /// <summary>
  /// For an engine or server with a loop of its own: call Tick each frame. Every call but Stop may come from any thread; spool and transport
  /// are used by the one that ticks.
  /// </summary>
  public sealed class GmeWatchClient {
    public const long Never = long.MaxValue;
    private const int Rounds = 8; // a transport that answers at once must not keep the frame
    private const int DoFlush = 1;
    private const int DoPause = 2;
    private const int DoConsent = 4;
    private const int DoNetwork = 8;

    private readonly GmeWatchOptions options;
    private readonly CheckedOptions checkedOptions;
    private readonly Outbox outbox;
    private readonly Func<long> clock;
    private readonly Func<long> wallClock;

    // Shared.
    private int counting;
    private int busy;
    private int commands;
    private int wantedConsent;
    private int network;
    private int uncountable;
    private int ticker; // the thread that ticks
    private volatile bool off;

    // The rest belongs to the thread that ticks.
    private GmeWatchConsent consent = GmeWatchConsent.Unknown;
    private Spool spool;
    private GmeWatchRequest asked; // null: none is on its way
    private long answerDue;
    private long now;
    private long next;

    public GmeWatchClient(GmeWatchOptions options) {
      this.options = options.Copy();
      checkedOptions = new CheckedOptions(options);
      off = checkedOptions.Off;
      counting = off ? 0 : 1;
      network = options.Network ? 1 : 0;
      wallClock = options.WallClock ?? SteadyClock.Wall;
      clock = options.Clock ?? new SteadyClock(SteadyClock.Monotonic, wallClock).Read;
      now = clock();
      if (options.Spool != null) spool = new Spool(options.Spool, checkedOptions.SpoolMs);
      Func<int, byte[]> random = options.Random ?? SystemRandom.Find(SystemRandom.Draw, checkedOptions);
      outbox = new Outbox(checkedOptions, random, options.Seed != 0 ? options.Seed : SystemRandom.Seed(random, now), now);
      ticker = Thread.CurrentThread.ManagedThreadId;
      if (!off) ChangeConsent(options.Consent);
      next = NextTime();
      outbox.Show();
    }

    /// <summary>Counts `count` events of `code`; 0 is a success. It takes no lock and allocates nothing.</summary>
    public void Report(int code, long count = 1) {
      if (count < 1 || count > uint.MaxValue) {
        Interlocked.Increment(ref uncountable);
      } else if (Volatile.Read(ref counting) != 0) {
        outbox.Table.Add(code, (uint)count);
      }
    }

    /// <summary>Adds a detail to an event that Report counts: the SDK call, the code in the SDK's log.</summary>
    public void Detail(int code, string operation, long underlyingCode = 0) {
      if (Volatile.Read(ref counting) != 0) outbox.Details.Add(code, operation, underlyingCode);
    }

    /// <summary>Sends what is pending without waiting for the interval; the server's delays still count.</summary>
    public void Flush() {
      Command(DoFlush);
    }

    /// <summary>The game goes to the background: writes the spool, then as Flush.</summary>
    public void Pause() {
      Command(DoPause);
      TickHere(); // no frame may follow
    }

    public void SetConsent(GmeWatchConsent value) {
      if (off) return;
      if (value == GmeWatchConsent.Denied) Volatile.Write(ref counting, 0);
      Volatile.Write(ref wantedConsent, (int)value);
      Command(DoConsent);
      TickHere(); // nothing is kept after a denial, and what is reported after a consent counts
    }

    public void SetNetwork(bool available) {
      int value = available ? 1 : 0;
      if (Interlocked.Exchange(ref network, value) != value) Command(DoNetwork);
    }

    public GmeWatchStats Stats() {
      GmeWatchStats stats = outbox.Shown();
      stats.Uncountable = unchecked((uint)Volatile.Read(ref uncountable));
      return stats;
    }

    /// <summary>What is wrong with the options: the field, its value, what is allowed, and what was done. Empty if nothing is.</summary>
    public string Error { get { return checkedOptions.Error; } }

    /// <summary>Its clock, in milliseconds.</summary>
    public long Now { get { return clock(); } }

    /// <summary>Does what is due. Returns when it has something to do next, by its clock; Never: not before another call.</summary>
    public long Tick() {
      if (off) return Never;
      // Another thread works just now, or this call came from inside of it.
      if (Interlocked.CompareExchange(ref busy, 1, 0) != 0) return clock() + 1;
      try {
        ticker = Thread.CurrentThread.ManagedThreadId;
        now = Math.Max(now, clock());
        if (now >= next || IsCalled()) {
          Work();
          next = NextTime();
        }
        return IsCalled() ? now : next;
      } finally {
        Volatile.Write(ref busy, 0);
      }
    }

    /// <summary>Gives the request up and writes the spool; sends nothing. From the thread that ticks; no call has an effect afterwards.</summary>
    public void Stop() {
      if (off) return;
      now = Math.Max(now, clock());
      Obey();
      if (asked != null && asked.IsAnswered) TakeAnswer();
      Cancel();
      if (consent == GmeWatchConsent.Granted && SpoolIsStale()) WriteSpool();
      Volatile.Write(ref counting, 0);
      off = true;
      TrySpool("closed", () => spool.Close());
      outbox.Show();
    }

    private void Command(int command) {
      if (off) return;
      int before;
      do {
        before = Volatile.Read(ref commands);
      } while (Interlocked.CompareExchange(ref commands, before | command, before) != before);
    }

    private void TickHere() {
      if (ticker == Thread.CurrentThread.ManagedThreadId) Tick();
    }

    private bool IsCalled() {
      return Volatile.Read(ref commands) != 0 || asked != null && asked.IsAnswered;
    }

    private void Work() {
      bool pausing = (Obey() & DoPause) != 0;
      if (consent == GmeWatchConsent.Granted) {
        bool answered = false;
        for (int round = 0; round < Rounds; ++round) {
          bool taken = TakeAnswer();
          answered |= taken;
          if (!Attempt() && !taken) break;
        }
        bool isDue = spool != null && now >= spool.Due;
        if ((isDue || answered || pausing) && SpoolIsStale()) WriteSpool();
        if (isDue && spool != null) spool.Restart(now);
      } else if (asked != null && asked.IsAnswered) {
        asked = null;
      }
      outbox.Show();
    }

    private long NextTime() {
      if (off || consent != GmeWatchConsent.Granted) return Never;
      long attempt = asked != null ? answerDue : Volatile.Read(ref network) != 0 ? outbox.NextAttempt() : Never;
      return spool == null ? attempt : Math.Min(attempt, spool.Due);
    }

    // Carries out the calls since the last tick, and returns them.
    private int Obey() {
      int wanted = Volatile.Read(ref commands) == 0 ? 0 : Interlocked.Exchange(ref commands, 0);
      if ((wanted & DoConsent) != 0) ChangeConsent((GmeWatchConsent)Volatile.Read(ref wantedConsent));
      if (consent != GmeWatchConsent.Granted) return wanted;
      if ((wanted & DoNetwork) != 0 && Volatile.Read(ref network) != 0) outbox.Pacing.OnNetworkBack(now);
      if ((wanted & (DoFlush | DoPause)) != 0) outbox.Expedite();
      return wanted;
    }

    private void ChangeConsent(GmeWatchConsent value) {
      GmeWatchConsent before = consent;
      consent = value;
      if (value == before) return;
      if (value == GmeWatchConsent.Denied) {
        Volatile.Write(ref counting, 0);
        Cancel();
        outbox.Forget(now);
        TrySpool("deleted", () => spool.Erase());
        return;
      }
      if (before == GmeWatchConsent.Denied) outbox.Forget(now); // a report that ran while consent was withdrawn
      Volatile.Write(ref counting, 1);
      if (value != GmeWatchConsent.Granted) return;
      outbox.Pacing.Restart(now);
      TrySpool("read, so this run goes without", TakeOver);
    }

    // One attempt, if it is time for one. Returns whether something was sent.
    private bool Attempt() {
      if (asked != null || Volatile.Read(ref network) == 0 || outbox.NextAttempt() > now) return false;
      bool isNew;
      byte[] body = outbox.Attempt(now, out isNew);
      if (body == null) return false;
      // If the game ends between the request and its answer, the next run asks again with the same number.
      if (isNew) WriteSpool();
      var request = new GmeWatchRequest(checkedOptions.Url, checkedOptions.Headers, body, checkedOptions.TimeoutMs);
      asked = request;
      answerDue = now + checkedOptions.TimeoutMs;
      ++outbox.Stats.BatchesSent;
      try {
        options.Transport.Post(request);
      } catch (Exception error) {
        request.Fail("not started: " + error.Message);
      }
      return true;
    }

    private void Cancel() {
      GmeWatchRequest request = asked;
      asked = null;
      if (request != null && !request.IsAnswered) options.Transport.Cancel(request);
    }

    // Takes the answer, or the lack of one after the time for it. Returns whether there was one.
    private bool TakeAnswer() {
      if (asked == null) return false;
      if (asked.IsAnswered) {
        Outcome answer = Answer.Read(asked.Status, asked.AnswerBody, outbox.Sequence);
        asked = null;
        outbox.Settle(answer, now);
        return true;
      }
      if (now < answerDue) return false;
      Cancel();
      outbox.Settle(Answer.None(checkedOptions.TimeoutMs), now);
      return true;
    }

    private void TrySpool(string what, Action use) {
      if (spool == null) return;
      try {
        use();
      } catch (Exception error) { // a game's store may throw anything
        FailSpool("the spool cannot be " + what + ": " + error.Message);
      }
    }

    private void FailSpool(string why) {
      ++outbox.Stats.SpoolFailures;
      if (outbox.Stats.LastError == "") outbox.Stats.LastError = why;
    }

    private bool SpoolIsStale() {
      return spool != null && spool.IsStale(outbox);
    }

    private void WriteSpool() {
      TrySpool("written, so counts do not survive the end of this game; check the free space", () => {
        if (spool.Write(outbox, now, wallClock())) ++outbox.Stats.SpoolWrites;
      });
    }

    // Takes over what the last run left.
    private void TakeOver() {
      spool.Restart(now);
      bool isForeign;
      State found = spool.Read(now, wallClock(), out isForeign);
      if (isForeign) FailSpool("the spool is of another version of this library, so its counts are lost");
      if (found == null) return;
      // What was in flight waits as long as a first batch does.
      outbox.Pacing.ServerAllows = Math.Max(outbox.Pacing.ServerAllows, now + checkedOptions.FirstFlushMs);
      if (!outbox.Restore(found)) FailSpool("the spool was written for another app, so its counts are given up; let each app have its own");
    }
  }
}
