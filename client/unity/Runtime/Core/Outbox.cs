// What is counted, what is in flight, and what an answer does to it. It does no I/O; times are given to it. Report and Detail may be
// called from any thread, and so may Shown; all else belongs to the one that ticks.
using System;

namespace Gmewatch {
  internal sealed class Outbox {
    private const int IdSize = 16;

    public readonly Pacing Pacing;
    public readonly CodeTable Table = new CodeTable();
    public readonly DetailList Details = new DetailList();
    public GmeWatchStats Stats = new GmeWatchStats();
    public State State = new State();
    /// <summary>Batches made, settled, and the like.</summary>
    public long Transitions;
    private readonly CheckedOptions options;
    private readonly Func<int, byte[]> random;
    // Whoever asks for the numbers while events move from the table to the counts must find each of them once.
    private readonly object gate = new object();
    private GmeWatchStats shown = new GmeWatchStats();

    public Outbox(CheckedOptions options, Func<int, byte[]> random, uint seed, long now) {
      this.options = options;
      this.random = random;
      Pacing = new Pacing(options, seed, now);
      State.Counts.Since = now;
    }

    private static void Add(ref long to, long events) {
      to = Counts.Saturating(to, events);
    }

    /// <summary>Moves what was reported to the counts, and the overflow to the losses.</summary>
    public void Gather() {
      lock (gate) {
        Move();
        Show();
      }
    }

    private void Move() {
      for (int slot = 0; slot < CodeTable.Slots; ++slot) {
        long events = Table.Take(slot);
        if (events == 0) continue;
        State.Counts.AddAt(slot, Table.CodeOf(slot), events);
        Add(ref Stats.ReportedEvents, events);
      }
      long overflow = Table.Take(CodeTable.Overflow);
      Add(ref Stats.ReportedEvents, overflow);
      Lose(Losses.TooManyCodes, overflow);
    }

    /// <summary>Events so far, gathered or not.</summary>
    public long Reported() {
      return Counts.Saturating(Stats.ReportedEvents, Table.PeekAll() + Table.Peek(CodeTable.Overflow));
    }

    /// <summary>Makes the numbers of now those of Shown.</summary>
    public void Show() {
      GmeWatchStats stats = Stats.Copy();
      stats.PendingEvents = PendingEvents();
      lock (gate) shown = stats;
    }

    /// <summary>The numbers, with what is not gathered yet. From any thread.</summary>
    public GmeWatchStats Shown() {
      lock (gate) {
        GmeWatchStats to = shown.Copy();
        long waiting = Table.PeekAll();
        long overflow = Table.Peek(CodeTable.Overflow);
        Add(ref to.PendingEvents, waiting);
        Add(ref to.LostEvents, overflow);
        Add(ref to.ReportedEvents, Counts.Saturating(waiting, overflow));
        return to;
      }
    }

    /// <summary>Without those that are not gathered.</summary>
    public long PendingEvents() {
      long pending = State.Counts.Sum();
      if (State.Flight != null) Add(ref pending, State.Flight.Events);
      if (State.Restored != null) Add(ref pending, State.Restored.Sum());
      return pending;
    }

    public long NextAttempt() {
      return Pacing.NextAttempt(State.Flight != null);
    }

    /// <summary>The batch to send now, made if none is in flight; null if nothing is pending. `isNew`: it was made just now.</summary>
    public byte[] Attempt(long now, out bool isNew) {
      if (State.Flight != null && now - State.Flight.Made >= options.HorizonMs) GiveUp(now);
      isNew = State.Flight == null && MakeBatch(now);
      return State.Flight == null ? null : Batch.Encode(State.Session, State.Flight, now);
    }


    public long Sequence { get { return State.Flight == null ? 0 : State.Flight.Sequence; } }

    /// <summary>The answer to the batch in flight, or the lack of one.</summary>
    public void Settle(Outcome outcome, long now) {
      Flight flight = State.Flight;
      if (flight == null) return;
      bool acknowledged = outcome.Code == Status.Ok && outcome.Acknowledged >= flight.Sequence;
      if (outcome.MinInterval != null) Pacing.MinInterval = outcome.MinInterval.Value;
      Describe(outcome, acknowledged);
      if (acknowledged) {
        Add(ref Stats.AcknowledgedEvents, flight.Events);
        Pacing.OnAcknowledged();
        OnSettled(now);
      } else if (outcome.IsVerdict) {
        Add(ref Stats.RejectedEvents, flight.Events);
        LoseFlight(Losses.Rejected);
        OnSettled(now);
        Pacing.OnRejected(now);
      } else {
        ++Stats.BatchesFailed;
        long asked = outcome.Retry ?? (outcome.Code == Status.Ok ? Pacing.MinInterval : 0);
        Pacing.OnFailure(now, outcome.NeedsOperator, asked);
      }
    }

    /// <summary>Until all that is pending now is settled, attempts wait neither for the interval nor for a long back-off.</summary>
    public void Expedite() {
      Gather();
      long batches = Counts.BatchesOf(State.Counts.Sum()) + (State.Restored == null ? 0 : Counts.BatchesOf(State.Restored.Sum()));
      if (batches == 0 && State.Losses.Any()) batches = 1;
      Pacing.Expedite(batches + (State.Flight == null ? 0 : 1));
    }

