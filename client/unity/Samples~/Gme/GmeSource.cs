// Connects GME's events to gmewatch. One line after GmeWatch.Start, and none in the game's own handlers:
//
//   GmeWatch.Attach(new GmeSource(ITMGContext.GetInstance()));
//
// It stands in the game's own sources, because a package cannot see GME's classes. Scripting defines: GMEWATCH_GME_3 for GME 3.x,
// GMEWATCH_GME_TENCENT for a GME whose classes are in the namespace TencentMobileGaming.
//
// GME 3.x gives a downloaded file and a recognised text to one of several events only, the first that has a handler. A handler of ours would take
// them from the game, so the game reports these two in its own: source.Adapter.OnResult(GmeSource.PttDownload, code).
#if GMEWATCH_GME_TENCENT
using TencentMobileGaming;
#else
using GME;
#endif
using Gmewatch;

public sealed class GmeSource : IGmeWatchSource, IGmeWatchSink {
  public const int EnterRoom = 1;
  public const int RoomDisconnect = 3;
  public const int PttRecord = 5001;
  public const int PttUpload = 5002;
  public const int PttDownload = 5003;
  public const int PttPlay = 5004;
  public const int PttSpeechToText = 5005;
  public const int PttStreamingRecognition = 5006;
  public const int PttTextToSpeech = 5008;
  public const int PttTranslateText = 5009;
  public const int RoomManagement = 6000;

  private readonly ITMGContext context;
  private readonly Handler enterRoom, disconnect, record, upload, download, play, speechToText, streaming;
#if GMEWATCH_GME_3
  private readonly Handler textToSpeech, translate;
#endif

  public GmeSource(ITMGContext context) {
    this.context = context;
    Adapter = new GmeAdapter(this, context.GetSDKVersion());
    enterRoom = new Handler(Adapter, EnterRoom);
    disconnect = new Handler(Adapter, RoomDisconnect);
    record = new Handler(Adapter, PttRecord);
    upload = new Handler(Adapter, PttUpload);
    download = new Handler(Adapter, PttDownload);
    play = new Handler(Adapter, PttPlay);
    speechToText = new Handler(Adapter, PttSpeechToText);
    streaming = new Handler(Adapter, PttStreamingRecognition);
#if GMEWATCH_GME_3
    textToSpeech = new Handler(Adapter, PttTextToSpeech);
    translate = new Handler(Adapter, PttTranslateText);
#endif
  }

  /// <summary>For calls that return an error code: source.Adapter.Call("EnterRoom", context.EnterRoom(...)).</summary>
  public GmeAdapter Adapter { get; private set; }

  void IGmeWatchSink.Report(int code) {
    GmeWatch.Report(code);
  }

  void IGmeWatchSink.Detail(int code, string operation) {
    GmeWatch.Detail(code, operation);
  }

  public void Attach() {
    Detach(); // twice is once
    ITMGPTT ptt = context.GetPttCtrl();
    context.OnEnterRoomCompleteEvent += enterRoom.On;
    context.OnRoomDisconnectEvent += disconnect.On;
    context.onEventCallBack += OnEvent;
    ptt.OnRecordFileComplete += record.On;
    ptt.OnUploadFileComplete += upload.On;
    ptt.OnPlayFileComplete += play.On;
    ptt.OnStreamingSpeechComplete += streaming.On;
    if (Adapter.Generation < 3) {
      ptt.OnDownloadFileComplete += download.On;
      ptt.OnSpeechToTextComplete += speechToText.On;
    }
#if GMEWATCH_GME_3
    ptt.OnTextToSpeechComplete += textToSpeech.On;
    ptt.OnTranslateTextComplete += translate.On;
#endif
  }

  public void Detach() {
    ITMGPTT ptt = context.GetPttCtrl();
    context.OnEnterRoomCompleteEvent -= enterRoom.On;
    context.OnRoomDisconnectEvent -= disconnect.On;
    context.onEventCallBack -= OnEvent;
    ptt.OnRecordFileComplete -= record.On;
    ptt.OnUploadFileComplete -= upload.On;
    ptt.OnPlayFileComplete -= play.On;
    ptt.OnStreamingSpeechComplete -= streaming.On;
    ptt.OnDownloadFileComplete -= download.On;
    ptt.OnSpeechToTextComplete -= speechToText.On;
#if GMEWATCH_GME_3
    ptt.OnTextToSpeechComplete -= textToSpeech.On;
    ptt.OnTranslateTextComplete -= translate.On;
#endif
  }

  // What has an event of its own above does not count twice.
  private void OnEvent(int type, int subType, string data) {
    bool hasOwn = type == EnterRoom || type == RoomDisconnect || (type >= PttRecord && type < RoomManagement);
    if (!hasOwn) Adapter.OnEvent(type, data);
  }

  /// <summary>A handler of any event whose first argument is a result, whatever else GME's version passes.</summary>
  private sealed class Handler {
    private readonly GmeAdapter adapter;
    private readonly int type;

    internal Handler(GmeAdapter adapter, int type) {
      this.adapter = adapter;
      this.type = type;
    }

    internal void On<A>(int code, A a) {
      adapter.OnResult(type, code);
    }

    internal void On<A, B>(int code, A a, B b) {
      adapter.OnResult(type, code);
    }

    internal void On<A, B, C>(int code, A a, B b, C c) {
      adapter.OnResult(type, code);
    }

    internal void On<A, B, C, D, E, F>(int code, A a, B b, C c, D d, E e, F f) {
      adapter.OnResult(type, code);
    }
  }
}
