// The bytes of a slot of the spool: the state of a client, and a checksum. They are those of the core in C.
using System;

namespace Gmewatch {
  /// <summary>What a slot holds.</summary>
  internal sealed class State {
    public byte[] Session = new byte[0]; // encoded; empty: none has begun
    public long SettledSequence;
    public Losses Losses = new Losses();
    public Flight Flight;
    public Counts Restored; // counts of that session, if it is one of an earlier run
    public Counts Counts = new Counts(); // of this run
    public long LeftOut; // events whose counts found no room; after reading
  }

  internal static class SpoolSlot {
    public const int SlotMax = 16000;
    private const int Head = 32;
    private const int Version = 1;
    private const long AgeMax = 31622400000; // a year; a longer age is cut to this
    private const int CountsRoom = 64; // what follows the counts fits into this
    private const int SessionMax = 384;
    private const int CountsMax = 8192;
    private const int TailMax = 2048;

    private static uint Crc32C(byte[] bytes, int size) {
      uint crc = 0xffffffff;
      for (int i = 0; i < size; ++i) {
        crc ^= i >= 16 && i < 20 ? (byte)0 : bytes[i]; // with zeros in its own place
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
      return ~crc;
    }

    private static void PutWord(byte[] to, int at, uint value) {
      for (int i = 0; i < 4; ++i) to[at + i] = (byte)(value >> 8 * i);
    }

    private static uint WordAt(byte[] from, int at) {
      return from[at] | (uint)from[at + 1] << 8 | (uint)from[at + 2] << 16 | (uint)from[at + 3] << 24;
    }

    // Writes an age and as many counts as there is room for. Returns the events that were left out.
    private static long PutCounts(Writer slot, Counts counts, long now) {
      long leftOut = 0;
      slot.Varint(Math.Max(0, now - counts.Since));
      for (int i = 0; i < CodeTable.Slots; ++i) {
        long events = counts.EventsAt(i);
        if (events == 0) continue;
        if (SlotMax - slot.Size < CountsRoom) {
          leftOut = Counts.Saturating(leftOut, events);
          continue;
        }
        int code = counts.CodeAt(i);
        slot.Varint(events);
        slot.Varint(unchecked((uint)(code << 1 ^ code >> 31)));
      }
      slot.Varint(0);
      return leftOut;
    }

    private static void PutLosses(Writer slot, Losses losses) {
      foreach (long events in losses.Events) slot.Varint(events);
    }

    private static void PutBytes(Writer slot, byte[] bytes) {
      slot.Varint(bytes.Length);
      slot.Raw(bytes);
    }

    private static void PutFlight(Writer slot, Flight flight, long now) {
      slot.Varint(flight == null ? 0 : 1);
      if (flight == null) return;
      slot.Varint(flight.Sequence);
      slot.Varint(flight.Events);
      slot.Varint(Math.Max(0, now - flight.Made));
      slot.Varint(Math.Max(0, now - flight.Oldest));
      PutLosses(slot, flight.Losses);
      PutBytes(slot, flight.Counts);
      PutBytes(slot, flight.Tail);
    }

    /// <summary>"GMEW", version, generation, size, CRC-32C of the slot with zeros in its place; then the state, in varints.</summary>
    public static byte[] Encode(State state, uint generation, long now, long wall) {
      var slot = new Writer();
      slot.Raw(new byte[Head]);
      slot.Varint(Math.Max(0, wall));
      PutBytes(slot, state.Session);
      slot.Varint(state.SettledSequence);
      PutLosses(slot, state.Losses);
      PutFlight(slot, state.Flight, now);
      // The counts of that session, then those that have none yet.
      bool hasSession = state.Session.Length > 0;
      long leftOut = hasSession ? PutCounts(slot, state.Restored ?? state.Counts, now) : 0;
      if (!hasSession || state.Restored != null) {
        leftOut = Counts.Saturating(leftOut, PutCounts(slot, state.Counts, now));
      } else {
        slot.Raw(new byte[] { 0, 0 }); // an age and an end mark
      }
      slot.Varint(leftOut);
      byte[] bytes = slot.ToArray();
      PutWord(bytes, 0, 0x57454d47);
      PutWord(bytes, 4, Version);
      PutWord(bytes, 8, generation);
      PutWord(bytes, 12, (uint)bytes.Length);
      PutWord(bytes, 16, Crc32C(bytes, bytes.Length));
      return bytes;
    }

    /// <summary>The generation of a slot that was written to its end; else null.</summary>
    public static uint? GenerationOf(byte[] slot) {
      if (slot == null || slot.Length < Head || WordAt(slot, 0) != 0x57454d47 || WordAt(slot, 4) != Version) return null;
      uint size = WordAt(slot, 12);
      if (size < Head || size > slot.Length || Crc32C(slot, (int)size) != WordAt(slot, 16)) return null;
      return WordAt(slot, 8);
    }

    /// <summary>The state in a slot; null if it is of another version of this library. REQUIRES: GenerationOf(slot) is not null.</summary>
    public static State Decode(byte[] slot, long now, long wall) {
      var input = new Reader(slot, Head, (int)WordAt(slot, 12));
      long written = now - Math.Max(0, Math.Min(wall - input.Count(), AgeMax));
      var state = new State { Session = GetBytes(input), SettledSequence = input.Count(), Losses = GetLosses(input) };
      if (input.Varint() == 1) {
        state.Flight = new Flight {
          Sequence = input.Count(),
          Events = input.Count(),
          Made = GetTime(input, written),
          Oldest = GetTime(input, written),
          Losses = GetLosses(input),
          Counts = GetBytes(input),
          Tail = GetBytes(input),
        };
      }
      bool hasSession = state.Session.Length > 0;
      if (hasSession) state.Restored = GetCounts(input, written);
      state.Counts = GetCounts(input, written);
      state.LeftOut = input.Count();
      bool fits = state.Session.Length <= SessionMax && state.SettledSequence < long.MaxValue - 1;
      if (state.Flight != null) fits &= hasSession && state.Flight.Counts.Length <= CountsMax && state.Flight.Tail.Length <= TailMax;
      return input.Bad || !fits ? null : state;
    }

    private static byte[] GetBytes(Reader input) {
      return input.Take(input.Varint()).Rest();
    }

    private static Losses GetLosses(Reader input) {
      var losses = new Losses();
      for (int reason = 0; reason < Losses.Reasons; ++reason) losses.Add(reason, input.Count());
      return losses;
    }

    private static long GetTime(Reader input, long written) {
      return written - Math.Min(input.Count(), AgeMax);
    }

    private static Counts GetCounts(Reader input, long written) {
      var counts = new Counts { Since = GetTime(input, written) };
      for (int slot = 0;; ++slot) {
        long events = input.Count();
        if (input.Bad || events == 0) return counts;
        uint zigzag = unchecked((uint)input.Varint());
        int code = unchecked((int)(zigzag >> 1) ^ -(int)(zigzag & 1));
        if (!counts.AddAt(slot, code, events)) input.Fail();
      }
    }
  }
}
