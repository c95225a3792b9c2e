// Plays transcripts (tests/client/vectors) on what the C++ Reporter does between Report and the
// call of gRPC: its table, its batches, its pauses and how it reads an answer. Time and transport
// are the transcript's. Lines and output are those of tests/client/c/vector_player.c, but an answer
// is that of gRPC: `answer CODE HEX`, the ReportResponse or the google.rpc.Status.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "client/src/code_table.h"
#include "client/src/detail_list.h"
#include "client/src/options.h"
#include "client/src/outbox.h"
#include "client/src/outcome.h"
#include "gmewatch/reporter.h"

namespace gmewatch::client {
namespace {

std::string FromHex(const std::string& word) {
  return word == "-" ? "" : absl::HexStringToBytes(word);
}

// The names of a transcript's options with the field that has it. The defaults are those of a
// phone, which the transcripts have.
class Settings {
 public:
  Settings() {
    options_.first_flush_interval = absl::Seconds(10);
    options_.flush_interval = absl::Minutes(1);
    options_.initial_backoff = absl::Seconds(1);
    options_.max_backoff = absl::Minutes(15);
    options_.session_horizon = absl::Hours(24);
  }

  void Set(const std::string& name, const std::string& word) {
    const std::map<std::string, absl::Duration*> durations = {
        {"first_flush_ms", &options_.first_flush_interval},
        {"flush_ms", &options_.flush_interval},
        {"initial_backoff_ms", &options_.initial_backoff},
        {"max_backoff_ms", &options_.max_backoff},
        {"horizon_ms", &options_.session_horizon},
        {"timeout_ms", &timeout_},
    };
    const std::map<std::string, std::string*> texts = {
        {"app", &texts_.app},
        {"region", &texts_.region},
        {"app_version", &texts_.app_version},
        {"sdk_version", &texts_.sdk_version},
        {"platform", &texts_.platform},
    };
    if (const auto duration = durations.find(name); duration != durations.end()) {
      *duration->second = absl::Milliseconds(std::atoll(word.c_str()));
    } else if (const auto text = texts.find(name); text != texts.end()) {
      *text->second = FromHex(word);
    } else if (name == "seed") {
      seed_ = static_cast<uint32_t>(std::atoll(word.c_str()));
    }
  }

  Session MakeSession(const std::string& id) {
    FitTexts(&texts_);
    return {id, texts_.app, texts_.region, texts_.app_version, texts_.sdk_version, texts_.platform};
  }
  const OutboxOptions& options() const { return options_; }
  absl::Duration timeout() const { return timeout_; }
  uint32_t seed() const { return seed_; }

 private:
  OutboxOptions options_;
  ReporterOptions texts_;
  absl::Duration timeout_ = absl::Seconds(15);
  uint32_t seed_ = 1;
};

class Player {
 public:
  Player(Settings settings, const std::string& id)
      : settings_(std::move(settings)),
        outbox_(settings_.options(), settings_.MakeSession(id), &table_, &details_,
                settings_.seed(), now_) {}

  // The call, then what the Reporter's thread does at that time. False if the call is unknown.
  bool Step(absl::Duration at, const std::string& call, const std::vector<std::string>& words) {
    now_ = std::max(now_, at);  // as CLOCK_BOOTTIME, which never goes back
    if (call == "answer") {
      Answer(std::atoi(words[0].c_str()), FromHex(words[1]));
    } else if (call == "report") {
      table_.Add(std::atoi(words[0].c_str()), std::strtoull(words[1].c_str(), nullptr, 10));
    } else if (call == "detail") {
      details_.Add(std::atoi(words[0].c_str()), FromHex(words[1]), std::atoll(words[2].c_str()));
    } else if (call == "flush" || call == "pause") {
      outbox_.ExpediteFlush();
    } else if (call != "tick") {
      return false;
    }
    Work();
    return true;
  }

 private:
  void Answer(int code, const std::string& bytes) {
    if (!sent_.has_value()) return;
    const uint64_t sequence = sent_->sequence;
    sent_.reset();
    outbox_.Settle(now_, code == 0 ? ReadAnswer(bytes, sequence)
                                   : ReadFailure(static_cast<absl::StatusCode>(code), "", bytes));
  }

  void Work() {
    if (sent_.has_value() && now_ >= answer_due_) {
      std::puts("cancel");
      sent_.reset();
      outbox_.Settle(now_, ReadFailure(absl::StatusCode::kDeadlineExceeded, "", ""));
    }
    if (!sent_.has_value() && outbox_.NextAttempt() <= now_) Send();
    const absl::Duration next = sent_.has_value() ? answer_due_ : outbox_.NextAttempt();
    std::printf("next %lld\n", static_cast<long long>(absl::ToInt64Milliseconds(next)));
  }

  void Send() {
    sent_ = outbox_.Next(now_);
    if (!sent_.has_value()) return;
    answer_due_ = now_ + settings_.timeout();
    std::printf("post %s\n", absl::BytesToHexString(sent_->bytes).c_str());
  }

  Settings settings_;
  absl::Duration now_;
  CodeTable table_;
  DetailList details_;
  Outbox outbox_;
  std::optional<OutgoingBatch> sent_;  // until it is answered
  absl::Duration answer_due_;
};

int Play() {
  Settings settings;
  std::string id;
  std::unique_ptr<Player> player;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    std::vector<std::string> rest;
    for (std::string word; words >> word;) rest.push_back(word);
    if (kind == "option") settings.Set(rest[0], rest[1]);
    if (kind == "id" && id.empty()) id = FromHex(rest[0]);
    if (kind == "begin") player = std::make_unique<Player>(settings, id);
    if (kind != "step") continue;
    const absl::Duration at = absl::Milliseconds(std::atoll(rest[0].c_str()));
    if (player->Step(at, rest[1], {rest.begin() + 2, rest.end()})) continue;
    std::fprintf(stderr, "unknown call %s\n", rest[1].c_str());
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace gmewatch::client

int main() { return gmewatch::client::Play(); }
