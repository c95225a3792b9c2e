// What the client in C# promises beyond the transcripts.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using Gmewatch;

public static class ClientTest {
  public static void HiddenCharactersAreThoseOfTheCoreInCOverAllCodePoints() {
    string core = File.ReadAllText(Environment.GetEnvironmentVariable("GMEWATCH_CORE"));
    string table = Regex.Match(core, @"kHidden\[\]\[2\] = \{(.*?)\};", RegexOptions.Singleline).Groups[1].Value;
    var hidden = new HashSet<int>();
    foreach (Match range in Regex.Matches(table, @"\{0x([0-9a-f]+),\s*0x([0-9a-f]+)\}")) {
      int last = Convert.ToInt32(range.Groups[2].Value, 16);
      for (int point = Convert.ToInt32(range.Groups[1].Value, 16); point <= last; ++point) hidden.Add(point);
    }
    Check.That(hidden.Count > 1000, "the table was read");
    for (int point = 0; point <= 0x10ffff; ++point) Check.That(Printable.IsPrintable(point) != hidden.Contains(point), "U+" + point.ToString("x"));
  }

  public static void WhatIsNoCountIsNotCountedAndNeverASuccess() {
    var world = new World();
    GmeWatchClient client = world.Start();
    foreach (long count in new[] { 0, -1, long.MinValue, 4294967296, long.MaxValue }) client.Report(1005, count);
    foreach (long count in new[] { 0, -1 }) client.Report(0, count);
    Check.Equal(7, client.Stats().Uncountable, "uncountable");
    Check.Equal(0, client.Stats().ReportedEvents, "reported");
    client.Report(int.MinValue);
    client.Report(int.MaxValue, 4294967295);
    client.Report(int.MaxValue, 4294967295); // the lower word wraps
    Check.Equal(8589934591, client.Stats().ReportedEvents, "reported");
    world.Balanced();
  }

  public static void AKillAtEachByteOfAWriteLosesNothingStoredAndDoublesNothing() {
    for (int cut = 0; cut <= 90; ++cut) {
      var world = new World();
      world.Start().Report(1005, 3);
      world.RunTo(10000); // batch 1 is on its way, and stored
      world.Acknowledge(1);
      world.Client.Report(7, 2);
      world.RunTo(25000); // stored as well
      world.Cut = cut;
      world.Client.Report(8, 5);
      world.RunTo(40000); // the write of 8 is cut off
      world.Cut = -1;
      world.Start();
      long restored = world.Client.Stats().RestoredEvents;
      Check.That(restored == 2 || restored == 7, "cut " + cut + ": " + restored);
      world.RunTo(50000);
      var batch = new BatchOf(world.Last);
      Check.Equal(2, batch.Sequence, "sequence, cut " + cut);
      Check.Equal(restored, batch.Counts.Sum(), "events, cut " + cut);
      world.Acknowledge(2);
      Check.Equal(0, world.Client.Stats().PendingEvents, "pending");
      world.Balanced();
    }
  }

  public static void ASpoolWithAnyWrongByteIsNotReadAsAnotherState() {
    var world = new World();
    world.Start().Report(1005, 3);
    world.RunTo(10000);
    byte[] whole = world.Slots.First(slot => slot != null);
    for (int at = 0; at < whole.Length; ++at) {
      byte[] broken = (byte[])whole.Clone();
      broken[at] ^= 0x55;
      world.Slots = new[] { broken, null };
      Check.Equal(0, world.Start().Stats().RestoredEvents, "byte " + at);
    }
    world.Slots = new[] { whole, null };
    Check.Equal(3, world.Start().Stats().RestoredEvents, "whole");
  }

  public static void ASpoolOfAnotherAppIsGivenUpCountedAsLostAndSaid() {
    var world = new World();
    world.Start().Report(1005, 3);
    world.RunTo(10000);
    GmeWatchClient client = world.Start(options => options.App = "other-game");
    Check.Has("another app", client.Stats().LastError);
    Check.Equal(3, client.Stats().LostEvents, "lost");
    world.Balanced();
    world.RunTo(200000);
    Check.Equal(new[] { "2:3" }, new BatchOf(world.Last).Losses, "losses");
  }

  private sealed class FullStore : IGmeWatchSpoolStore {
    public bool CanLoad;
    public int Writes;
    public int Erased;
    public int Closed;
    public byte[] Load(int slot) {
      if (!CanLoad) throw new IOException("no such device");
      return null;
    }
    public void Store(int slot, byte[] bytes) {
      ++Writes;
      throw new IOException("disk full");
    }
    public void Erase() {
      ++Erased;
      throw new IOException("read only");
    }
    public void Close() { ++Closed; }
  }

