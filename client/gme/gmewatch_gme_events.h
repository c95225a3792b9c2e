// Made by client/gme/generate.py out of client/gme/events.yaml.
// clang-format off
#ifndef GMEWATCH_GME_EVENTS_H_
#define GMEWATCH_GME_EVENTS_H_

#include <stdint.h>

namespace gmewatch {
namespace gme {

enum Rule { kRuleNothing, kRuleResult, kRuleErrorsOnly, kRuleDisconnect };

struct EventRule {
  int32_t type;
  Rule rule;
  const char* key;
  const char* operation;
};

const int32_t kFirstResultCode = 730000;
const int32_t kLastResultCode = 730002;

// The code of a disconnect without one.
inline int32_t SilentDisconnect(int generation) { return generation >= 3 ? 1009 : 1005; }

// The rule of an event; null: it is nothing.
inline const EventRule* FindRule(int generation, int32_t type) {
  static const EventRule rules_2[] = {
      {1, kRuleResult, "result", "EnterRoom"},
      {2, kRuleErrorsOnly, "result", "ExitRoom"},
      {3, kRuleDisconnect, "result", "RoomDisconnect"},
      {13, kRuleResult, "result", "SwitchRoom"},
      {21, kRuleErrorsOnly, "result", "ChangeRoomType"},
      {23, kRuleResult, "result", "StartRoomSharing"},
      {24, kRuleResult, "result", "StopRoomSharing"},
      {30, kRuleErrorsOnly, "result", "StartRecord"},
      {31, kRuleErrorsOnly, "result", "StartPreview"},
      {32, kRuleErrorsOnly, "result", "MixRecordFile"},
      {1091, kRuleErrorsOnly, "result", "SetServerAudioRoute"},
      {1093, kRuleErrorsOnly, "result", "StartRealTimeASR"},
      {1094, kRuleResult, "ErrorCode", "StartChorus"},
      {1095, kRuleErrorsOnly, "ErrorCode", "SetRangeAudioTeamID"},
      {1096, kRuleResult, "result", "AgeDetection"},
      {5001, kRuleResult, "result", "StartRecording"},
      {5002, kRuleResult, "result", "UploadRecordedFile"},
      {5003, kRuleResult, "result", "DownloadRecordedFile"},
      {5004, kRuleResult, "result", "PlayRecordedFile"},
      {5005, kRuleResult, "result", "SpeechToText"},
      {5006, kRuleResult, "result", "StartRecordingWithStreamingRecognition"},
      {5007, kRuleErrorsOnly, "result", "StartRecordingWithStreamingRecognition"},
      {5008, kRuleResult, "result", "TextToSpeech"},
      {5009, kRuleResult, "result", "TranslateText"},
      {6000, kRuleResult, "Result", "RoomManagement"},
      {0, kRuleNothing, nullptr, nullptr}};
  static const EventRule rules_3[] = {
      {1, kRuleResult, "result", "EnterRoom"},
      {2, kRuleErrorsOnly, "result", "ExitRoom"},
      {3, kRuleDisconnect, "result", "RoomDisconnect"},
      {13, kRuleResult, "result", "SwitchRoom"},
      {14, kRuleResult, "result", "SetAudioRole"},
      {21, kRuleErrorsOnly, "result", "ChangeRoomType"},
      {23, kRuleResult, "result", "StartRoomSharing"},
      {24, kRuleResult, "result", "StopRoomSharing"},
      {30, kRuleErrorsOnly, "result", "StartRecord"},
      {5001, kRuleResult, "result", "StartRecording"},
      {5002, kRuleResult, "result", "UploadRecordedFile"},
      {5003, kRuleResult, "result", "DownloadRecordedFile"},
      {5004, kRuleResult, "result", "PlayRecordedFile"},
      {5005, kRuleResult, "result", "SpeechToText"},
      {5006, kRuleResult, "result", "StartRecordingWithStreamingRecognition"},
      {5008, kRuleResult, "result", "TextToSpeech"},
      {5009, kRuleResult, "result", "TranslateText"},
      {6000, kRuleResult, "Result", "RoomManagement"},
      {0, kRuleNothing, nullptr, nullptr}};
  for (const EventRule* rule = generation >= 3 ? rules_3 : rules_2; rule->operation != nullptr; ++rule) {
    if (rule->type == type) {
      return rule;
    }
  }
  return nullptr;
}

}  // namespace gme
}  // namespace gmewatch

#endif  // GMEWATCH_GME_EVENTS_H_
