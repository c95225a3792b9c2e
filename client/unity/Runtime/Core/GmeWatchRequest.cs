using System;
using System.Collections.Generic;
using System.Threading;

namespace Gmewatch {
  /// <summary>What sends requests. Both are called from the thread that ticks; a Post that throws has failed.</summary>
  public interface IGmeWatchTransport {
    /// <summary>Starts a POST. request.Answer or request.Fail follows, from any thread, also before it returns.</summary>
    void Post(GmeWatchRequest request);
    /// <summary>The request is given up.</summary>
    void Cancel(GmeWatchRequest request);
  }

  /// <summary>An HTTP POST, and its answer: the first one counts.</summary>
  public sealed class GmeWatchRequest {
    private const int AnswerMax = 4096;
    private const int Asked = 0;
    private const int Filling = 1;
    private const int Answered = 2;

    public readonly string Url;
    public readonly KeyValuePair<string, string>[] Headers;
    public readonly byte[] Body;
    public readonly long TimeoutMs; // connecting is part of it

    private int state = Asked;
    internal int Status { get; private set; }
    internal byte[] AnswerBody { get; private set; }

    internal GmeWatchRequest(string url, KeyValuePair<string, string>[] headers, byte[] body, long timeoutMs) {
      Url = url;
      Headers = headers;
      Body = body;
      TimeoutMs = timeoutMs;
    }

    internal bool IsAnswered { get { return Volatile.Read(ref state) == Answered; } }

    /// <summary>Status 0: there was no answer, and the body is the transport's words for it.</summary>
    public void Answer(int status, byte[] body) {
      if (Interlocked.CompareExchange(ref state, Filling, Asked) != Asked) return;
      body = body ?? new byte[0];
      if (body.Length > AnswerMax) Array.Resize(ref body, AnswerMax);
      Status = status;
      AnswerBody = body;
      Volatile.Write(ref state, Answered);
    }

    /// <summary>There was no answer.</summary>
    public void Fail(string why) {
      Answer(0, Printable.Utf8(why ?? "", AnswerMax));
    }
  }
}
