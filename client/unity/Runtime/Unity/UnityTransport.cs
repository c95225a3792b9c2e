// All of HTTP: UnityWebRequest, from the main thread.
using System.Collections.Generic;
using UnityEngine.Networking;

namespace Gmewatch {
  internal sealed class UnityTransport : IGmeWatchTransport {
    private GmeWatchRequest asked; // null: none is on its way
    private UnityWebRequest call;

    public void Post(GmeWatchRequest request) {
      End();
      var made = new UnityWebRequest(request.Url, UnityWebRequest.kHttpVerbPOST);
      try {
        made.uploadHandler = new UploadHandlerRaw(request.Body);
        made.downloadHandler = new DownloadHandlerBuffer();
        foreach (KeyValuePair<string, string> header in request.Headers) made.SetRequestHeader(header.Key, header.Value);
        made.redirectLimit = 0; // the key is for this server alone
        made.useHttpContinue = false; // it costs a round trip, or a second
        made.timeout = (int)(request.TimeoutMs / 1000) + 1; // should nobody tick
        made.SendWebRequest();
      } catch {
        made.Dispose();
        throw;
      }
      call = made;
      asked = request;
    }

    public void Cancel(GmeWatchRequest request) {
      if (request != asked) return;
      call.Abort();
      End();
    }

    /// <summary>Passes the answer on, if there is one.</summary>
    public void Poll() {
      if (asked == null || !call.isDone) return;
      int status = (int)call.responseCode;
      bool isBroken = status >= 200 && status < 300 && !string.IsNullOrEmpty(call.error); // it ended in the middle of the body
      if (status <= 0 || isBroken) {
        asked.Fail(call.error);
      } else {
        asked.Answer(status, call.downloadHandler.data);
      }
      End();
    }

    private void End() {
      if (call != null) call.Dispose();
      call = null;
      asked = null;
    }
  }
}
