// The bytes of a ReportRequest.
using System;

namespace Gmewatch {
  /// <summary>The batch on its way, encoded but for its age.</summary>
  internal sealed class Flight {
    public long Sequence;
    public long Events;
    public long Made; // the horizon counts from here
    public long Oldest; // the age counts from here
    public Losses Losses;
    public byte[] Counts;
    public byte[] Tail;
  }

  internal static class Batch {
    private const int OperationMax = 64;

    public static byte[] EncodeSession(byte[] id, CheckedOptions options) {
      var session = new Writer();
      session.Text(1, id);
      session.Text(2, options.App);
      session.Text(3, options.Region);
      for (int i = 0; i < options.Versions.Length; ++i) session.Text(4 + i, options.Versions[i]);
      return session.ToArray();
    }

    public static bool SessionIsOfApp(byte[] session, byte[] app) {
      bool right = false;
      var message = new Reader(session);
      while (message.NextField()) {
        if (message.Field == 2 && message.Part != null) right = Convert.ToBase64String(message.Part.Rest()) == Convert.ToBase64String(app);
      }
      return right && !message.Bad;
    }

    public static byte[] EncodeCounts(Share share) {
      var message = new Writer();
      if (share.Size == 0) return message.ToArray();
      var codes = new Writer();
      var events = new Writer();
      for (int i = 0; i < share.Size; ++i) {
        codes.Varint(share.Codes[i]);
        events.Varint(share.Events[i]);
      }
      message.Message(3, codes.ToArray());
      message.Message(4, events.ToArray());
      return message.ToArray();
    }

    /// <summary>What follows the age: lost events and details, which are taken from the list, if there is one.</summary>
    public static byte[] EncodeTail(Losses losses, DetailList details) {
      var message = new Writer();
      for (int reason = 0; reason < Losses.Reasons; ++reason) {
        if (losses.Events[reason] == 0) continue;
        var loss = new Writer();
        loss.Number(1, reason);
        loss.Number(2, losses.Events[reason]);
        message.Message(6, loss.ToArray());
      }
      for (int i = 0; details != null && i < details.Size; ++i) {
        Detail detail;
        if (!details.Take(i, out detail)) continue;
        var part = new Writer();
        part.Number(1, detail.Code);
        part.Text(2, Printable.Utf8(detail.Operation ?? "", OperationMax));
        part.Number(3, detail.UnderlyingCode);
        message.Message(7, part.ToArray());
      }
      return message.ToArray();
    }

    /// <summary>The batch in flight with its age of now: nothing else changes between two attempts.</summary>
    public static byte[] Encode(byte[] session, Flight flight, long now) {
      var message = new Writer();
      message.Text(1, session);
      message.Number(2, flight.Sequence);
      message.Raw(flight.Counts);
      long milliseconds = Math.Max(0, now - flight.Oldest);
      var age = new Writer();
      age.Number(1, milliseconds / 1000);
      age.Number(2, milliseconds % 1000 * 1000000);
      message.Message(5, age.ToArray());
      message.Raw(flight.Tail);
      return message.ToArray();
    }
  }
}
