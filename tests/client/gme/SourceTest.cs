// GmeSource with GME's names: prints what fails and ends with 1. Compiled for 2.x, and for 3.x with GMEWATCH_GME_3.
using System;
using GME;
using Gmewatch;

internal static class SourceTest {
  private static readonly ITMGContext Context = new ITMGContext();
  private static int failures;

  private static void Expect(string what, string expected, Action play) {
    GmeWatch.Seen = "";
    play();
    if (GmeWatch.Seen == expected) return;
    ++failures;
    Console.WriteLine("{0}: expected \"{1}\", got \"{2}\"", what, expected, GmeWatch.Seen);
  }

  private static int Main() {
    var source = new GmeSource(Context);
    Expect("before Attach", "", () => Context.Raise(1, 1001, null));
    GmeWatch.Attach(source);
    GmeWatch.Attach(source); // twice is once
    Expect("a room", "success;", () => Context.Raise(1, 0, "{\"result\":0}"));
    Expect("no room", "report 7006 EnterRoom;", () => Context.Raise(1, 7006, "{\"result\":7006}"));
    Expect("room management", "report 7016 RoomManagement;", () => Context.Raise(6000, 0, "{\"Result\":7016}"));
    Expect("another room", "success;", () => Context.Raise(13, 0, "{\"result\":0}"));
    Expect("recorded", "success;", () => Context.Raise(5001, 0, null));
    Expect("uploaded", "report 8193 UploadRecordedFile;", () => Context.Raise(5002, 8193, null));
    Expect("played", "report 20485 PlayRecordedFile;", () => Context.Raise(5004, 20485, null));
    Expect("recognised", "success;", () => Context.Raise(5006, 0, null));
    Expect("a slice of text", "", () => Context.Raise(5007, 0, null));
    Expect("a call", "report 1001 EnterRoom;", () => source.Adapter.Call("EnterRoom", 1001));
    Expect("malformed", "", () => Context.Raise(13, 0, "{"));
    if (source.Adapter.Unparsed != 1) throw new Exception("not counted as unparsed");
#if GMEWATCH_GME_3
    TestSdk3(source);
#else
    Expect("disconnected", "report 1005 RoomDisconnect;", () => Context.Raise(3, 0, null));
    Expect("downloaded", "report 12289 DownloadRecordedFile;", () => Context.Raise(5003, 12289, null));
    Expect("text", "success;", () => Context.Raise(5005, 0, null));
#endif
    source.Detach();
    for (int type = 1; type < 7000; ++type) {
      int now = type;
      Expect("after Detach " + now, "", () => Context.Raise(now, 1001, "{\"result\":1001}"));
    }
    Console.WriteLine("{0} failures", failures);
    return failures == 0 ? 0 : 1;
  }

#if GMEWATCH_GME_3
  private static void TestSdk3(GmeSource source) {
    Expect("disconnected", "report 1009 RoomDisconnect;", () => Context.Raise(3, 0, null));
    Expect("spoken", "report 7012 TextToSpeech;", () => Context.Raise(5008, 7012, null));
    Expect("translated", "success;", () => Context.Raise(5009, 0, null));
    // The game's own handlers get what they got before.
    int calls = 0;
    QAVDownloadFileWithAuditCompleteCallback onDownload = (code, path, id, audit) => {
      ++calls;
      source.Adapter.OnResult(GmeSource.PttDownload, code);
    };
    Context.GetPttCtrl().OnDownloadFileAuditComplete += onDownload;
    Context.GetPttCtrl().OnSpeechToTextTargetTextComplete += (code, id, text, audit, target) => ++calls;
    Expect("downloaded", "success;", () => Context.Raise(5003, 0, null));
    Expect("text", "", () => Context.Raise(5005, 0, null));
    Context.GetPttCtrl().OnDownloadFileAuditComplete -= onDownload;
    if (calls != 2) throw new Exception("the game's handlers were not called");
  }
#endif
}
