// Made by client/gme/generate.py out of client/gme/events.yaml.
namespace Gmewatch {
  internal enum GmeRule { Result, ErrorsOnly, Disconnect }

  internal sealed class GmeEvent {
    internal readonly int Type;
    internal readonly GmeRule Rule;
    internal readonly string Key;
    internal readonly string Operation;

    private GmeEvent(int type, GmeRule rule, string key, string operation) {
      Type = type;
      Rule = rule;
      Key = key;
      Operation = operation;
    }

    internal const int FirstResultCode = 730000;
    internal const int LastResultCode = 730002;

    /// <summary>The code of a disconnect without one.</summary>
    internal static int SilentDisconnect(int generation) {
      return generation >= 3 ? 1009 : 1005;
    }

    /// <summary>The rule of an event; null: it is nothing.</summary>
    internal static GmeEvent Find(int generation, int type) {
      foreach (GmeEvent one in generation >= 3 ? Sdk3 : Sdk2) {
        if (one.Type == type) return one;
      }
      return null;
    }

    private static readonly GmeEvent[] Sdk2 = {
      new GmeEvent(1, GmeRule.Result, "result", "EnterRoom"),
      new GmeEvent(2, GmeRule.ErrorsOnly, "result", "ExitRoom"),
      new GmeEvent(3, GmeRule.Disconnect, "result", "RoomDisconnect"),
      new GmeEvent(13, GmeRule.Result, "result", "SwitchRoom"),
      new GmeEvent(21, GmeRule.ErrorsOnly, "result", "ChangeRoomType"),
      new GmeEvent(23, GmeRule.Result, "result", "StartRoomSharing"),
      new GmeEvent(24, GmeRule.Result, "result", "StopRoomSharing"),
      new GmeEvent(30, GmeRule.ErrorsOnly, "result", "StartRecord"),
      new GmeEvent(31, GmeRule.ErrorsOnly, "result", "StartPreview"),
      new GmeEvent(32, GmeRule.ErrorsOnly, "result", "MixRecordFile"),
      new GmeEvent(1091, GmeRule.ErrorsOnly, "result", "SetServerAudioRoute"),
      new GmeEvent(1093, GmeRule.ErrorsOnly, "result", "StartRealTimeASR"),
      new GmeEvent(1094, GmeRule.Result, "ErrorCode", "StartChorus"),
      new GmeEvent(1095, GmeRule.ErrorsOnly, "ErrorCode", "SetRangeAudioTeamID"),
      new GmeEvent(1096, GmeRule.Result, "result", "AgeDetection"),
      new GmeEvent(5001, GmeRule.Result, "result", "StartRecording"),
      new GmeEvent(5002, GmeRule.Result, "result", "UploadRecordedFile"),
      new GmeEvent(5003, GmeRule.Result, "result", "DownloadRecordedFile"),
      new GmeEvent(5004, GmeRule.Result, "result", "PlayRecordedFile"),
      new GmeEvent(5005, GmeRule.Result, "result", "SpeechToText"),
      new GmeEvent(5006, GmeRule.Result, "result", "StartRecordingWithStreamingRecognition"),
      new GmeEvent(5007, GmeRule.ErrorsOnly, "result", "StartRecordingWithStreamingRecognition"),
      new GmeEvent(5008, GmeRule.Result, "result", "TextToSpeech"),
      new GmeEvent(5009, GmeRule.Result, "result", "TranslateText"),
      new GmeEvent(6000, GmeRule.Result, "Result", "RoomManagement"),
    };

    private static readonly GmeEvent[] Sdk3 = {
      new GmeEvent(1, GmeRule.Result, "result", "EnterRoom"),
      new GmeEvent(2, GmeRule.ErrorsOnly, "result", "ExitRoom"),
      new GmeEvent(3, GmeRule.Disconnect, "result", "RoomDisconnect"),
      new GmeEvent(13, GmeRule.Result, "result", "SwitchRoom"),
      new GmeEvent(14, GmeRule.Result, "result", "SetAudioRole"),
      new GmeEvent(21, GmeRule.ErrorsOnly, "result", "ChangeRoomType"),
      new GmeEvent(23, GmeRule.Result, "result", "StartRoomSharing"),
      new GmeEvent(24, GmeRule.Result, "result", "StopRoomSharing"),
      new GmeEvent(30, GmeRule.ErrorsOnly, "result", "StartRecord"),
      new GmeEvent(5001, GmeRule.Result, "result", "StartRecording"),
      new GmeEvent(5002, GmeRule.Result, "result", "UploadRecordedFile"),
      new GmeEvent(5003, GmeRule.Result, "result", "DownloadRecordedFile"),
      new GmeEvent(5004, GmeRule.Result, "result", "PlayRecordedFile"),
      new GmeEvent(5005, GmeRule.Result, "result", "SpeechToText"),
      new GmeEvent(5006, GmeRule.Result, "result", "StartRecordingWithStreamingRecognition"),
      new GmeEvent(5008, GmeRule.Result, "result", "TextToSpeech"),
      new GmeEvent(5009, GmeRule.Result, "result", "TranslateText"),
      new GmeEvent(6000, GmeRule.Result, "Result", "RoomManagement"),
    };
  }
}
