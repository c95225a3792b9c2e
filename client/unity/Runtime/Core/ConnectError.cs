// A Connect error: {"code": ..., "message": ..., "details": [{"type": ..., "value": base64}, ...]}, as far as it is needed.
using System;
using System.Collections.Generic;
using System.Text;

namespace Gmewatch {
  internal sealed class ConnectError {
    private const int TextMax = 199;
    private readonly Reader input;
    private readonly Outcome outcome = new Outcome();
    private bool hasViolation;

    private ConnectError(byte[] body) {
      input = new Reader(body);
    }

    /// <summary>Null: the body is not one.</summary>
    public static Outcome Read(byte[] body) {
      return new ConnectError(body).ReadBody();
    }

    private Outcome ReadBody() {
      int code = -1;
      Want('{');
      while (!input.Bad && !Take('}')) {
        string name = ReadText();
        Want(':');
        char first = Next();
        if (name == "code" && first == '"') {
          code = Array.IndexOf(Status.Names, ReadText(), 1);
        } else if (name == "message" && first == '"') {
          outcome.Text = Printable.Of(ReadText(), TextMax);
        } else if (name == "details" && first == '[') {
          ReadDetails();
        } else {
          Skip();
        }
        Take(',');
      }
      if (input.Bad || code < 1) return null;
      outcome.Code = code;
      outcome.IsVerdict = code == Status.InvalidArgument && hasViolation;
      outcome.NeedsOperator = code == Status.Unauthenticated || code == Status.PermissionDenied || code == Status.Unimplemented ||
                              code == Status.InvalidArgument && !hasViolation;
      return outcome;
    }

    private void ReadDetails() {
      Want('[');
      while (!input.Bad && !Take(']')) {
        string type = "";
        string value = "";
        Want('{');
        while (!input.Bad && !Take('}')) {
          string name = ReadText();
          Want(':');
          bool isText = Next() == '"';
          if (isText && name == "type") {
            type = ReadText();
          } else if (isText && name == "value") {
            value = ReadText();
          } else {
            Skip();
          }
          Take(',');
        }
        if (!input.Bad) OnDetail(type, FromBase64(value));
        Take(',');
      }
    }

    private void OnDetail(string type, byte[] value) {
      type = type.Substring(type.LastIndexOf('/') + 1); // Envoy writes the URL of a Protobuf Any before it
      if (type == "google.rpc.BadRequest" && value.Length > 0 && value[0] == 0x0a) hasViolation = true;
      if (type != "google.rpc.RetryInfo") return;
      var message = new Reader(value);
      long retry = 0;
      while (message.NextField()) {
        if (message.Field == 1 && message.Part != null) retry = Answer.DurationOf(message.Part);
      }
      if (!message.Bad) outcome.Retry = retry;
    }

    // The next character that is not blank; '\0' at the end.
    private char Next() {
      while (input.At < input.End && (" \t\n\r".IndexOf((char)input.Bytes[input.At]) >= 0)) ++input.At;
      return input.At < input.End ? (char)input.Bytes[input.At] : '\0';
    }

    private bool Take(char wanted) {
      if (Next() != wanted || input.At == input.End) return false;
      ++input.At;
      return true;
    }

    private void Want(char wanted) {
      if (!Take(wanted)) input.Bad = true;
    }

    private string ReadText() {
      Want('"');
      var bytes = new List<byte>();
      while (!input.Bad && input.At < input.End && input.Bytes[input.At] != '"') {
        byte next = input.Bytes[input.At++];
        if (next == '\\' && input.At < input.End) {
          ReadEscape(bytes);
        } else {
          bytes.Add(next);
        }
      }
      Want('"');
      return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private void ReadEscape(List<byte> to) {
      char escape = (char)input.Bytes[input.At++];
      int which = "bfnrt".IndexOf(escape);
      if (escape != 'u') {
        to.Add((byte)(which < 0 ? escape : "\b\f\n\r\t"[which]));
        return;
      }
      int point = 0;
      for (int digit = 0; digit < 4 && input.At < input.End; ++digit) {
        int value = "0123456789abcdef".IndexOf(char.ToLowerInvariant((char)input.Bytes[input.At++]));
        if (value < 0) input.Bad = true;
        point = point << 4 | value & 15;
      }
      to.AddRange(Encoding.UTF8.GetBytes(((char)point).ToString()));
    }

    // Skips one value of any kind. Brackets are counted, not matched: the server is not checked here.
    private void Skip() {
      int depth = 0;
      do {
        char next = Next();
        if (input.Bad || input.At == input.End) {
          input.Bad = true;
        } else if (next == '"') {
          ReadText();
        } else if (next == '{' || next == '[') {
          ++depth;
          ++input.At;
        } else if (next == '}' || next == ']') {
          --depth;
          ++input.At;
        } else if (next == ',' || next == ':') {
          if (depth == 0) input.Bad = true;
          ++input.At;
        } else {
          SkipWord();
        }
      } while (depth > 0 && !input.Bad);
    }

    private void SkipWord() {
      int begin = input.At;
      while (input.At < input.End && input.Bytes[input.At] > ' ' && ",}]".IndexOf((char)input.Bytes[input.At]) < 0) ++input.At;
      if (input.At == begin) input.Bad = true; // a control character
    }

    // Either alphabet, with or without padding; what follows another character is left out.
    private static byte[] FromBase64(string text) {
      const string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      var bytes = new List<byte>();
      int bits = 0;
      int count = 0;
      foreach (char digit in text) {
        int value = digits.IndexOf(digit == '-' ? '+' : digit == '_' ? '/' : digit);
        if (value < 0) break;
        bits = (bits << 6 | value) & 0xffff;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.Add((byte)(bits >> count));
      }
      return bytes.ToArray();
    }
  }
}
