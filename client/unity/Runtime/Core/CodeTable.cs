// How often each code occurred, counted by any thread without a lock. The order of the slots is that of every implementation, so that all
// make the same bytes.
using System.Threading;

namespace Gmewatch {
  internal sealed class CodeTable {
    public const int CodesMax = 512;
    /// <summary>The last one is for int.MinValue, whose key would be that of an empty slot.</summary>
    public const int Slots = CodesMax + 1;
    /// <summary>Events of codes that found no slot.</summary>
    public const int Overflow = Slots;

    // The code with its sign bit turned over; 0: empty.
    private readonly int[] keys = new int[CodesMax];
    // A count has two words, because 64-bit atomics take a lock on some processors: whoever makes `low` wrap adds one to `high`.
    private readonly int[] low = new int[Slots + 1];
    private readonly int[] high = new int[Slots + 1];

    public void Add(int code, uint count) {
      AddAt(SlotOf(code), count, 0);
    }

    public void Add(int code, long count) {
      AddAt(SlotOf(code), unchecked((uint)count), (int)(count >> 32));
    }

    private int SlotOf(int code) {
      int key = code ^ int.MinValue;
      if (key == 0) return CodesMax;
      uint index = unchecked((uint)code * 2654435769U) >> 23;
      for (int probe = 0; probe < CodesMax; ++probe, index = (index + 1) % CodesMax) {
        int found = Volatile.Read(ref keys[index]);
        // If another thread is first, it may have stored this very code.
        if (found == 0) found = Interlocked.CompareExchange(ref keys[index], key, 0);
        if (found == key || found == 0) return (int)index;
      }
      return Overflow;
    }

    private void AddAt(int slot, uint lowPart, int highPart) {
      uint after = unchecked((uint)Interlocked.Add(ref low[slot], unchecked((int)lowPart)));
      if (after < lowPart) ++highPart;
      if (highPart != 0) Interlocked.Add(ref high[slot], highPart);
    }

    /// <summary>A carry that comes between the two reads is taken the next time: the sum of all is right.</summary>
    public long Take(int slot) {
      long highPart = Volatile.Read(ref high[slot]) == 0 ? 0 : Interlocked.Exchange(ref high[slot], 0);
      uint lowPart = Volatile.Read(ref low[slot]) == 0 ? 0 : unchecked((uint)Interlocked.Exchange(ref low[slot], 0));
      return (highPart << 32) + lowPart;
    }

    public long Peek(int slot) {
      return ((long)Volatile.Read(ref high[slot]) << 32) + unchecked((uint)Volatile.Read(ref low[slot]));
    }

    /// <summary>The events of all codes with a slot.</summary>
    public long PeekAll() {
      long sum = 0;
      for (int slot = 0; slot < Slots; ++slot) sum += Peek(slot);
      return sum;
    }

    public int CodeOf(int slot) {
      return slot == CodesMax ? int.MinValue : Volatile.Read(ref keys[slot]) ^ int.MinValue;
    }
  }

  internal struct Detail {
    public int Code;
    public string Operation;
    public long UnderlyingCode;
  }

  /// <summary>Details of a batch, added by any thread; those beyond 16 are left out.</summary>
  internal sealed class DetailList {
    private const int DetailsMax = 16;
    private const int Free = 0;
    private const int Busy = 1;
    private const int Ready = 2;

    private readonly int[] states = new int[DetailsMax];
    private readonly Detail[] details = new Detail[DetailsMax];

    public void Add(int code, string operation, long underlyingCode) {
      for (int i = 0; i < DetailsMax; ++i) {
        if (Interlocked.CompareExchange(ref states[i], Busy, Free) != Free) continue;
        details[i] = new Detail { Code = code, Operation = operation, UnderlyingCode = underlyingCode };
        Volatile.Write(ref states[i], Ready);
        return;
      }
    }

    public bool Take(int index, out Detail detail) {
      detail = default(Detail);
      if (Volatile.Read(ref states[index]) != Ready) return false;
      detail = details[index];
      details[index] = default(Detail);
      Volatile.Write(ref states[index], Free);
      return true;
    }

    public int Size { get { return DetailsMax; } }

    public void Clear() {
      Detail dropped;
      for (int i = 0; i < DetailsMax; ++i) Take(i, out dropped);
    }
  }
}
