// What a batch takes its counts from.
using System;

namespace Gmewatch {
  internal struct Share {
    public int[] Codes;
    public long[] Events;
    public int Size;
    public long Sum;
  }

  internal sealed class Counts {
    public const long EventsMax = 1000000; // of a batch

    /// <summary>No event is older.</summary>
    public long Since;
    private readonly int[] codes = new int[CodeTable.Slots];
    private readonly long[] events = new long[CodeTable.Slots];

    public static long Saturating(long a, long b) {
      return a > long.MaxValue - b ? long.MaxValue : a + b;
    }

    /// <summary>False: there is no such slot.</summary>
    public bool AddAt(int slot, int code, long count) {
      if (slot >= CodeTable.Slots) return false;
      codes[slot] = code;
      events[slot] = Saturating(events[slot], count);
      return true;
    }

    public int CodeAt(int slot) {
      return codes[slot];
    }

    public long EventsAt(int slot) {
      return events[slot];
    }

    public long Sum() {
      long sum = 0;
      foreach (long count in events) sum = Saturating(sum, count);
      return sum;
    }

    public void Clear() {
      Array.Clear(events, 0, events.Length);
    }

    /// <summary>Takes at most EventsMax events. If there are more, each code gives its share, so that no code waits for another.</summary>
    public Share Take() {
      var taken = new Share { Codes = new int[CodeTable.CodesMax], Events = new long[CodeTable.CodesMax] };
      long all = Sum();
      double share = all <= EventsMax ? 1.0 : (double)(EventsMax - CodeTable.CodesMax) / (double)all;
      for (int slot = 0; slot < CodeTable.Slots && taken.Size < CodeTable.CodesMax; ++slot) {
        long part = events[slot];
        if (part == 0) continue;
        // The cast to double: every machine rounds to 64 bits, so that all send the same.
        if (all > EventsMax) part = Math.Min(part, (long)(double)((double)part * share) + 1);
        part = Math.Min(part, EventsMax - taken.Sum);
        if (part == 0) continue;
        events[slot] -= part;
        taken.Codes[taken.Size] = codes[slot];
        taken.Events[taken.Size] = part;
        taken.Sum += part;
        ++taken.Size;
      }
      return taken;
    }

    /// <summary>How many batches `events` need at least.</summary>
    public static long BatchesOf(long events) {
      const long taken = EventsMax - CodeTable.CodesMax;
      return events == 0 ? 0 : events <= EventsMax ? 1 : (events - 1) / taken + 1;
    }
  }

  /// <summary>Lost events, by gmewatch.v1.ClientLoss.Reason.</summary>
  internal sealed class Losses {
    public const int TooManyCodes = 1;
    public const int Expired = 2;
    public const int Rejected = 3;
    public const int SpoolFull = 4;
    public const int Reasons = 5;
    private const long LossesMax = 1000000000000; // of a reason in a batch

    public readonly long[] Events = new long[Reasons];

    public void Add(int reason, long events) {
      Events[reason] = Counts.Saturating(Events[reason], events);
    }

    public void Add(Losses more) {
      for (int reason = 0; reason < Reasons; ++reason) Add(reason, more.Events[reason]);
    }

    public bool Any() {
      foreach (long events in Events) {
        if (events > 0) return true;
      }
      return false;
    }

    /// <summary>Takes what fits into a batch.</summary>
    public Losses Take() {
      var taken = new Losses();
      for (int reason = 0; reason < Reasons; ++reason) {
        taken.Events[reason] = Math.Min(Events[reason], LossesMax);
        Events[reason] -= taken.Events[reason];
      }
      return taken;
    }

    public void Clear() {
      Array.Clear(Events, 0, Reasons);
    }
  }
}
