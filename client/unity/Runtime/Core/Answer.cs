// What an answer means: an acknowledgement, gmewatchd's verdict, or a failed attempt.
using System;

namespace Gmewatch {
  /// <summary>gRPC's status codes, as far as they have a meaning here.</summary>
  internal static class Status {
    public const int Ok = 0;
    public const int Unknown = 2;
    public const int InvalidArgument = 3;
    public const int DeadlineExceeded = 4;
    public const int PermissionDenied = 7;
    public const int Unimplemented = 12;
    public const int Internal = 13;
    public const int Unavailable = 14;
    public const int Unauthenticated = 16;

    public static readonly string[] Names = {
      "ok", "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied",
      "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable", "data_loss",
      "unauthenticated",
    };
  }

  internal sealed class Outcome {
    public int Code;
    /// <summary>gmewatchd's own INVALID_ARGUMENT, with its details: about this batch.</summary>
    public bool IsVerdict;
    /// <summary>Waiting will not help.</summary>
    public bool NeedsOperator;
    public long Acknowledged;
    public long? MinInterval;
    /// <summary>RetryInfo.</summary>
    public long? Retry;
    public int HttpStatus;
    public string Text = "";
  }

  internal static class Answer {
    private const long ServerPauseMax = 3600000; // a longer pause that a server asks for is cut to this
    private const int TextMax = 199;

    /// <summary>HTTP status 0: there was no answer, and the body is the transport's words for it.</summary>
    public static Outcome Read(int status, byte[] body, long sequence) {
      Outcome outcome;
      if (status == 200) {
        outcome = ReadResponse(body, sequence);
      } else if (status > 0) {
        outcome = ConnectError.Read(body) ?? GatewayError(status);
      } else {
        string words = Printable.Of(body, 150);
        outcome = new Outcome {
          Code = Status.Unavailable,
          Text = "no answer: " + words + (words == "" ? "" : "; ") + "check the network, then url",
        };
      }
      outcome.HttpStatus = status;
      return outcome;
    }

    public static Outcome None(long timeoutMs) {
      return new Outcome {
        Code = Status.DeadlineExceeded,
        Text = "no answer within TimeoutMs (" + timeoutMs + " ms); check the network, then that the server is reachable",
      };
    }

    /// <summary>A google.protobuf.Duration in milliseconds, rounded up, from 0 to ServerPauseMax.</summary>
    public static long DurationOf(Reader message) {
      long seconds = 0;
      long nanos = 0;
      while (message.NextField()) {
        if (message.Part != null) continue;
        if (message.Field == 1) seconds = message.Value;
        if (message.Field == 2) nanos = unchecked((int)message.Value);
      }
      if (seconds < 0) return 0;
      if (seconds > ServerPauseMax / 1000) return ServerPauseMax;
      long milliseconds = seconds * 1000 + (nanos > 0 ? (nanos + 999999) / 1000000 : nanos / 1000000);
      return Math.Max(0, Math.Min(milliseconds, ServerPauseMax));
    }

    // A ReportResponse; bytes that are not one are another server's answer, such as a login page.
    private static Outcome ReadResponse(byte[] body, long sequence) {
      var outcome = new Outcome { MinInterval = 0 };
      var message = new Reader(body);
      bool bad = false;
      while (message.NextField()) {
        Reader part = message.Part;
        if (message.Field == 1 && part == null) outcome.Acknowledged = message.Value < 0 ? long.MaxValue : message.Value;
        if (message.Field == 2 && part != null) {
          outcome.MinInterval = DurationOf(part);
          bad |= part.Bad;
        }
        if (message.Field == 3 && part != null) {
          ReadRejected(part, sequence, outcome);
          bad |= part.Bad;
        }
      }
      if (!bad && !message.Bad) return outcome;
      return new Outcome {
        Code = Status.Unavailable,
        Text = "HTTP 200 without a ReportResponse: another server or a login page answers; check url",
      };
    }

    private static void ReadRejected(Reader message, long sequence, Outcome outcome) {
      long rejected = 0;
      byte[] reason = new byte[0];
      while (message.NextField()) {
        if (message.Field == 1 && message.Part == null) rejected = message.Value;
        if (message.Field == 2 && message.Part != null) reason = message.Part.Rest();
      }
      if (rejected != sequence || rejected <= 0) return;
      outcome.Code = Status.InvalidArgument;
      outcome.IsVerdict = true;
      outcome.Text = Printable.Of(reason, TextMax);
    }

    // An answer of something in between, without a verdict about the batch.
    private static Outcome GatewayError(int status) {
      bool isBusy = status == 408 || status == 425 || status == 429;
      return new Outcome {
        Code = status == 401 ? Status.Unauthenticated
          : status == 403 ? Status.PermissionDenied
          : status == 404 || status == 405 ? Status.Unimplemented
          : status == 400 ? Status.Internal
          : isBusy || status >= 500 ? Status.Unavailable
          : Status.Unknown,
        NeedsOperator = status >= 300 && status < 500 && !isBusy,
        Text = "HTTP " + status + " from a proxy or another server than gmewatchd; check url and what stands in between",
      };
    }
  }
}
