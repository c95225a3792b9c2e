// UnityWebRequest, with a real connection behind it. As in Unity, it belongs to the main thread, and is gone after Dispose.
using System;
using System.IO;
using System.Net;
using System.Threading;

namespace UnityEngine.Networking {
  public sealed class UploadHandlerRaw {
    public readonly byte[] Data;
    public UploadHandlerRaw(byte[] data) { Data = data; }
  }

  public sealed class DownloadHandlerBuffer {
    public byte[] data { get; internal set; }
  }

  public sealed class UnityWebRequestAsyncOperation {}

  public sealed class UnityWebRequest : IDisposable {
    public const string kHttpVerbPOST = "POST";
    public static int Alive;

    private readonly string url;
    private readonly WebHeaderCollection headers = new WebHeaderCollection();
    private string contentType;
    private HttpWebRequest call;
    private bool isDisposed;
    private volatile bool done;
    private long code;
    private string fault;

    public UploadHandlerRaw uploadHandler;
    public DownloadHandlerBuffer downloadHandler;
    public int redirectLimit = 32;
    public int timeout;
    public bool useHttpContinue = true;

    public UnityWebRequest(string url, string method) {
      Engine.OnMainThread();
      Interlocked.Increment(ref Alive);
      this.url = url;
    }

    public bool isDone { get { Check(); return done; } }
    public long responseCode { get { Check(); return done ? code : 0; } }
    public string error { get { Check(); return done ? fault : null; } }

    public void SetRequestHeader(string name, string value) {
      Check();
      if (name == "Content-Type") contentType = value;
      else headers[name] = value;
    }

    public UnityWebRequestAsyncOperation SendWebRequest() {
      Check();
      call = (HttpWebRequest)WebRequest.Create(url);
      call.Headers.Add(headers);
      call.ContentType = contentType;
      call.Method = kHttpVerbPOST;
      call.AllowAutoRedirect = redirectLimit > 0;
      call.ServicePoint.Expect100Continue = useHttpContinue;
      call.Timeout = timeout * 1000;
      new Thread(Send) { IsBackground = true }.Start();
      return new UnityWebRequestAsyncOperation();
    }

    public void Abort() {
      Check();
      if (!done) call.Abort();
    }

    public void Dispose() {
      Engine.OnMainThread();
      if (!isDisposed) Interlocked.Decrement(ref Alive);
      isDisposed = true;
    }

    private void Check() {
      Engine.OnMainThread();
      if (isDisposed) throw new ObjectDisposedException("UnityWebRequest");
    }

    private void Send() {
      try {
        using (Stream to = call.GetRequestStream()) to.Write(uploadHandler.Data, 0, uploadHandler.Data.Length);
        using (var answer = (HttpWebResponse)call.GetResponse()) Take(answer);
      } catch (WebException failure) {
        var answer = failure.Response as HttpWebResponse;
        fault = failure.Message;
        if (answer != null) Take(answer);
      } catch (IOException failure) {
        fault = failure.Message;
      }
      done = true;
    }

    private void Take(HttpWebResponse answer) {
      code = (long)answer.StatusCode;
      if (code >= 300 && fault == null) fault = code < 400 ? "Redirect limit exceeded" : "HTTP/1.1 " + code;
      var body = new MemoryStream();
      using (Stream from = answer.GetResponseStream()) from.CopyTo(body);
      downloadHandler.data = body.ToArray();
    }
  }
}
