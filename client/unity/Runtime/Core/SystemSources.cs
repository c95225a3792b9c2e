// Clock and random bytes of the system.
using System;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Gmewatch {
  /// <summary>
  /// Milliseconds that never go back and go on while the device sleeps. Stopwatch stands still in suspend on phones; the wall clock shows
  /// how long that was. A wall clock that is put back changes nothing, one that is put forward makes counts older.
  /// </summary>
  internal sealed class SteadyClock {
    private readonly Func<long> steady;
    private readonly Func<long> wall;
    private readonly object gate = new object();
    private long time;
    private long lastSteady;
    private long lastWall;

    public SteadyClock(Func<long> steady, Func<long> wall) {
      this.steady = steady;
      this.wall = wall;
      lastSteady = steady();
      lastWall = wall();
    }

    public long Read() {
      lock (gate) {
        long steadyNow = steady();
        long wallNow = wall();
        time += Math.Max(0, Math.Max(steadyNow - lastSteady, wallNow - lastWall));
        lastSteady = steadyNow;
        lastWall = wallNow;
        return time;
      }
    }

    public static long Monotonic() {
      return (long)(Stopwatch.GetTimestamp() * (1000.0 / Stopwatch.Frequency));
    }

    private static readonly DateTime Epoch = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static long Wall() {
      return (DateTime.UtcNow.Ticks - Epoch.Ticks) / TimeSpan.TicksPerMillisecond;
    }
  }

  internal static class SystemRandom {
    /// <summary>`draw`, if it gives something; else what is weaker, and a note that says so.</summary>
    public static Func<int, byte[]> Find(Func<int, byte[]> draw, CheckedOptions options) {
      if (draw(1) != null) return draw;
      options.Note("no System.Security.Cryptography: session ids come from Guid.NewGuid");
      return DrawWeak;
    }

    /// <summary>Of the jitter.</summary>
    public static uint Seed(Func<int, byte[]> random, long now) {
      byte[] drawn = random(4);
      return drawn == null || drawn.Length < 4 ? unchecked((uint)now + 1) : BitConverter.ToUInt32(drawn, 0);
    }

    /// <summary>Null: the system has no source.</summary>
    public static byte[] Draw(int size) {
      try {
        byte[] bytes = new byte[size];
        using (RandomNumberGenerator source = RandomNumberGenerator.Create()) source.GetBytes(bytes);
        return bytes;
      } catch (Exception) {
        return null; // an engine may have left System.Security.Cryptography out; what it throws then differs
      }
    }

    /// <summary>For an engine without System.Security.Cryptography: the bytes of new GUIDs.</summary>
    public static byte[] DrawWeak(int size) {
      byte[] bytes = new byte[size];
      for (int at = 0; at < size; at += 16) {
        byte[] one = Guid.NewGuid().ToByteArray();
        byte[] two = Guid.NewGuid().ToByteArray();
        // A GUID has six fixed bits, in bytes 7 and 8.
        for (int i = 0; i < 16 && at + i < size; ++i) bytes[at + i] = (byte)(one[i] ^ two[(i + 3) % 16]);
      }
      return bytes;
    }
  }
}
