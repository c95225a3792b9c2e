using System;

namespace Gmewatch {
  /// <summary>Where the adapter reports to.</summary>
  public interface IGmeWatchSink {
    /// <summary>Counts an event; 0 is a success.</summary>
    void Report(int code);
    /// <summary>Adds the SDK's call to an error that was reported.</summary>
    void Detail(int code, string operation);
  }

  /// <summary>
  /// Reports what GME's events and calls say. client/gme/events.yaml says what is a success and what an error. A call's 0 is no success: the
  /// call is only accepted. Nothing but codes and names of SDK calls is sent: no argument, no error_info. For GME's main thread.
  /// </summary>
  public sealed class GmeAdapter {
    private readonly IGmeWatchSink sink;

    /// <param name="sdkVersion">What GetSDKVersion() returns: 2.x and 3.x use some numbers for different events.</param>
    public GmeAdapter(IGmeWatchSink sink, string sdkVersion) {
      if (sink == null) throw new ArgumentNullException("sink");
      this.sink = sink;
      Generation = GenerationOf(sdkVersion);
    }

    /// <summary>2 or 3.</summary>
    public int Generation { get; private set; }

    /// <summary>Events whose data says nothing understandable; they are not counted anywhere else.</summary>
    public int Unparsed { get; private set; }

    /// <summary>An event of a type of ITMG_MAIN_EVENT_TYPE with its data, a JSON text.</summary>
    public void OnEvent(int type, string data) {
      GmeEvent one = GmeEvent.Find(Generation, type);
      if (one == null) return;
      int? code;
      // A disconnect without a code is one all the same.
      if (!new GmeData(data).TryRead(one.Key, out code) || (code == null && one.Rule != GmeRule.Disconnect)) {
        ++Unparsed;
        return;
      }
      Judge(one, code ?? 0);
    }

    /// <summary>The same with the code as a number.</summary>
    public void OnResult(int type, int result) {
      GmeEvent one = GmeEvent.Find(Generation, type);
      if (one != null) Judge(one, result);
    }

    /// <summary>Reports a call that returned an error code, and returns it: int result = adapter.Call("EnterRoom", context.EnterRoom(...)).</summary>
    public int Call(string operation, int result) {
      if (result != 0 && !IsResult(result)) Report(result, operation);
      return result;
    }

    /// <summary>2 or 3, from the SDK's version: "3.5.0.1" is 3. Without a number it is 2.</summary>
    public static int GenerationOf(string sdkVersion) {
      string text = sdkVersion ?? "";
      int begin = 0;
      while (begin < text.Length && !IsDigit(text[begin])) ++begin;
      if (begin == text.Length) return 2;
      return text[begin] >= '3' || (begin + 1 < text.Length && IsDigit(text[begin + 1])) ? 3 : 2;
    }

    private void Judge(GmeEvent one, int code) {
      if (one.Rule == GmeRule.Disconnect) {
        Report(code == 0 ? GmeEvent.SilentDisconnect(Generation) : code, one.Operation);
      } else if (code != 0 && !IsResult(code)) {
        Report(code, one.Operation);
      } else if (one.Rule == GmeRule.Result) {
        sink.Report(0);
      }
    }

    private void Report(int code, string operation) {
      sink.Report(code);
      sink.Detail(code, operation);
    }

    private static bool IsResult(int code) {
      return code >= GmeEvent.FirstResultCode && code <= GmeEvent.LastResultCode;
    }

    private static bool IsDigit(char c) {
      return c >= '0' && c <= '9';
    }
  }
}