  public static void ASpoolThatThrowsStopsNoCountingAndWhatCouldNotBeReadIsNotWrittenOver() {
    foreach (bool canLoad in new[] { false, true }) {
      var store = new FullStore { CanLoad = canLoad };
      var world = new World();
      GmeWatchClient client = world.Start(options => options.Spool = store);
      client.Report(1005);
      world.RunTo(10000);
      Check.Equal(1, world.Requests.Count, "requests");
      Check.That(client.Stats().SpoolFailures > 0, "a failure is counted");
      Check.Has(canLoad ? "disk full" : "no such device", client.Stats().LastError);
      Check.Equal(canLoad, store.Writes > 0, "written");
      client.SetConsent(GmeWatchConsent.Denied);
      Check.Equal(0, client.Stats().ReportedEvents, "reported");
      Check.Equal(1, store.Erased, "a denial deletes also what could not be read");
      client.Stop();
      Check.Equal(1, store.Closed, "closed");
    }
  }

  public static void AFileHoldsTheSpoolForOneAtATimeAndIsThatOfTheCoreInC() {
    using (var folder = new Check.Folder()) {
      string path = Path.Combine(folder.Path, "spool");
      var world = new World();
      var file = new GmeWatchFileSpool(path);
      GmeWatchClient first = world.Start(options => options.Spool = file);
      first.Report(1005, 4);
      first.Pause();
      var second = new World();
      second.Start(options => options.Spool = new GmeWatchFileSpool(path));
      Check.That(second.Client.Stats().SpoolFailures > 0, "the second goes without");
      second.Client.Report(7);
      second.Client.Pause();
      second.Client.SetConsent(GmeWatchConsent.Denied);
      Check.That(File.Exists(path), "the file is the first one's");
      first.Stop();
      byte[] bytes = File.ReadAllBytes(path);
      Check.Equal("GMEW", Encoding.ASCII.GetString(bytes, 16000, 4), "magic");
      Check.Equal(4, world.Start(options => options.Spool = new GmeWatchFileSpool(path)).Stats().RestoredEvents, "restored");
      world.Client.SetConsent(GmeWatchConsent.Denied);
      Check.That(!File.Exists(path), "the file is deleted");
    }
  }

  public static void ARequestHasTheUrlTheHeadersAndTheTimeOfTheConnectProtocol() {
    var world = new World();
    world.Start(options => {
      options.Url = "https://gmewatch.example.com/voice/";
      options.Key = "secret";
    }).Report(1005);
    world.RunTo(10000);
    Check.Equal("https://gmewatch.example.com/voice/gmewatch.v1.ErrorReporting/Report", world.Last.Url, "url");
    string headers = string.Join(" ", world.Last.Headers.Select(header => header.Key + "=" + header.Value).ToArray());
    Check.Equal("Content-Type=application/proto Connect-Protocol-Version=1 Authorization=Bearer secret", headers, "headers");
    Check.Equal(15000, world.Last.TimeoutMs, "time");
  }

  public static void TwoSlotsHoldAllCodes() {
    var world = new World();
    world.Start();
    for (int code = 0; code < 512; ++code) world.Client.Report(2000000000 + code, 4294967295);
    world.RunTo(10000); // part of it is in flight; the rest of the session is stored with it
    Check.That(world.Slots.All(slot => slot == null || slot.Length <= 16000), "16,000 bytes");
    long reported = world.Client.Stats().ReportedEvents;
    Check.Equal(reported, world.Start().Stats().RestoredEvents, "restored");
    world.Balanced();
  }

  public static void WithoutRandomBytesNoSessionBeginsAndNothingIsLost() {
    foreach (Func<int, byte[]> random in new Func<int, byte[]>[] { size => null, size => new byte[size], size => new byte[] { 3, 4 } }) {
      var world = new World();
      GmeWatchClient client = world.Start(options => options.Random = random);
      client.Report(1005);
      world.RunTo(3600000);
      Check.Equal(0, world.Requests.Count, "requests");
      Check.Has("random", client.Stats().LastError);
      Check.Equal(1, client.Stats().PendingEvents, "pending");
    }
  }

  public static void SessionIdsAreRandomAndErrorSaysIfTheirSourceIsWeak() {
    var options = new CheckedOptions(new GmeWatchOptions());
    string before = options.Error;
    Func<int, byte[]> strong = SystemRandom.Find(SystemRandom.Draw, options);
    Check.Equal(before, options.Error, "nothing to say");
    Func<int, byte[]> weak = SystemRandom.Find(size => null, options);
    Check.Has("System.Security.Cryptography", options.Error);
    foreach (Func<int, byte[]> draw in new[] { strong, weak }) {
      var seen = new HashSet<string>();
      int[] ones = new int[128];
      for (int i = 0; i < 4000; ++i) {
        byte[] id = draw(16);
        Check.That(id.Length == 16 && seen.Add(Convert.ToBase64String(id)), "an id comes twice");
        for (int bit = 0; bit < 128; ++bit) ones[bit] += id[bit / 8] >> bit % 8 & 1;
      }
      // Eight standard deviations.
      Check.That(ones.All(count => Math.Abs(count - 2000) < 256), "a bit is not random");
    }
  }

