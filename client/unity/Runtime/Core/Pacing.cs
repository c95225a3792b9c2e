// When the next attempt is allowed: intervals, back-off with full jitter, what the server asks for. Milliseconds of one clock that
// never goes back.
using System;

namespace Gmewatch {
  internal sealed class Pacing {
    private const long LongAgo = -4611686018427387904;
    private const long Modulus = 2147483647;

    public long ServerAllows;
    public long MinInterval;
    /// <summary>Batches that do not wait for the interval.</summary>
    public long Expedited;
    private readonly CheckedOptions options;
    private long backoffEnds;
    private long flushTick;
    private long lastFailure;
    private bool ticked;
    private long bound;
    private long state;

    public Pacing(CheckedOptions options, uint seed, long now) {
      this.options = options;
      state = seed % Modulus == 0 ? 1 : seed % Modulus;
      Restart(now);
    }

    public void Restart(long now) {
      flushTick = now + options.FirstFlushMs;
      ticked = false;
      ServerAllows = backoffEnds = lastFailure = LongAgo;
      MinInterval = 0;
      Expedited = 0;
      bound = options.InitialBackoffMs;
    }

    /// <summary>A random part of `whole`, at least 1 ms.</summary>
    private long PartOf(long whole) {
      state = state * 48271 % Modulus;
      return Math.Max(1, whole * state / Modulus);
    }

    private long NextPause() {
      long pause = PartOf(bound);
      bound = Math.Min(bound * 2, options.MaxBackoffMs);
      return pause;
    }

    /// <summary>For a failure that needs an operator.</summary>
    private long LongestPause() {
      long half = options.MaxBackoffMs / 2;
      return half + PartOf(half);
    }

    public long NextAttempt(bool inFlight) {
      long allowed = Math.Max(ServerAllows, backoffEnds);
      return inFlight || Expedited > 0 ? allowed : Math.Max(allowed, flushTick);
    }

    public void AdvanceFlushTick(long now) {
      if (flushTick > now) return;
      // The first interval is the same for all clients. The second is random, so that clients that were started together do not
      // report in step.
      flushTick += ticked ? options.FlushMs : PartOf(options.FlushMs);
      ticked = true;
      if (flushTick <= now) flushTick = now + options.FlushMs;
    }

    public void OnSettled(long now) {
      ServerAllows = Math.Max(ServerAllows, now + MinInterval);
      if (Expedited > 0) --Expedited;
    }

    public void OnAcknowledged() {
      bound = options.InitialBackoffMs;
    }

    /// <summary>So that a server that rejects everything gets fewer and fewer batches.</summary>
    public void OnRejected(long now) {
      lastFailure = now;
      backoffEnds = now + NextPause();
    }

    /// <summary>No session can begin yet.</summary>
    public void OnNoSession(long now) {
      backoffEnds = now + NextPause();
    }

    /// <summary>`asked` is the server's delay; the jitter is added to it, because all clients get the same one.</summary>
    public void OnFailure(long now, bool needsOperator, long asked) {
      lastFailure = now;
      // A flush has no time to wait for an operator.
      long pause = needsOperator && Expedited == 0 ? LongestPause() : NextPause();
      ServerAllows = now + asked;
      backoffEnds = ServerAllows + pause;
    }

    /// <summary>`batches` that are pending now wait neither for the interval nor for a long back-off.</summary>
    public void Expedite(long batches) {
      Expedited = Math.Max(Expedited, batches);
      if (Expedited == 0) return;
      bound = options.InitialBackoffMs;
      backoffEnds = Math.Min(backoffEnds, lastFailure + options.InitialBackoffMs);
    }

    public void OnNetworkBack(long now) {
      bound = options.InitialBackoffMs;
      if (backoffEnds > now) backoffEnds = Math.Min(backoffEnds, now + PartOf(bound));
    }
  }
}
