// Texts as the server takes them: UTF-8 without characters that hide or move text on a page, or look like another.
using System;
using System.Collections.Generic;
using System.Text;

namespace Gmewatch {
  internal static class Printable {
    // First and last of each range of such characters; client/src/text.cc says what they are.
    private static readonly int[] Hidden = {
      0x0, 0x1f, 0x7f, 0xa0, 0xad, 0xad, 0x34f, 0x34f, 0x600, 0x605, 0x61c, 0x61c, 0x6dd, 0x6dd, 0x70f, 0x70f, 0x890, 0x891,
      0x8e2, 0x8e2, 0x115f, 0x1160, 0x1680, 0x1680, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x2000, 0x200f, 0x2028, 0x202f, 0x205f, 0x206f,
      0x2800, 0x2800, 0x3000, 0x3000, 0x3164, 0x3164, 0xd800, 0xf8ff, 0xfdd0, 0xfdef, 0xfe00, 0xfe0f, 0xfeff, 0xfeff,
      0xffa0, 0xffa0, 0xfff0, 0xfffc, 0xfffe, 0xffff, 0x110bd, 0x110bd, 0x110cd, 0x110cd, 0x13430, 0x1343f, 0x1bca0, 0x1bca3,
      0x1d173, 0x1d17a, 0x1fffe, 0x1ffff, 0x2fffe, 0x2ffff, 0x3fffe, 0x10ffff,
    };

    public static bool IsPrintable(int point) {
      for (int i = 0; i < Hidden.Length; i += 2) {
        if (point <= Hidden[i + 1]) return point < Hidden[i];
      }
      return false;
    }

    private static int SizeOf(int point) {
      return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }

    private static void Put(List<byte> to, int point) {
      int size = SizeOf(point);
      int rest = 6 * (size - 1);
      to.Add((byte)(size == 1 ? point : 0xf00 >> size & 0xff | point >> rest));
      while (rest > 0) {
        rest -= 6;
        to.Add((byte)(0x80 | point >> rest & 0x3f));
      }
    }

    /// <summary>UTF-8 of whole characters, at most `room` bytes, with '?' for each byte of those that are not printable.</summary>
    public static byte[] Utf8(string text, int room) {
      var bytes = new List<byte>();
      for (int i = 0; i < text.Length && bytes.Count < room; ++i) {
        int point = text[i];
        if (i + 1 < text.Length && char.IsSurrogatePair(text, i)) point = char.ConvertToUtf32(text, i++);
        int size = SizeOf(point);
        if (IsPrintable(point)) {
          if (bytes.Count + size > room) break;
          Put(bytes, point);
        } else {
          for (int n = 0; n < size && bytes.Count < room; ++n) bytes.Add((byte)'?');
        }
      }
      return bytes.ToArray();
    }

    public static string Of(string text, int room) {
      return Encoding.UTF8.GetString(Utf8(text, room));
    }

    /// <summary>The same of bytes that may be anything.</summary>
    public static string Of(byte[] bytes, int room) {
      var kept = new List<byte>();
      for (int at = 0; at < bytes.Length;) {
        int size = CharacterAt(bytes, at);
        if (kept.Count + Math.Max(1, size) > room) break;
        if (size == 0) kept.Add((byte)'?');
        for (int i = 0; i < size; ++i) kept.Add(bytes[at + i]);
        at += Math.Max(1, size);
      }
      return Encoding.UTF8.GetString(kept.ToArray());
    }

    // The bytes of the printable character there; 0: another one, or no whole one.
    private static int CharacterAt(byte[] bytes, int at) {
      int first = bytes[at];
      if (first >= 0x80 && first < 0xc0 || first >= 0xf8) return 0;
      int size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      if (at + size > bytes.Length) return 0;
      int point = size == 1 ? first : first & 0xff >> size + 1;
      for (int i = 1; i < size; ++i) {
        if ((bytes[at + i] & 0xc0) != 0x80) return 0;
        point = point << 6 | bytes[at + i] & 0x3f;
      }
      return SizeOf(point) == size && IsPrintable(point) ? size : 0;
    }

    public static bool IsVisibleAscii(string text) {
      foreach (char character in text) {
        if (character <= ' ' || character >= 0x7f) return false;
      }
      return true;
    }
  }
}
