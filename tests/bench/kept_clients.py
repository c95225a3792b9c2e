"""Clients of connections.py: one kept connection each, over HTTP/1.1 by the Connect protocol or over HTTP/2 by gRPC, with as little work of their
own as the wire allows.
"""

import asyncio
import re

PATH = b"/gmewatch.v1.ErrorReporting/Report"


def varint(number: int) -> bytes:
    out = b""
    while number >= 128:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def length_delimited(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(value)) + value


def batch(session: bytes, sequence: int) -> bytes:
    """A ReportRequest with three codes."""
    who = length_delimited(1, session) + length_delimited(2, b"demo") + length_delimited(3, b"eu")
    codes = b"".join(map(varint, (0, 1005, 7006)))
    return length_delimited(1, who) + b"\x10" + varint(sequence) + length_delimited(3, codes) + length_delimited(4, b"\x14\x01\x02")


def acknowledged(response: bytes) -> int:
    """The first field of a ReportResponse, or 0."""
    number = 0
    if response[:1] == b"\x08":
        for shift, byte in enumerate(response[1:]):
            number |= (byte & 127) << (7 * shift)
            if byte < 128:
                break
    return number


class ConnectClient:
    """One kept connection with HTTP/1.1."""

    ALPN = "http/1.1"

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def report(self, message: bytes) -> bytes:
        head = b"POST %s HTTP/1.1\r\nHost: gmewatch\r\nContent-Type: application/proto\r\nConnect-Protocol-Version: 1\r\nContent-Length: %d\r\n\r\n"
        self.writer.write(head % (PATH, len(message)) + message)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        body = await self.reader.readexactly(int(length[1]) if length else 0)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{answer!r} {body!r}")
        return body


class GrpcClient:
    """One kept connection with HTTP/2, as far as a unary call of gRPC needs it."""

    ALPN = "h2"
    DATA, HEADERS, SETTINGS, PING, GOAWAY = 0, 1, 4, 6, 7
    END_STREAM, END_HEADERS, ACK = 1, 4, 1

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.stream = 1
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.frame(self.SETTINGS, 0, 0, b""))
        scheme = b"\x87" if writer.get_extra_info("ssl_object") else b"\x86"
        content_type = b"application/grpc"
        # POST and the scheme by the static table, the others as they are.
        self.head = b"\x83" + scheme + b"\x04" + self.text(PATH) + b"\x01" + self.text(b"gmewatch") + b"\x0f\x10" + self.text(content_type) + b"\x00" + self.text(b"te") + self.text(b"trailers")

    @staticmethod
    def text(value: bytes) -> bytes:
        return bytes([len(value)]) + value

    @staticmethod
    def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
        return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

    async def report(self, message: bytes) -> bytes:
        body = b"\0" + len(message).to_bytes(4, "big") + message
        self.writer.write(self.frame(self.HEADERS, self.END_HEADERS, self.stream, self.head) + self.frame(self.DATA, self.END_STREAM, self.stream, body))
        answer = b""
        while True:
            head = await self.reader.readexactly(9)
            kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big")
            payload = await self.reader.readexactly(int.from_bytes(head[:3], "big"))
            if kind in (self.SETTINGS, self.PING) and not flags & self.ACK:
                self.writer.write(self.frame(kind, self.ACK, 0, payload if kind == self.PING else b""))
            if kind == self.GOAWAY:
                raise RuntimeError(f"GOAWAY {payload!r}")
            if stream == self.stream and kind == self.DATA:
                answer += payload
            if stream == self.stream and kind in (self.DATA, self.HEADERS) and flags & self.END_STREAM:
                self.stream += 2
                return answer[5:]
