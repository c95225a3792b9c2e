// The package in an engine: start and end of play modes, pause, threads, HTTP. The engine is stubs of Unity's names.
using System;
using System.IO;
using System.Threading;
using Gmewatch;
using UnityEngine;
using UnityEngine.Networking;

public static class EngineTest {
  public static void ReportsAreSentByUnityWebRequestFromTheMainThread() {
    using (var game = new Game()) {
      game.Start();
      Check.Equal("", GmeWatch.Error, "error");
      GmeWatch.Report(1005, 3);
      GmeWatch.Success();
      game.Until("the acknowledgement", () => GmeWatch.Stats.AcknowledgedEvents == 4);
      Check.Equal("/gmewatch.v1.ErrorReporting/Report application/proto ", game.Server.Paths[0], "request");
      Check.Equal("Bearer secret", game.Server.Authorization, "key");
      Check.That(File.Exists(game.Spool), "the spool is in persistentDataPath");
    }
  }

  public static void ReportWorksOnAnyThread() {
    using (var game = new Game()) {
      game.Start();
      var other = new Thread(() => {
        for (int i = 0; i < 1000; ++i) GmeWatch.Report(1005);
        GmeWatch.Detail(1005, "EnterRoom", 7);
        GmeWatch.Flush();
        GmeWatch.SetNetwork(true);
      });
      other.Start();
      game.Until("the acknowledgement", () => GmeWatch.Stats.AcknowledgedEvents == 1000);
      other.Join();
    }
  }

  public static void ConsentThatAnotherThreadWithdrawsEndsTheRequestInTheNextFrame() {
    using (var game = new Game()) {
      game.Server.Open.Reset();
      game.Start();
      GmeWatch.Report(1005);
      game.Until("a request", () => game.Server.Requests > 0);
      var other = new Thread(() => GmeWatch.SetConsent(GmeWatchConsent.Denied));
      other.Start();
      other.Join();
      GmeWatch.Report(1006);
      Engine.Frame();
      Check.Equal(0, UnityWebRequest.Alive, "requests");
      Check.That(!File.Exists(game.Spool), "the spool is deleted");
      Check.Equal(0, GmeWatch.Stats.ReportedEvents, "reported");
    }
  }

  public static void TheEndOfThePlayModeStopsCleanlyAndTheNextOneGoesOnWithItsSpool() {
    using (var game = new Game()) {
      game.Server.Open.Reset();
      game.Start();
      GmeWatch.Report(1005, 5);
      game.Until("a request", () => game.Server.Requests > 0);
      Engine.Quit();
      Check.Equal(0, UnityWebRequest.Alive, "requests");
      GmeWatch.Report(1005, 100);
      Check.Equal(0, GmeWatch.Stats.ReportedEvents, "after the end");
      Check.Has("Start was not called", GmeWatch.Error);
      game.Start();
      Check.Has("play mode", GmeWatch.Error);
      Engine.Play(); // without a domain reload: the statics are those of before
      game.Server.Open.Set();
      game.Start();
      Check.Equal(5, GmeWatch.Stats.RestoredEvents, "restored");
      game.Until("the acknowledgement", () => GmeWatch.Stats.AcknowledgedEvents == 5);
    }
  }

  public static void ThePlayModeBeginsWithoutAClientOfTheLastOneEvenIfThatDidNotEnd() {
    using (var game = new Game()) {
      game.Start();
      GmeWatch.Report(1005);
      Engine.Play();
      Check.Has("Start was not called", GmeWatch.Error);
      Engine.Frame();
      Check.Equal(0, Engine.Objects.Count, "objects");
    }
  }

  public static void AReloadOfTheAssemblyStopsCleanly() {
    using (var game = new Game()) {
      game.Start();
      GmeWatch.Report(1005, 2);
      UnityEditor.AssemblyReloadEvents.Reload();
      Check.Has("Start was not called", GmeWatch.Error);
      Engine.Frame();
      Check.Equal(0, Engine.Objects.Count, "objects");
      game.Start();
      Check.Equal(2, GmeWatch.Stats.RestoredEvents, "restored");
    }
  }

  public static void AGameThatDestroysAllOfItsObjectsMayStartAgain() {
    using (var game = new Game()) {
      game.Start();
      GmeWatch.Report(1005, 2);
      Engine.DestroyAll();
      Check.Has("Start was not called", GmeWatch.Error);
      game.Start();
      Check.Equal(2, GmeWatch.Stats.RestoredEvents, "restored");
      game.Start(); // twice: the first one is stopped
      Check.Equal(2, GmeWatch.Stats.RestoredEvents, "restored");
      Engine.Frame();
      Check.Equal(1, Engine.Objects.Count, "objects");
    }
  }

  public static void APauseWritesTheSpoolAndSendsAtOnce() {
    using (var game = new Game()) {
      game.Start(options => options.FirstFlushMs = options.FlushMs = 3600000);
      GmeWatch.Report(1005, 2);
      Engine.Frame();
      Check.Equal(0, UnityWebRequest.Alive, "not due yet");
      Engine.Pause(true);
      Check.Equal(1, UnityWebRequest.Alive, "sent without a frame");
      Check.Equal(1, GmeWatch.Stats.SpoolWrites, "written");
      Engine.Pause(false);
      game.Until("the acknowledgement", () => GmeWatch.Stats.AcknowledgedEvents == 2);
    }
  }

