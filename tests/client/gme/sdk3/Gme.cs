// The names of GME 3.x in Unity that GmeSource needs. A download and a recognised text go to the first event that has a handler, as there.
namespace GME {
  public delegate void QAVEnterRoomComplete(int result, string error_info);
  public delegate void QAVRoomDisconnect(int result, string error_info);
  public delegate void QAVOnEventCallBack(int type, int subType, string data);
  public delegate void QAVRecordFileCompleteCallback(int code, string filepath, int filesize, int duration);
  public delegate void QAVUploadFileCompleteCallback(int code, string filepath, string fileid, string audit);
  public delegate void QAVDownloadFileCompleteCallback(int code, string filepath, string fileid);
  public delegate void QAVDownloadFileWithAuditCompleteCallback(int code, string filepath, string fileid, string audit);
  public delegate void QAVPlayFileCompleteCallback(int code, string filepath);
  public delegate void QAVSpeechToTextCallback(int code, string fileid, string result);
  public delegate void QAVSpeechToTextWithTargetTextCallback(int code, string fileid, string result, string audit, string target);
  public delegate void QAVStreamingRecognitionRunningCallback(int index, int slice_type, string text);
  public delegate void QAVStreamingRecognitionCompleteCallback(int code, string fileid, string path, int size, int duration, string text, string audit);
  public delegate void QAVTranslateTextCallback(int code, string text);
  public delegate void QAVTextToSpeechCallback(int code, int serial, string fileid);

  public sealed class ITMGContext {
    private readonly ITMGPTT ptt = new ITMGPTT();

    public event QAVEnterRoomComplete OnEnterRoomCompleteEvent;
    public event QAVRoomDisconnect OnRoomDisconnectEvent;
    public event QAVOnEventCallBack onEventCallBack;

    public string GetSDKVersion() {
      return "3.5.0.1";
    }

    public ITMGPTT GetPttCtrl() {
      return ptt;
    }

    public void Raise(int type, int code, string data) {
      if (type == 1 && OnEnterRoomCompleteEvent != null) OnEnterRoomCompleteEvent(code, "");
      if (type == 3 && OnRoomDisconnectEvent != null) OnRoomDisconnectEvent(code, "");
      if (data != null && onEventCallBack != null) onEventCallBack(type, 0, data);
      ptt.Raise(type, code);
    }
  }

  public sealed class ITMGPTT {
    public event QAVRecordFileCompleteCallback OnRecordFileComplete;
    public event QAVUploadFileCompleteCallback OnUploadFileComplete;
    public event QAVDownloadFileCompleteCallback OnDownloadFileComplete;
    public event QAVDownloadFileWithAuditCompleteCallback OnDownloadFileAuditComplete;
    public event QAVPlayFileCompleteCallback OnPlayFileComplete;
    public event QAVSpeechToTextCallback OnSpeechToTextComplete;
    public event QAVSpeechToTextWithTargetTextCallback OnSpeechToTextTargetTextComplete;
    public event QAVStreamingRecognitionRunningCallback OnStreamingSpeechisRunning;
    public event QAVStreamingRecognitionCompleteCallback OnStreamingSpeechComplete;
    public event QAVTranslateTextCallback OnTranslateTextComplete;
    public event QAVTextToSpeechCallback OnTextToSpeechComplete;

    internal void Raise(int type, int code) {
      if (type == 5001 && OnRecordFileComplete != null) OnRecordFileComplete(code, "", 1, 1);
      if (type == 5002 && OnUploadFileComplete != null) OnUploadFileComplete(code, "", "", "");
      if (type == 5003 && OnDownloadFileComplete != null) OnDownloadFileComplete(code, "", "");
      else if (type == 5003 && OnDownloadFileAuditComplete != null) OnDownloadFileAuditComplete(code, "", "", "");
      if (type == 5004 && OnPlayFileComplete != null) OnPlayFileComplete(code, "");
      if (type == 5005 && OnSpeechToTextComplete != null) OnSpeechToTextComplete(code, "", "");
      else if (type == 5005 && OnSpeechToTextTargetTextComplete != null) OnSpeechToTextTargetTextComplete(code, "", "", "", "");
      if (type == 5006 && OnStreamingSpeechComplete != null) OnStreamingSpeechComplete(code, "", "", 1, 1, "", "");
      if (type == 5007 && OnStreamingSpeechisRunning != null) OnStreamingSpeechisRunning(7, 1, "");
      if (type == 5008 && OnTextToSpeechComplete != null) OnTextToSpeechComplete(code, 1, "");
      if (type == 5009 && OnTranslateTextComplete != null) OnTranslateTextComplete(code, "");
    }
  }
}
