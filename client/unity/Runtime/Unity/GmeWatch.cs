// Counts GME error codes in a Unity game and sends the counts to gmewatchd.
//
//   GmeWatch.Start(new GmeWatchOptions {
//     Url = "https://gmewatch.example.com", App = "demo", Region = "eu", Consent = GmeWatchConsent.Granted,
//   });
//   GmeWatch.Report(result); // in any GME callback; QAVError.OK (0) counts as a success
using System;
using System.Collections.Generic;
using System.IO;
using UnityEngine;

namespace Gmewatch {
  /// <summary>Where results come from, such as the events of a GME SDK. Both are called from the main thread.</summary>
  public interface IGmeWatchSource {
    /// <summary>From here on it calls GmeWatch.Report, Success and Detail.</summary>
    void Attach();
    void Detach();
  }

  /// <summary>
  /// The client of the game. Start, Stop and Attach are for the main thread, all others for any. Without Start they do nothing. It ends with
  /// the play mode, and with the game; what is left then is in the spool.
  /// </summary>
  public static class GmeWatch {
    private static volatile GmeWatchClient client;
    private static GmeWatchRunner runner;
    private static string obstacle = NotStarted;
    private static readonly List<IGmeWatchSource> Sources = new List<IGmeWatchSource>();
    private const string NotStarted = "GmeWatch.Start was not called, so nothing is counted";

    /// <summary>
    /// Begins to count and send. What is not given is found: UnityWebRequest, a spool in Application.persistentDataPath (none in WebGL, where
    /// tabs would share it), Application.version and platform. A client that runs is stopped first.
    /// </summary>
    public static void Start(GmeWatchOptions options) {
      Stop();
      if (!Application.isPlaying) {
        obstacle = "GmeWatch.Start works in play mode only, so nothing is counted";
        return;
      }
      options = options.Copy();
      UnityTransport transport = null;
      if (options.Transport == null) options.Transport = transport = new UnityTransport();
      if (options.AppVersion == null) options.AppVersion = Application.version;
      if (options.Platform == null) options.Platform = Application.platform.ToString();
      bool hasFiles = Application.platform != RuntimePlatform.WebGLPlayer && CheckedOptions.IsLabel(options.App ?? "");
      if (options.Spool == null && hasFiles)
        options.Spool = new GmeWatchFileSpool(Path.Combine(Application.persistentDataPath, "gmewatch." + options.App));
      var started = new GmeWatchClient(options);
      if (started.Error != "") Debug.LogWarning("gmewatch: " + started.Error);
      runner = GmeWatchRunner.Create(started, transport);
      client = started;
#if UNITY_EDITOR
      UnityEditor.AssemblyReloadEvents.beforeAssemblyReload += Stop;
#endif
    }

    /// <summary>Counts `count` events of `code`; 0 is a success. It takes no lock and allocates nothing.</summary>
    public static void Report(int code, long count = 1) {
      GmeWatchClient running = client;
      if (running != null) running.Report(code, count);
    }

    /// <summary>An operation that went well.</summary>
    public static void Success() {
      Report(0);
    }

    /// <summary>Adds a detail to an event that Report counts: the SDK call, the code in the SDK's log.</summary>
    public static void Detail(int code, string operation, long underlyingCode = 0) {
      GmeWatchClient running = client;
      if (running != null) running.Detail(code, operation, underlyingCode);
    }

    /// <summary>Connects a source until Stop.</summary>
    public static void Attach(IGmeWatchSource source) {
      if (client == null) {
        Debug.LogWarning("gmewatch: " + obstacle);
        return;
      }
      Sources.Add(source);
      source.Attach();
    }

    public static void SetConsent(GmeWatchConsent consent) {
      GmeWatchClient running = client;
      if (running != null) running.SetConsent(consent);
    }

    /// <summary>Sends what is pending without waiting for the interval.</summary>
    public static void Flush() {
      GmeWatchClient running = client;
      if (running != null) running.Flush();
    }

    /// <summary>For a game that knows better than Application.internetReachability.</summary>
    public static void SetNetwork(bool available) {
      GmeWatchClient running = client;
      if (running != null) running.SetNetwork(available);
    }

    public static GmeWatchStats Stats {
      get {
        GmeWatchClient running = client;
        return running == null ? new GmeWatchStats() : running.Stats();
      }
    }

    /// <summary>What is wrong with the options, and what was done; empty if nothing is.</summary>
    public static string Error {
      get {
        GmeWatchClient running = client;
        return running == null ? obstacle : running.Error;
      }
    }

    /// <summary>Detaches the sources, gives the request up and writes the spool; sends nothing.</summary>
    public static void Stop() {
      GmeWatchClient ending = client;
      client = null;
      obstacle = NotStarted;
      GmeWatchRunner ended = runner;
      runner = null;
#if UNITY_EDITOR
      UnityEditor.AssemblyReloadEvents.beforeAssemblyReload -= Stop;
#endif
      foreach (IGmeWatchSource source in Sources.ToArray()) Detach(source);
      Sources.Clear();
      if (ending != null) ending.Stop();
      if (ended != null) ended.End();
    }

    private static void Detach(IGmeWatchSource source) {
      try {
        source.Detach();
      } catch (Exception error) { // the others must be detached, and the spool be written
        Debug.LogException(error);
      }
    }

    // With "Enter Play Mode Options" the statics of the last play are still there.
    [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
    private static void Reset() {
      Stop();
    }
  }
}