  public static void AGameThatQuitsWritesTheSpoolBeforeItsObjectsAreDestroyed() {
    using (var game = new Game()) {
      game.Start(options => options.FirstFlushMs = 3600000);
      GmeWatch.Report(1005, 2);
      Engine.QuitAtOnce();
      Check.That(File.ReadAllBytes(game.Spool).Length > 0, "written");
      game.Start();
      Check.Equal(2, GmeWatch.Stats.RestoredEvents, "restored");
    }
  }

  public static void WithoutANetworkNothingIsTriedAndItsReturnSends() {
    using (var game = new Game()) {
      Application.internetReachability = NetworkReachability.NotReachable;
      game.Start(options => options.FirstFlushMs = 200);
      GmeWatch.Report(1005);
      float end = Time.realtimeSinceStartup + 20;
      long begin = SteadyClock.Monotonic();
      game.Until("some seconds", () => Time.realtimeSinceStartup > end && SteadyClock.Monotonic() > begin + 400);
      Check.Equal(0, GmeWatch.Stats.BatchesSent, "attempts");
      Application.internetReachability = NetworkReachability.ReachableViaLocalAreaNetwork;
      game.Until("the acknowledgement", () => GmeWatch.Stats.AcknowledgedEvents == 1);
    }
  }

  public static void AnAnswerOfSomebodyElseADeadServerAndARedirectAreFailedAttempts() {
    using (var game = new Game()) {
      game.Server.Status = 502;
      game.Start();
      GmeWatch.Report(1005);
      game.Until("the failure", () => GmeWatch.Stats.LastHttpStatus == 502);
      game.Server.Location = game.Server.Url + "/login";
      game.Server.Status = 307;
      game.Until("the redirect", () => GmeWatch.Stats.LastHttpStatus == 307);
      lock (game.Server.Paths) Check.That(!game.Server.Paths.Exists(path => path.Contains("login")), "the key goes nowhere else");
      game.Server.Dispose();
      game.Until("no answer", () => GmeWatch.Stats.LastError.Contains("no answer: "));
      Check.Equal(1, GmeWatch.Stats.PendingEvents, "pending");
    }
  }

  public static void ARequestThatIsNotAnsweredIsGivenUpAndMadeAgain() {
    using (var game = new Game()) {
      game.Server.Open.Reset();
      game.Start(options => options.TimeoutMs = 50);
      GmeWatch.Report(1005);
      game.Until("the second attempt", () => GmeWatch.Stats.BatchesSent >= 2);
      Check.That(UnityWebRequest.Alive <= 1, "one at a time");
      game.Server.Open.Set();
      game.Until("the acknowledgement", () => GmeWatch.Stats.AcknowledgedEvents == 1);
    }
  }

  public static void WebGLGoesWithoutASpoolAndSendsWhenThePageIsLeft() {
    using (var game = new Game()) {
      game.Start(options => options.FirstFlushMs = options.FlushMs = 3600000);
      GmeWatch.Report(1005);
      Engine.Focus(false);
      Check.Equal(0, UnityWebRequest.Alive, "a phone has OnApplicationPause");
      GmeWatch.Stop();
      File.Delete(game.Spool);
      Application.platform = RuntimePlatform.WebGLPlayer;
      game.Start(options => options.FirstFlushMs = options.FlushMs = 3600000);
      GmeWatch.Report(1005);
      Engine.Focus(false);
      Check.Equal(1, UnityWebRequest.Alive, "sent without a frame");
      game.Until("the acknowledgement", () => GmeWatch.Stats.AcknowledgedEvents == 1);
      Check.Equal(0, Directory.GetFiles(game.Folder.Path).Length, "files");
    }
  }

  public static void WrongOptionsAreWarnedOfAndDoNoHarm() {
    using (var game = new Game()) {
      game.Start(options => options.App = "../a\0b");
      Check.Has("App", Debug.Logged[0]);
      GmeWatch.Report(1005);
      Engine.Frame();
      Engine.Pause(true);
      Check.Equal(0, GmeWatch.Stats.ReportedEvents, "reported");
    }
  }

  private sealed class Source : IGmeWatchSource {
    public int Attached;
    public bool Throws;
    public void Attach() {
      ++Attached;
      GmeWatch.Report(1005);
    }
    public void Detach() {
      --Attached;
      if (Throws) throw new InvalidOperationException("the SDK is gone");
    }
  }

  public static void SourcesAreDetachedAtTheEnd() {
    using (var game = new Game()) {
      var early = new Source();
      GmeWatch.Attach(early);
      Check.Equal(0, early.Attached, "before Start");
      Check.Has("Start was not called", Debug.Logged[0]);
      game.Start();
      var first = new Source { Throws = true };
      var second = new Source();
      GmeWatch.Attach(first);
      GmeWatch.Attach(second);
      Check.Equal(2, GmeWatch.Stats.ReportedEvents, "reported");
      Engine.Quit();
      Check.Equal(0, first.Attached + second.Attached, "attached");
      Engine.Play();
      game.Start();
      Check.Equal(2, GmeWatch.Stats.RestoredEvents, "the spool was written");
    }
  }
}

public static class EngineTests {
  public static void Main() {
    Engine.Exit(Check.Run(typeof(EngineTest)));
  }
}
