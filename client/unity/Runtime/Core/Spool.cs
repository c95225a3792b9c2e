// What counts survive a killed or ended game in: two slots, written in turn, each with a checksum. Nobody needs to finish a write: a
// slot that was cut off is ignored, and the other one is what the next run finds.
using System;
using System.IO;

namespace Gmewatch {
  /// <summary>Where the two slots are. A call that throws has failed. All are made from the thread that ticks.</summary>
  public interface IGmeWatchSpoolStore {
    /// <summary>Null or bytes that are not a slot: it is empty.</summary>
    byte[] Load(int slot);
    void Store(int slot, byte[] bytes);
    void Erase();
    /// <summary>No further call follows.</summary>
    void Close();
  }

  internal sealed class Spool {
    /// <summary>When it is written if something has changed.</summary>
    public long Due = long.MaxValue;
    private readonly IGmeWatchSpoolStore store;
    private readonly long everyMs;
    private bool loaded;
    // It is there and could not be read, so it is not written over in this run; a denial deletes it all the same.
    private bool isUnread;
    private uint generation;
    // What it has.
    private long transitions = -1;
    private long reported = -1;

    public Spool(IGmeWatchSpoolStore store, long everyMs) {
      this.store = store;
      this.everyMs = everyMs;
    }

    public void Restart(long now) {
      Due = isUnread ? long.MaxValue : now + everyMs;
    }

    public bool IsStale(Outbox outbox) {
      return !isUnread && (transitions != outbox.Transitions || reported != outbox.Reported());
    }

    /// <summary>Returns whether it was written; throws what the store throws.</summary>
    public bool Write(Outbox outbox, long now, long wall) {
      if (isUnread) return false;
      outbox.Gather();
      transitions = outbox.Transitions;
      reported = outbox.Stats.ReportedEvents;
      Restart(now);
      uint next = unchecked(generation + 1);
      // The slot of the generation before stays as it is.
      store.Store((int)(next % 2), SpoolSlot.Encode(outbox.State, next, now, wall));
      generation = next;
      return true;
    }

    /// <summary>What the last run left, once; null if nothing. `isForeign`: it is of another version. Throws what the store throws.</summary>
    public State Read(long now, long wall, out bool isForeign) {
      isForeign = false;
      if (loaded) return null;
      loaded = true;
      byte[] newest = null;
      isUnread = true;
      Restart(now);
      for (int slot = 0; slot < 2; ++slot) {
        byte[] bytes = store.Load(slot);
        uint? found = SpoolSlot.GenerationOf(bytes);
        if (found == null || newest != null && unchecked((int)(found.Value - generation)) <= 0) continue;
        generation = found.Value;
        newest = bytes;
      }
      isUnread = false;
      Restart(now);
      if (newest == null) return null;
      State state = SpoolSlot.Decode(newest, now, wall);
      isForeign = state == null;
      return state;
    }

    public void Erase() {
      loaded = true;
      isUnread = false;
      Due = long.MaxValue;
      store.Erase();
    }

    public void Close() {
      store.Close();
    }
  }

  /// <summary>Both slots in one file, which is open and locked while it is used: a second process goes without. The core in C reads it too.</summary>
  public sealed class GmeWatchFileSpool : IGmeWatchSpoolStore {
    private readonly string path;
    private FileStream file;

    public GmeWatchFileSpool(string path) {
      this.path = path;
    }

    private FileStream Open() {
      if (file != null) return file;
      // No buffer of its own: what is written is with the system at once. Nothing is synced: a power loss may lose the newest counts.
      var opened = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
      try {
        opened.Lock(0, 1);
      } catch (IOException) {
        opened.Close();
        throw new IOException("another process has it: " + path);
      } catch (NotSupportedException) {
        // FileShare.None is the lock there.
      }
      return file = opened;
    }

    public byte[] Load(int slot) {
      FileStream from = Open();
      from.Seek(slot * SpoolSlot.SlotMax, SeekOrigin.Begin);
      byte[] bytes = new byte[SpoolSlot.SlotMax];
      for (int size = 0, got; size < bytes.Length; size += got) {
        got = from.Read(bytes, size, bytes.Length - size);
        if (got == 0) break;
      }
      return bytes;
    }

    public void Store(int slot, byte[] bytes) {
      FileStream to = Open();
      to.Seek(slot * SpoolSlot.SlotMax, SeekOrigin.Begin);
      to.Write(bytes, 0, bytes.Length);
      to.Flush();
    }

    public void Erase() {
      if (!File.Exists(path)) return;
      try {
        Open(); // not one that another process has
      } catch (UnauthorizedAccessException) {
        // Its folder may allow it all the same.
      }
      Close();
      File.Delete(path);
    }

    public void Close() {
      if (file != null) file.Close();
      file = null;
    }
  }
}
