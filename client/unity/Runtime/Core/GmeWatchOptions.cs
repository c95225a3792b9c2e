using System;

namespace Gmewatch {
  /// <summary>
  /// The player's answer to "may this game send error counts?". Unknown: counts are kept in memory; no request is made, no file is
  /// opened, no session id is drawn. Denied: all is forgotten, the spool is deleted, and Report has no effect until consent is granted.
  /// </summary>
  public enum GmeWatchConsent { Unknown, Granted, Denied }

  /// <summary>Durations out of range are moved into their range, texts of the second group are cut or have '?'; Error says so.</summary>
  public sealed class GmeWatchOptions {
    /// <summary>http[s]://HOST[:PORT][/PREFIX] of gmewatchd's Connect address or the proxy in front of it.</summary>
    public string Url;
    /// <summary>1 to 64 characters of A-Z a-z 0-9 . _ - but not "all" or "other".</summary>
    public string App;
    /// <summary>The same.</summary>
    public string Region;
    /// <summary>The app's key, or a player's token; up to 1024 visible ASCII characters; use https with it.</summary>
    public string Key;

    // Up to 64 bytes of printable UTF-8 each. GmeWatch.Start sets AppVersion and Platform from the engine if they are null.
    public string AppVersion;
    /// <summary>From GetSDKVersion().</summary>
    public string SdkVersion;
    public string Platform;

    // The first batch after 10 s, the second after a random part of 60 s, then each 60 s; nothing without counts.
    public long FirstFlushMs = 10000;
    public long FlushMs = 60000;
    /// <summary>When a batch without an answer is sent again.</summary>
    public long TimeoutMs = 15000;
    // Full jitter between 0 and a bound that doubles.
    public long InitialBackoffMs = 1000;
    public long MaxBackoffMs = 900000;
    /// <summary>24 h: when a batch without an acknowledgement is given up (EXPIRED).</summary>
    public long HorizonMs = 86400000;
    /// <summary>How often changed counts are written to the spool.</summary>
    public long SpoolMs = 10000;

    public GmeWatchConsent Consent = GmeWatchConsent.Unknown;
    /// <summary>False: no attempt until SetNetwork(true).</summary>
    public bool Network = true;

    /// <summary>What counts survive the end of the game in; null: nothing, but GmeWatch.Start sets a file.</summary>
    public IGmeWatchSpoolStore Spool;
    /// <summary>GmeWatch.Start sets UnityWebRequest.</summary>
    public IGmeWatchTransport Transport;

    // For tests. Null: those of the system. Milliseconds since any start, which go on while the device sleeps; milliseconds since 1970;
    // random bytes that no two clients share (null without a source); of the jitter, 0: drawn from Random.
    public Func<long> Clock;
    public Func<long> WallClock;
    public Func<int, byte[]> Random;
    public uint Seed;

    internal GmeWatchOptions Copy() {
      return (GmeWatchOptions)MemberwiseClone();
    }
  }

  /// <summary>At one moment. Acknowledged + Rejected + Lost + Pending = Reported.</summary>
  public sealed class GmeWatchStats {
    public long ReportedEvents; // by Report, and those that the spool gave back
    public long AcknowledgedEvents;
    public long RejectedEvents; // in batches that the server rejected
    public long LostEvents; // given up: too many distinct codes, or expired
    public long PendingEvents;
    public long RestoredEvents; // from the spool
    public long Uncountable; // calls of Report with something that is no count
    public long BatchesSent; // attempts, with retries
    public long BatchesFailed; // attempts that must be repeated
    public long SpoolWrites;
    public long SpoolFailures;
    public string LastCode = "ok"; // of the last attempt: "ok", "permission_denied", ...
    public int LastHttpStatus; // 0: no answer
    public string LastError = ""; // what happened to the last attempt or write, and what to do; empty after a success

    internal GmeWatchStats Copy() {
      return (GmeWatchStats)MemberwiseClone();
    }
  }
}