  public static void BeforeConsentNothingIsStoredDrawnOrSentAndAfterDenialNothingStays() {
    var world = new World();
    GmeWatchClient client = world.Start(options => options.Consent = GmeWatchConsent.Unknown);
    client.Report(1005, 3);
    world.RunTo(3600000);
    client.Pause();
    Check.That(world.Requests.Count == 0 && world.Slots.All(slot => slot == null) && world.Drawn == 0, "nothing before consent");
    client.SetConsent(GmeWatchConsent.Granted);
    world.RunTo(3610000);
    Check.Equal(1, world.Requests.Count, "requests");
    client.SetConsent(GmeWatchConsent.Denied);
    Check.That(world.Slots.All(slot => slot == null), "the spool is deleted");
    Check.Equal(1, world.Cancelled, "cancelled");
    client.Report(1005);
    client.Detail(1005, "EnterRoom");
    world.Last.Answer(200, new byte[] { 8, 1 });
    world.RunTo(7200000);
    Check.Equal(1, world.Requests.Count, "requests");
    Check.Equal(0, client.Stats().ReportedEvents, "reported");
    client.SetConsent(GmeWatchConsent.Granted);
    client.Report(4);
    world.RunTo(7300000);
    Check.That(new BatchOf(world.Requests[1]).Id != new BatchOf(world.Requests[0]).Id, "a new session");
    Check.Equal(new[] { 4 }, new BatchOf(world.Requests[1]).Codes, "codes");
  }

  public static void AConsentThatIsWithdrawnOnAnotherThreadCountsNothingFromThereOn() {
    var world = new World();
    GmeWatchClient client = world.Start();
    client.Report(1005);
    world.RunTo(10000);
    var other = new Thread(() => client.SetConsent(GmeWatchConsent.Denied));
    other.Start();
    other.Join();
    Check.Equal(0, world.Cancelled, "the transport belongs to the thread that ticks");
    client.Report(1006);
    Check.Equal(1, client.Stats().ReportedEvents, "the one of before");
    client.Tick();
    Check.Equal(1, world.Cancelled, "cancelled");
    Check.Equal(0, client.Stats().ReportedEvents, "reported");
  }

  public static void WrongOptionsAreNamed() {
    var wrong = new Dictionary<string, Action<GmeWatchOptions>> {
      { "Url is \"gmewatch.example.com\"; allowed: http", options => options.Url = "gmewatch.example.com" },
      { "Url is \"https://\"", options => options.Url = "https://" },
      { "Url is \"\"", options => options.Url = null },
      { "reserved", options => options.App = "all" },
      { "App is \"a b\"; allowed: 1 to 64", options => options.App = "a b" },
      { "Region", options => options.Region = null },
      { "Key is \"***\"", options => options.Key = "two words" },
      { "Transport", options => options.Transport = null },
    };
    foreach (KeyValuePair<string, Action<GmeWatchOptions>> one in wrong) {
      GmeWatchClient client = new World().Start(one.Value);
      Check.Has(one.Key, client.Error);
      Check.Has("nothing is counted", client.Error);
      client.Report(1005);
      client.Pause();
      Check.Equal(0, client.Stats().ReportedEvents, "reported");
      Check.Equal(GmeWatchClient.Never, client.Tick(), "next");
    }
  }

  public static void AWrongVersionOrDurationIsCorrectedAndSaidAndCountingGoesOn() {
    GmeWatchClient client = new World().Start(options => {
      options.AppVersion = "1.0\u202e";
      options.SdkVersion = "2.9\ud800"; // half of a pair: what a wrong encoding leaves
      options.Platform = new string('x', 63) + "\u00e9";
      options.FlushMs = 1;
    });
    Check.Has("AppVersion is longer than 64 bytes or not printable; it is sent as \"1.0???\"", client.Error);
    Check.Has("sent as \"2.9???\"", client.Error);
    Check.Has("sent as \"" + new string('x', 63) + "\"", client.Error);
    Check.Has("FlushMs is 1; allowed: 10 to 3600000; it is taken as 10", client.Error);
    client.Report(1005);
    Check.Equal(1, client.Stats().ReportedEvents, "reported");
    Check.Equal("", new World().Start().Error, "error");
  }
}