    /// <summary>Drops what is counted and in flight.</summary>
    public void Forget(long now) {
      Gather();
      Details.Clear();
      State.Counts.Clear();
      State.Counts.Since = now;
      State.Losses.Clear();
      ForgetSession();
      Stats = new GmeWatchStats();
      ++Transitions;
    }

    /// <summary>Takes over what an earlier run left. False: it was written for another app, so its counts are given up.</summary>
    public bool Restore(State found) {
      long events = found.Flight == null ? 0 : found.Flight.Events;
      if (found.Restored != null) Add(ref events, found.Restored.Sum());
      Add(ref Stats.ReportedEvents, events);
      Add(ref Stats.ReportedEvents, found.LeftOut);
      Add(ref Stats.RestoredEvents, events);
      Add(ref Stats.RestoredEvents, found.LeftOut);
      Add(ref Stats.RestoredEvents, found.Counts.Sum());
      State.Losses.Add(found.Losses);
      Lose(Losses.SpoolFull, found.LeftOut);
      // Counts that have no session yet become counts of this run.
      State.Counts.Since = Math.Min(State.Counts.Since, found.Counts.Since);
      for (int slot = 0; slot < CodeTable.Slots; ++slot) {
        if (found.Counts.EventsAt(slot) > 0) Table.Add(found.Counts.CodeAt(slot), found.Counts.EventsAt(slot));
      }
      if (found.Session.Length > 0 && !Batch.SessionIsOfApp(found.Session, options.App)) {
        Lose(Losses.Expired, events);
        return false;
      }
      State.Session = found.Session;
      State.SettledSequence = found.SettledSequence;
      State.Flight = found.Flight;
      State.Restored = found.Restored;
      FinishOld();
      return true;
    }

    private void Lose(int reason, long events) {
      State.Losses.Add(reason, events);
      Add(ref Stats.LostEvents, events);
    }

    private void ForgetSession() {
      State.Session = new byte[0];
      State.SettledSequence = 0;
      State.Flight = null;
      State.Restored = null;
    }

    // The old session is finished once nothing of it is left; the next batch begins the session of this run.
    private void FinishOld() {
      if (State.Restored != null && State.Flight == null && State.Restored.Sum() == 0) ForgetSession();
    }

    private void OnSettled(long now) {
      State.SettledSequence = State.Flight.Sequence;
      State.Flight = null;
      Pacing.OnSettled(now);
      ++Transitions;
      FinishOld();
    }

    // Never acknowledged: the next batch carries its losses again, and its events as lost.
    private void LoseFlight(int reason) {
      State.Losses.Add(State.Flight.Losses);
      State.Losses.Add(reason, State.Flight.Events);
    }

    private void GiveUp(long now) {
      Add(ref Stats.LostEvents, State.Flight.Events);
      LoseFlight(Losses.Expired);
      OnSettled(now);
    }

    // Puts what is pending in flight, if there is something.
    private bool MakeBatch(long now) {
      Pacing.AdvanceFlushTick(now);
      Gather();
      Counts from = State.Restored ?? State.Counts;
      if (from.Sum() == 0 && !State.Losses.Any()) {
        from.Since = now;
        Pacing.Expedited = 0;
        return false;
      }
      if (State.Session.Length == 0 && !BeginSession(now)) return false;
      Share share = from.Take();
      Losses losses = State.Losses.Take();
      State.Flight = new Flight {
        Sequence = State.SettledSequence + 1,
        Events = share.Sum,
        Made = now,
        Oldest = from.Since,
        Losses = losses,
        Counts = Batch.EncodeCounts(share),
        Tail = Batch.EncodeTail(losses, State.Restored == null ? Details : null),
      };
      // Events that did not fit into this batch are as old as those that did.
      if (from.Sum() == 0) from.Since = now;
      ++Transitions;
      return true;
    }

    // Draws the id of this run; false if there are no random bytes, or obviously wrong ones.
    private bool BeginSession(long now) {
      byte[] id = random(IdSize);
      if (id == null || id.Length != IdSize || Array.TrueForAll(id, value => value == id[0])) {
        Stats.LastError = "the system gives no random bytes for a session id; nothing is sent without one, and it is tried again";
        Pacing.OnNoSession(now);
        return false;
      }
      State.Session = Batch.EncodeSession(id, options);
      State.SettledSequence = 0;
      return true;
    }

    private void Describe(Outcome outcome, bool acknowledged) {
      Stats.LastHttpStatus = outcome.HttpStatus;
      Stats.LastCode = Status.Names[outcome.Code == Status.Ok && !acknowledged ? Status.Unavailable : outcome.Code];
      Stats.LastError = acknowledged ? ""
        : outcome.Code == Status.Ok ? "the server acknowledged batch " + outcome.Acknowledged + ", not yet " + State.Flight.Sequence
        : Status.Names[outcome.Code] + ": " + outcome.Text;
    }
  }
}
