// The names of GME 2.x in Unity that GmeSource needs.
namespace GME {
  public delegate void QAVEnterRoomComplete(int result, string error_info);
  public delegate void QAVRoomDisconnect(int result, string error_info);
  public delegate void QAVOnEventCallBack(int type, int subType, string data);
  public delegate void QAVRecordFileCompleteCallback(int code, string filepath);
  public delegate void QAVUploadFileCompleteCallback(int code, string filepath, string fileid);
  public delegate void QAVDownloadFileCompleteCallback(int code, string filepath, string fileid);
  public delegate void QAVPlayFileCompleteCallback(int code, string filepath);
  public delegate void QAVSpeechToTextCallback(int code, string fileid, string result);
  public delegate void QAVStreamingRecognitionCallback(int code, string fileid, string filepath, string result);

  public sealed class ITMGContext {
    private readonly ITMGPTT ptt = new ITMGPTT();

    public event QAVEnterRoomComplete OnEnterRoomCompleteEvent;
    public event QAVRoomDisconnect OnRoomDisconnectEvent;
    public event QAVOnEventCallBack onEventCallBack;

    public string GetSDKVersion() {
      return "2.9.15";
    }

    public ITMGPTT GetPttCtrl() {
      return ptt;
    }

    public void Raise(int type, int code, string data) {
      if (type == 1 && OnEnterRoomCompleteEvent != null) OnEnterRoomCompleteEvent(code, "");
      if (type == 3 && OnRoomDisconnectEvent != null) OnRoomDisconnectEvent(code, "waiting timeout, please check your network");
      if (data != null && onEventCallBack != null) onEventCallBack(type, 0, data);
      ptt.Raise(type, code);
    }
  }

  public sealed class ITMGPTT {
    public event QAVRecordFileCompleteCallback OnRecordFileComplete;
    public event QAVUploadFileCompleteCallback OnUploadFileComplete;
    public event QAVDownloadFileCompleteCallback OnDownloadFileComplete;
    public event QAVPlayFileCompleteCallback OnPlayFileComplete;
    public event QAVSpeechToTextCallback OnSpeechToTextComplete;
    public event QAVStreamingRecognitionCallback OnStreamingSpeechComplete;
    public event QAVStreamingRecognitionCallback OnStreamingSpeechisRunning;

    internal void Raise(int type, int code) {
      if (type == 5001 && OnRecordFileComplete != null) OnRecordFileComplete(code, "");
      if (type == 5002 && OnUploadFileComplete != null) OnUploadFileComplete(code, "", "");
      if (type == 5003 && OnDownloadFileComplete != null) OnDownloadFileComplete(code, "", "");
      if (type == 5004 && OnPlayFileComplete != null) OnPlayFileComplete(code, "");
      if (type == 5005 && OnSpeechToTextComplete != null) OnSpeechToTextComplete(code, "", "");
      if (type == 5006 && OnStreamingSpeechComplete != null) OnStreamingSpeechComplete(code, "", "", "");
      if (type == 5007 && OnStreamingSpeechisRunning != null) OnStreamingSpeechisRunning(code, "", "", "");
    }
  }
}
