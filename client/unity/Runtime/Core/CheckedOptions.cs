// The options of a client: what they mean, and what becomes of wrong ones.
using System;
using System.Collections.Generic;
using System.Text;

namespace Gmewatch {
  internal sealed class CheckedOptions {
    private const long Hour = 3600000;
    private const int TextMax = 64;

    public readonly string Url;
    public readonly byte[] App;
    public readonly byte[] Region;
    public readonly byte[][] Versions;
    public readonly KeyValuePair<string, string>[] Headers;
    public readonly long FirstFlushMs;
    public readonly long FlushMs;
    public readonly long TimeoutMs;
    public readonly long InitialBackoffMs;
    public readonly long MaxBackoffMs;
    public readonly long HorizonMs;
    public readonly long SpoolMs;
    /// <summary>Nothing is counted for what Error says.</summary>
    public bool Off { get; private set; }
    public string Error { get { return string.Join("; ", faults.ToArray()); } }
    private readonly List<string> faults = new List<string>();

    public CheckedOptions(GmeWatchOptions options) {
      Url = CheckUrl(options.Url ?? "");
      App = CheckLabel("App", options.App ?? "");
      Region = CheckLabel("Region", options.Region ?? "");
      Versions = new[] {
        CheckVersion("AppVersion", options.AppVersion ?? ""),
        CheckVersion("SdkVersion", options.SdkVersion ?? ""),
        CheckVersion("Platform", options.Platform ?? ""),
      };
      Headers = CheckKey(options.Key ?? "");
      FirstFlushMs = Moved("FirstFlushMs", options.FirstFlushMs, 10, Hour);
      FlushMs = Moved("FlushMs", options.FlushMs, 10, Hour);
      TimeoutMs = Moved("TimeoutMs", options.TimeoutMs, 10, 300000);
      MaxBackoffMs = Moved("MaxBackoffMs", options.MaxBackoffMs, 10, Hour);
      InitialBackoffMs = Moved("InitialBackoffMs", options.InitialBackoffMs, 10, MaxBackoffMs);
      HorizonMs = Moved("HorizonMs", options.HorizonMs, 60000, 720 * Hour);
      SpoolMs = Moved("SpoolMs", options.SpoolMs, 1000, Hour);
      if (options.Transport == null) Fault("Transport", "null", "an object; GmeWatch.Start sets one");
    }

    private void Fault(string field, string value, string allowed) {
      faults.Add(field + " is \"" + Printable.Of(value, TextMax) + "\"; allowed: " + allowed + "; nothing is counted");
      Off = true;
    }

    public void Note(string what) {
      faults.Add(what);
    }

    private string CheckUrl(string url) {
      int scheme = url.StartsWith("https://", StringComparison.Ordinal) ? 8 : url.StartsWith("http://", StringComparison.Ordinal) ? 7 : 0;
      bool right = scheme > 0 && url.Length > scheme && url.Length <= 512 && Printable.IsVisibleAscii(url);
      if (!right || url.IndexOfAny(new[] { '?', '#' }) >= 0) Fault("Url", url, "http[s]://HOST[:PORT][/PREFIX] of up to 512 characters");
      return url.TrimEnd('/') + "/gmewatch.v1.ErrorReporting/Report";
    }

    public static bool IsLabel(string text) {
      foreach (char c in text) {
        bool right = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
        if (!right) return false;
      }
      return text.Length >= 1 && text.Length <= TextMax;
    }

    private byte[] CheckLabel(string field, string text) {
      if (text == "all" || text == "other") {
        Fault(field, text, "any name but \"all\" and \"other\", which are reserved");
      } else if (!IsLabel(text)) {
        Fault(field, text, "1 to 64 characters of A-Z a-z 0-9 . _ -");
      }
      return Printable.Utf8(text, TextMax);
    }

    // It comes from the player's device, so it turns nothing off.
    private byte[] CheckVersion(string field, string text) {
      byte[] bytes = Printable.Utf8(text, TextMax);
      string sent = Encoding.UTF8.GetString(bytes);
      if (sent != text) Note(field + " is longer than 64 bytes or not printable; it is sent as \"" + sent + "\"");
      return bytes;
    }

    private KeyValuePair<string, string>[] CheckKey(string key) {
      var headers = new List<KeyValuePair<string, string>> {
        new KeyValuePair<string, string>("Content-Type", "application/proto"),
        new KeyValuePair<string, string>("Connect-Protocol-Version", "1"),
      };
      if (key.Length > 1024 || !Printable.IsVisibleAscii(key)) Fault("Key", "***", "up to 1024 visible ASCII characters without blanks");
      if (key != "") headers.Add(new KeyValuePair<string, string>("Authorization", "Bearer " + key));
      return headers.ToArray();
    }

    private long Moved(string field, long value, long low, long high) {
      long moved = Math.Max(low, Math.Min(value, high));
      if (moved != value) Note(field + " is " + value + "; allowed: " + low + " to " + high + "; it is taken as " + moved);
      return moved;
    }
  }
}
