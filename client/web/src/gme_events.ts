// Made by client/gme/generate.py out of client/gme/events.yaml.
export type GmeRule = "result" | "errors_only" | "disconnect";
/** Type, name, rule, where the code is in the data, the SDK's call. */
export type GmeEvent = readonly [number, string, GmeRule, string, string];

export const FIRST_RESULT_CODE = 730000;
export const LAST_RESULT_CODE = 730002;

/** The code of a disconnect without one, by generation. */
export const SILENT_DISCONNECT: Record<2 | 3, number> = { 2: 1005, 3: 1009 };

/** By generation. An event that is not here is nothing. */
export const GME_EVENTS: Record<2 | 3, readonly GmeEvent[]> = {
  2: [
    [1, "ITMG_MAIN_EVENT_TYPE_ENTER_ROOM", "result", "result", "EnterRoom"],
    [2, "ITMG_MAIN_EVENT_TYPE_EXIT_ROOM", "errors_only", "result", "ExitRoom"],
    [3, "ITMG_MAIN_EVENT_TYPE_ROOM_DISCONNECT", "disconnect", "result", "RoomDisconnect"],
    [13, "ITMG_MAIN_EVENT_TYPE_SWITCH_ROOM", "result", "result", "SwitchRoom"],
    [21, "ITMG_MAIN_EVENT_TYPE_CHANGE_ROOM_TYPE", "errors_only", "result", "ChangeRoomType"],
    [23, "ITMG_MAIN_EVENT_TYPE_ROOM_SHARING_START", "result", "result", "StartRoomSharing"],
    [24, "ITMG_MAIN_EVENT_TYPE_ROOM_SHARING_STOP", "result", "result", "StopRoomSharing"],
    [30, "ITMG_MAIN_EVENT_TYPE_RECORD_COMPLETED", "errors_only", "result", "StartRecord"],
    [31, "ITMG_MAIN_EVENT_TYPE_RECORD_PREVIEW_COMPLETED", "errors_only", "result", "StartPreview"],
    [32, "ITMG_MAIN_EVENT_TYPE_RECORD_MIX_COMPLETED", "errors_only", "result", "MixRecordFile"],
    [1091, "ITMG_MAIN_EVENT_TYPE_SERVER_AUDIO_ROUTE_EVENT", "errors_only", "result", "SetServerAudioRoute"],
    [1093, "ITMG_MAIN_EVENT_TYPE_REALTIME_ASR", "errors_only", "result", "StartRealTimeASR"],
    [1094, "ITMG_MAIN_EVENT_TYPE_CHORUS_EVENT", "result", "ErrorCode", "StartChorus"],
    [1095, "ITMG_MAIN_EVENT_TYPE_CHANGETEAMID", "errors_only", "ErrorCode", "SetRangeAudioTeamID"],
    [1096, "ITMG_MAIN_EVENT_TYPE_AGE_DETECTED", "result", "result", "AgeDetection"],
    [5001, "ITMG_MAIN_EVNET_TYPE_PTT_RECORD_COMPLETE", "result", "result", "StartRecording"],
    [5002, "ITMG_MAIN_EVNET_TYPE_PTT_UPLOAD_COMPLETE", "result", "result", "UploadRecordedFile"],
    [5003, "ITMG_MAIN_EVNET_TYPE_PTT_DOWNLOAD_COMPLETE", "result", "result", "DownloadRecordedFile"],
    [5004, "ITMG_MAIN_EVNET_TYPE_PTT_PLAY_COMPLETE", "result", "result", "PlayRecordedFile"],
    [5005, "ITMG_MAIN_EVNET_TYPE_PTT_SPEECH2TEXT_COMPLETE", "result", "result", "SpeechToText"],
    [5006, "ITMG_MAIN_EVNET_TYPE_PTT_STREAMINGRECOGNITION_COMPLETE", "result", "result", "StartRecordingWithStreamingRecognition"],
    [5007, "ITMG_MAIN_EVNET_TYPE_PTT_STREAMINGRECOGNITION_IS_RUNNING", "errors_only", "result", "StartRecordingWithStreamingRecognition"],
    [5008, "ITMG_MAIN_EVNET_TYPE_PTT_TEXT2SPEECH_COMPLETE", "result", "result", "TextToSpeech"],
    [5009, "ITMG_MAIN_EVNET_TYPE_PTT_TRANSLATE_TEXT_COMPLETE", "result", "result", "TranslateText"],
    [6000, "ITMG_MAIN_EVNET_TYPE_ROOM_MANAGEMENT_OPERATOR", "result", "Result", "RoomManagement"],
  ],
  3: [
    [1, "ITMG_MAIN_EVENT_TYPE_ENTER_ROOM", "result", "result", "EnterRoom"],
    [2, "ITMG_MAIN_EVENT_TYPE_EXIT_ROOM", "errors_only", "result", "ExitRoom"],
    [3, "ITMG_MAIN_EVENT_TYPE_ROOM_DISCONNECT", "disconnect", "result", "RoomDisconnect"],
    [13, "ITMG_MAIN_EVENT_TYPE_SWITCH_ROOM", "result", "result", "SwitchRoom"],
    [14, "ITMG_MAIN_EVENT_TYPE_SET_AUDIO_ROLE", "result", "result", "SetAudioRole"],
    [21, "ITMG_MAIN_EVENT_TYPE_CHANGE_ROOM_TYPE", "errors_only", "result", "ChangeRoomType"],
    [23, "ITMG_MAIN_EVENT_TYPE_ROOM_SHARING_START", "result", "result", "StartRoomSharing"],
    [24, "ITMG_MAIN_EVENT_TYPE_ROOM_SHARING_STOP", "result", "result", "StopRoomSharing"],
    [30, "ITMG_MAIN_EVENT_TYPE_RECORD_COMPLETED", "errors_only", "result", "StartRecord"],
    [5001, "ITMG_MAIN_EVENT_TYPE_PTT_RECORD_COMPLETE", "result", "result", "StartRecording"],
    [5002, "ITMG_MAIN_EVENT_TYPE_PTT_UPLOAD_COMPLETE", "result", "result", "UploadRecordedFile"],
    [5003, "ITMG_MAIN_EVENT_TYPE_PTT_DOWNLOAD_COMPLETE", "result", "result", "DownloadRecordedFile"],
    [5004, "ITMG_MAIN_EVENT_TYPE_PTT_PLAY_COMPLETE", "result", "result", "PlayRecordedFile"],
    [5005, "ITMG_MAIN_EVENT_TYPE_PTT_SPEECH2TEXT_COMPLETE", "result", "result", "SpeechToText"],
    [5006, "ITMG_MAIN_EVENT_TYPE_PTT_STREAMINGRECOGNITION_COMPLETE", "result", "result", "StartRecordingWithStreamingRecognition"],
    [5008, "ITMG_MAIN_EVENT_TYPE_PTT_TEXT2SPEECH_COMPLETE", "result", "result", "TextToSpeech"],
    [5009, "ITMG_MAIN_EVENT_TYPE_PTT_TRANSLATE_TEXT_COMPLETE", "result", "result", "TranslateText"],
    [6000, "ITMG_MAIN_EVENT_TYPE_ROOM_MANAGEMENT_OPERATOR", "result", "Result", "RoomManagement"],
  ],
};
