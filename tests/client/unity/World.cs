// A client with a clock, a server and a spool that tests hold in their hands; and what a batch says.
using System;
using System.Collections.Generic;
using System.Linq;
using Gmewatch;

public sealed class World : IGmeWatchTransport, IGmeWatchSpoolStore {
  public long Now;
  public long Wall = 1700000000000;
  public byte[][] Slots = new byte[2][];
  public readonly List<GmeWatchRequest> Requests = new List<GmeWatchRequest>();
  public int Cancelled;
  public int Drawn;
  public int Cut = -1; // bytes after which a write is cut off
  public GmeWatchClient Client;

  /// <summary>A client on this world's spool; what an earlier one has not stored is gone, as after a kill.</summary>
  public GmeWatchClient Start(Action<GmeWatchOptions> change = null) {
    var options = new GmeWatchOptions {
      Url = "https://gmewatch.example.com", App = "demo", Region = "eu", Consent = GmeWatchConsent.Granted, Seed = 7,
      Clock = () => Now, WallClock = () => Wall + Now, Random = Draw, Spool = this, Transport = this,
    };
    if (change != null) change(options);
    return Client = new GmeWatchClient(options);
  }

  private byte[] Draw(int size) {
    return Enumerable.Range(0, size).Select(i => (byte)(Drawn++ * 31 + i * 7)).ToArray();
  }

  public void Post(GmeWatchRequest request) { Requests.Add(request); }
  public void Cancel(GmeWatchRequest request) { ++Cancelled; }
  public byte[] Load(int slot) { return Slots[slot]; }
  public void Erase() { Slots = new byte[2][]; }
  public void Close() {}

  public void Store(int slot, byte[] bytes) {
    if (Cut < 0) {
      Slots[slot] = bytes;
      return;
    }
    byte[] before = Slots[slot] ?? new byte[0];
    int written = Math.Min(Cut, bytes.Length);
    Slots[slot] = bytes.Take(written).Concat(before.Skip(written)).ToArray();
  }

  /// <summary>Ticks at each time at which the client wants to, up to `time`.</summary>
  public long RunTo(long time) {
    for (long next = Client.Tick(); next <= time; next = Client.Tick()) Now = Math.Max(next, Now + 1);
    Now = time;
    return Client.Tick();
  }

  public GmeWatchRequest Last { get { return Requests[Requests.Count - 1]; } }

  /// <summary>Answers the last request as gmewatchd would: batch `sequence` is counted.</summary>
  public void Acknowledge(long sequence) {
    var body = new Writer();
    body.Number(1, sequence);
    Last.Answer(200, body.ToArray());
    Client.Tick();
  }

  public void Balanced() {
    GmeWatchStats s = Client.Stats();
    Check.Equal(s.ReportedEvents, s.AcknowledgedEvents + s.RejectedEvents + s.LostEvents + s.PendingEvents, "balance");
  }
}

/// <summary>What a ReportRequest says.</summary>
public sealed class BatchOf {
  public string Id = "";
  public long Sequence;
  public readonly List<long> Codes = new List<long>();
  public readonly List<long> Counts = new List<long>();
  public long AgeMs;
  public readonly List<string> Losses = new List<string>();

  public BatchOf(GmeWatchRequest request) {
    var message = new Reader(request.Body);
    while (message.NextField()) {
      Reader part = message.Part;
      if (message.Field == 2) Sequence = message.Value;
      if (message.Field == 1 && part.NextField()) Id = BitConverter.ToString(part.Part.Rest());
      if (message.Field == 3) while (part.At < part.End) Codes.Add(part.Varint());
      if (message.Field == 4) while (part.At < part.End) Counts.Add(part.Varint());
      if (message.Field == 5) while (part.NextField()) AgeMs += part.Field == 1 ? part.Value * 1000 : part.Value / 1000000;
      if (message.Field == 6) {
        var numbers = new List<string>();
        while (part.NextField()) numbers.Add(part.Value.ToString());
        Losses.Add(string.Join(":", numbers.ToArray()));
      }
    }
    Check.That(!message.Bad, "a batch is a message");
  }
}
