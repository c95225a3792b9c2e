// Plays transcripts (tests/client/vectors) on the client in C#: the lines that it reads and prints are those of
// tests/client/c/vector_player.c.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Gmewatch;

public sealed class Player : IGmeWatchTransport, IGmeWatchSpoolStore {
  private readonly GmeWatchOptions options = new GmeWatchOptions();
  private readonly Queue<byte[]> ids = new Queue<byte[]>();
  private byte[][] slots = new byte[2][];
  private bool readable = true;
  private long now;
  private long wallShift;
  private GmeWatchClient client;
  private GmeWatchRequest asked;

  public void Post(GmeWatchRequest request) {
    asked = request;
    Console.WriteLine("post " + BitConverter.ToString(request.Body).Replace("-", "").ToLowerInvariant());
  }

  public void Cancel(GmeWatchRequest request) { Console.WriteLine("cancel"); }
  public byte[] Load(int slot) {
    if (!readable) throw new System.IO.IOException("not readable");
    return slots[slot];
  }
  public void Store(int slot, byte[] bytes) { slots[slot] = bytes; }
  public void Erase() { slots = new byte[2][]; }
  public void Close() {}

  private static byte[] BytesOf(string hex) {
    if (hex == "-") return new byte[0];
    byte[] bytes = new byte[hex.Length / 2];
    for (int i = 0; i < bytes.Length; ++i) bytes[i] = byte.Parse(hex.Substring(2 * i, 2), NumberStyles.HexNumber);
    return bytes;
  }

  private static string TextOf(string hex) { return Encoding.UTF8.GetString(BytesOf(hex)); }

  private void SetOption(string name, string word) {
    switch (name) {
      case "url": options.Url = TextOf(word); break;
      case "app": options.App = TextOf(word); break;
      case "region": options.Region = TextOf(word); break;
      case "key": options.Key = TextOf(word); break;
      case "app_version": options.AppVersion = TextOf(word); break;
      case "sdk_version": options.SdkVersion = TextOf(word); break;
      case "platform": options.Platform = TextOf(word); break;
      case "first_flush_ms": options.FirstFlushMs = long.Parse(word); break;
      case "flush_ms": options.FlushMs = long.Parse(word); break;
      case "timeout_ms": options.TimeoutMs = long.Parse(word); break;
      case "initial_backoff_ms": options.InitialBackoffMs = long.Parse(word); break;
      case "max_backoff_ms": options.MaxBackoffMs = long.Parse(word); break;
      case "horizon_ms": options.HorizonMs = long.Parse(word); break;
      case "spool_ms": options.SpoolMs = long.Parse(word); break;
      case "seed": options.Seed = uint.Parse(word); break;
      case "consent": options.Consent = (GmeWatchConsent)int.Parse(word); break;
      case "network": options.Network = word != "0"; break;
      case "spool": options.Spool = word == "0" ? null : this; break;
      default: throw new ArgumentException("unknown option " + name);
    }
  }

  private void Begin() {
    options.Transport = this;
    options.Clock = () => now;
    options.WallClock = () => 1700000000000 + now + wallShift;
    options.Random = size => size == 16 && ids.Count > 0 ? ids.Dequeue() : null;
    client = new GmeWatchClient(options);
    if (client.Error != "") Console.WriteLine("error " + client.Error);
  }

  private void Step(string[] words) {
    now = long.Parse(words[1]);
    switch (words[2]) {
      case "report": client.Report(int.Parse(words[3]), long.Parse(words[4])); break;
      case "detail": client.Detail(int.Parse(words[3]), TextOf(words[4]), long.Parse(words[5])); break;
      case "answer": if (asked != null) asked.Answer(int.Parse(words[3]), BytesOf(words[4])); break;
      case "consent": client.SetConsent((GmeWatchConsent)int.Parse(words[3])); break;
      case "network": client.SetNetwork(words[3] != "0"); break;
      case "flush": client.Flush(); break;
      case "pause": client.Pause(); break;
      case "wall": wallShift += long.Parse(words[3]); break;
      case "readable": readable = words[3] != "0"; break;
      case "kill": Begin(); break; // nothing of the client is written
      case "tick": break;
      default: throw new ArgumentException("unknown call " + words[2]);
    }
    long next = client.Tick();
    Console.WriteLine("next " + (next == GmeWatchClient.Never ? "never" : next.ToString()));
  }

  public static void Main() {
    var player = new Player();
    for (string line; (line = Console.ReadLine()) != null;) {
      string[] words = line.Split(' ');
      if (words[0] == "option") player.SetOption(words[1], words[2]);
      if (words[0] == "id") player.ids.Enqueue(BytesOf(words[1]));
      if (words[0] == "begin") player.Begin();
      if (words[0] == "step") player.Step(words);
    }
  }
}
