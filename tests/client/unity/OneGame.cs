// A game on stubs of Unity's names: does what standard input says, a frame at a time, and prints its stats after each line.
//
//   mono one_game.exe URL DIRECTORY [OPTION=VALUE]...
//   lines: report CODE COUNT | pause | flush | consent VALUE | reachable 0|1 | skip MS (time passes) | wall MS (the wall clock is set) | stats
using System;
using System.Collections.Concurrent;
using System.Threading;
using Gmewatch;
using UnityEngine;

public static class OneGame {
  private static long skipped;
  private static long wallShift;

  public static void Main(string[] arguments) {
    Application.persistentDataPath = arguments[1];
    Application.isMobilePlatform = true;
    Engine.Play();
    var clock = new SteadyClock(() => SteadyClock.Monotonic() + skipped, Wall);
    var options = new GmeWatchOptions {
      Url = arguments[0], App = "demo", Region = "eu", Consent = GmeWatchConsent.Granted, FirstFlushMs = 100, FlushMs = 100,
      InitialBackoffMs = 20, MaxBackoffMs = 200, TimeoutMs = 2000, Clock = clock.Read, WallClock = Wall,
    };
    for (int i = 2; i < arguments.Length; ++i) {
      string[] option = arguments[i].Split('=');
      System.Reflection.FieldInfo field = typeof(GmeWatchOptions).GetField(option[0]);
      field.SetValue(options, Convert.ChangeType(option[1], field.FieldType));
    }
    GmeWatch.Start(options);
    if (GmeWatch.Error != "") Console.Error.WriteLine(GmeWatch.Error);
    Play(Lines());
    Engine.Quit();
    Engine.Exit(0);
  }

  private static long Wall() {
    return SteadyClock.Wall() + skipped + wallShift;
  }

  // Those of standard input; "stop" at its end.
  private static BlockingCollection<string> Lines() {
    var lines = new BlockingCollection<string>();
    new Thread(() => {
      for (string line; (line = Console.ReadLine()) != null;) lines.Add(line);
      lines.Add("stop");
    }) { IsBackground = true }.Start();
    return lines;
  }

  private static void Play(BlockingCollection<string> lines) {
    for (;;) {
      string line;
      if (lines.TryTake(out line, 10)) {
        if (line == "stop") return;
        Obey(line.Split(' '));
        Engine.Frame();
        Print(GmeWatch.Stats);
      }
      Time.realtimeSinceStartup = SteadyClock.Monotonic() / 1000.0f;
      Engine.Frame();
    }
  }

  private static void Obey(string[] words) {
    switch (words[0]) {
      case "report": GmeWatch.Report(int.Parse(words[1]), long.Parse(words[2])); break;
      case "pause": Engine.Pause(true); break;
      case "flush": GmeWatch.Flush(); break;
      case "consent": GmeWatch.SetConsent((GmeWatchConsent)Enum.Parse(typeof(GmeWatchConsent), words[1])); break;
      case "skip": skipped += long.Parse(words[1]); break;
      case "wall": wallShift += long.Parse(words[1]); break;
      case "reachable":
        Application.internetReachability = (NetworkReachability)int.Parse(words[1]);
        Time.realtimeSinceStartup += 10; // it is read now
        break;
      case "stats": break;
      default: throw new ArgumentException(words[0]);
    }
  }

  private static void Print(GmeWatchStats stats) {
    Console.WriteLine("reported={0} acknowledged={1} rejected={2} lost={3} pending={4} restored={5} sent={6} asking={7} http={8} code={9} error={10}",
                      stats.ReportedEvents, stats.AcknowledgedEvents, stats.RejectedEvents, stats.LostEvents, stats.PendingEvents,
                      stats.RestoredEvents, stats.BatchesSent, UnityEngine.Networking.UnityWebRequest.Alive,
                      stats.LastHttpStatus, stats.LastCode, stats.LastError.Replace(' ', '_'));
  }
}
