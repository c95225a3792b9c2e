// The encoding of Protobuf, as far as the messages of gmewatch.v1 need it. Numbers are exact up to 2^53.
import { floor } from "./numbers.js";

const TWO_32 = 4294967296;

/** Bytes that are written one after the other. */
export class Writer {
  readonly bytes: number[] = [];

  /** REQUIRES: 0 <= value <= 2^53. */
  varint(value: number): void {
    this.varint64(floor(value / TWO_32), value % TWO_32);
  }

  varint64(high: number, low: number): void {
    while (high > 0 || low > 0x7f) {
      this.bytes.push((low & 0x7f) | 0x80);
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.bytes.push(low);
  }

  /** An int32; a negative one has ten bytes. */
  int32(value: number): void {
    this.varint64((value >> 31) >>> 0, value >>> 0);
  }

  raw(bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; ++i) this.bytes.push(bytes[i]);
  }

  /** A field; proto3 leaves zero out. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.varint(field << 3);
    this.varint(value);
  }

  number64(field: number, high: number, low: number): void {
    if (high === 0 && low === 0) return;
    this.varint(field << 3);
    this.varint64(high, low);
  }

  /** A field of bytes that is there even if it is empty. */
  message(field: number, bytes: ArrayLike<number>): void {
    this.varint((field << 3) | 2);
    this.varint(bytes.length);
    this.raw(bytes);
  }

  text(field: number, bytes: ArrayLike<number>): void {
    if (bytes.length > 0) this.message(field, bytes);
  }
}

/** Bytes that are read one after the other; `bad` is set by the first that are not what they should be. */
export class Reader {
  bad = false;
  /** The halves of the last varint. */
  high = 0;
  low = 0;

  constructor(
    readonly bytes: Uint8Array,
    private at = 0,
    private readonly end = bytes.length,
  ) {}

  get atEnd(): boolean {
    return this.bad || this.at === this.end;
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at, this.end);
  }

  varint(): number {
    this.high = 0;
    this.low = 0;
    for (let shift = 0; shift < 70 && this.at < this.end; shift += 7) {
      const byte = this.bytes[this.at++];
      const bits = byte & 0x7f;
      if (shift < 32) this.low = (this.low | (bits << shift)) >>> 0;
      if (shift >= 32) this.high = (this.high | (bits << (shift - 32))) >>> 0;
      if (shift === 28) this.high = bits >>> 4;
      if (byte < 0x80) return this.high * TWO_32 + this.low;
    }
    this.fail();
    return 0;
  }

  part(size: number): Reader {
    if (size > this.end - this.at) {
      this.fail();
      return new Reader(this.bytes, this.end, this.end);
    }
    this.at += size;
    return new Reader(this.bytes, this.at - size, this.at);
  }

  private fail(): void {
    this.bad = true;
    this.at = this.end;
  }

  /** Calls `take` for each field: with its number, and a reader of its bytes (wire type 2) or none (a varint, in high and low). */
  fields(take: (field: number, value: number, bytes: Reader | undefined) => void): void {
    while (!this.atEnd) {
      const tag = this.varint();
      const type = tag % 8;
      const field = floor(tag / 8);
      if (field === 0 || tag >= TWO_32) this.bad = true;
      if (type === 0) {
        const value = this.varint();
        if (!this.bad) take(field, value, undefined);
      } else if (type === 2) {
        const bytes = this.part(this.varint());
        if (!this.bad) take(field, 0, bytes);
      } else if (type === 1 || type === 5) {
        this.part(type === 1 ? 8 : 4);
      } else {
        this.bad = true;
      }
    }
  }
}

/** The halves of an int64: a number, or decimal digits where 2^53 is not enough. Another text is 0, what is too large is cut. */
export function int64Halves(value: number | bigint | string): { high: number; low: number } {
  const match = /^(-?)(\d{1,19})(\.|$)/.exec(String(value));
  let high = 0;
  let low = 0;
  for (const digit of match ? match[2] : "") {
    const next = low * 10 + Number(digit);
    low = next % TWO_32;
    high = high * 10 + floor(next / TWO_32);
  }
  if (high > 0x7fffffff) [high, low] = [0x7fffffff, 0xffffffff];
  if (!match || !match[1]) return { high, low };
  return { high: (~high + (low ? 0 : 1)) >>> 0, low: -low >>> 0 };
}
