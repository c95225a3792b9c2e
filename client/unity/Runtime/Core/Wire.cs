// The encoding of Protobuf, as far as the messages of gmewatch.v1 need it.
using System;

namespace Gmewatch {
  /// <summary>Bytes that are written one after the other.</summary>
  internal sealed class Writer {
    private byte[] bytes = new byte[256];

    public int Size { get; private set; }

    public byte[] ToArray() {
      byte[] copy = new byte[Size];
      Array.Copy(bytes, copy, Size);
      return copy;
    }

    private void Put(byte value) {
      if (Size == bytes.Length) Array.Resize(ref bytes, 2 * Size);
      bytes[Size++] = value;
    }

    /// <summary>A negative value has ten bytes.</summary>
    public void Varint(long value) {
      ulong rest = unchecked((ulong)value);
      for (; rest > 0x7f; rest >>= 7) Put((byte)(rest & 0x7f | 0x80));
      Put((byte)rest);
    }

    public void Raw(byte[] more) {
      foreach (byte value in more) Put(value);
    }

    /// <summary>A field; proto3 leaves zero out.</summary>
    public void Number(int field, long value) {
      if (value == 0) return;
      Varint(field << 3);
      Varint(value);
    }

    /// <summary>A field of bytes that is there even if it is empty.</summary>
    public void Message(int field, byte[] more) {
      Varint(field << 3 | 2);
      Varint(more.Length);
      Raw(more);
    }

    public void Text(int field, byte[] more) {
      if (more.Length > 0) Message(field, more);
    }
  }

  /// <summary>Bytes that are read one after the other; Bad is set by the first that are not what they should be.</summary>
  internal sealed class Reader {
    public readonly byte[] Bytes;
    public int At;
    public readonly int End;
    public bool Bad;

    // The field that NextField has read.
    public int Field;
    public long Value;
    public Reader Part; // null: the field is a number

    public Reader(byte[] bytes) : this(bytes, 0, bytes.Length) {}

    public Reader(byte[] bytes, int at, int end) {
      Bytes = bytes;
      At = at;
      End = end;
    }

    public byte[] Rest() {
      byte[] copy = new byte[End - At];
      Array.Copy(Bytes, At, copy, 0, copy.Length);
      return copy;
    }

    public void Fail() {
      Bad = true;
      At = End;
    }

    public long Varint() {
      ulong value = 0;
      for (int shift = 0; shift < 70 && At < End; shift += 7) {
        byte part = Bytes[At++];
        if (shift < 64) value |= (ulong)(part & 0x7f) << shift;
        if (part < 0x80) return unchecked((long)value);
      }
      Fail();
      return 0;
    }

    /// <summary>A count: what is beyond 63 bits is cut.</summary>
    public long Count() {
      long value = Varint();
      return value < 0 ? long.MaxValue : value;
    }

    public Reader Take(long size) {
      if (size < 0 || size > End - At) {
        Fail();
        return new Reader(Bytes, End, End);
      }
      At += (int)size;
      return new Reader(Bytes, At - (int)size, At);
    }

    /// <summary>Reads the next field with a number or bytes; false at the end of the message, or if it is not one.</summary>
    public bool NextField() {
      while (!Bad && At < End) {
        long tag = Varint();
        Field = (int)(tag >> 3);
        Part = null;
        Value = 0;
        if (tag < 8 || tag > uint.MaxValue) Bad = true;
        switch (tag & 7) {
          case 0: Value = Varint(); break;
          case 1: Take(8); continue;
          case 2: Part = Take(Varint()); break;
          case 5: Take(4); continue;
          default: Bad = true; break;
        }
        return !Bad;
      }
      return false;
    }
  }
}
