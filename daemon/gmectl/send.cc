#include "daemon/gmectl/send.h"

#include <algorithm>
#include <limits>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/src/backoff.h"
#include "client/src/monitor.h"
#include "client/src/options.h"
#include "client/src/sender.h"
#include "daemon/base/flags.h"
#include "daemon/base/text_file.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/send_report.h"

namespace gmewatch {
namespace {

using client::Outcome;

constexpr uint32_t kCountMax = 1'000'000'000;
constexpr size_t kEntriesMax = 512;
constexpr size_t kFileBytesMax = 1 << 20;  // of a key or a PEM file
constexpr absl::Duration kTimeoutMax = absl::Hours(1);

struct SendFlags {
  ReporterOptions options;
  std::string key_file;
  std::string ca_file;
  std::string certificate_file;
  std::string private_key_file;
  absl::Duration timeout = absl::Seconds(10);
  bool json = false;
  bool help = false;
};

Flags MakeFlags(SendFlags* to) {
  to->options.address = "127.0.0.1:4747";
  Flags flags;
  flags.Add("address", &to->options.address, "HOST:PORT of gmewatchd");
  flags.Add("app", &to->options.app, "whose events they are; must be given");
  flags.Add("region", &to->options.region, "where they happened; must be given");
  flags.Add("app_version", &to->options.app_version, "for the triage page");
  flags.Add("sdk_version", &to->options.sdk_version, "for the triage page");
  flags.Add("platform", &to->options.platform, "for the triage page");
  flags.Add("key_file", &to->key_file, "file with the app's key, where the server asks for one");
  flags.Add("tls", &to->options.tls.enabled, "speak TLS");
  flags.Add("ca_file", &to->ca_file, "authorities to trust (PEM); else the system's");
  flags.Add("certificate_file", &to->certificate_file, "our own certificate (PEM)");
  flags.Add("private_key_file", &to->private_key_file, "and its key (PEM)");
  flags.Add("server_name", &to->options.tls.server_name, "what the server's certificate must say");
  flags.Add("timeout", &to->timeout, "how long to wait for the acknowledgement");
  flags.Add("json", &to->json, "one line of JSON");
  flags.Add("help", &to->help, "this text");
  return flags;
}

absl::Status ReadFile(const std::string& path, std::string* text) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> read = ReadTextFile(path, kFileBytesMax);
  if (read.ok()) *text = *std::move(read);
  return read.status();
}

absl::Status ReadFiles(SendFlags* flags) {
  absl::Status status = ReadFile(flags->key_file, &flags->options.key);
  absl::StripTrailingAsciiWhitespace(&flags->options.key);  // an editor's newline is not the key's
  status.Update(ReadFile(flags->ca_file, &flags->options.tls.root_certificates));
  status.Update(ReadFile(flags->certificate_file, &flags->options.tls.certificate_chain));
  status.Update(ReadFile(flags->private_key_file, &flags->options.tls.private_key));
  return status;
}

absl::StatusOr<std::vector<CodeCount>> ParseEvents(const std::vector<std::string>& arguments) {
  std::vector<CodeCount> events;
  for (const std::string& argument : arguments) {
    const absl::StatusOr<CodeCount> event = ParseCodeCount(argument);
    if (!event.ok()) return event.status();
    events.push_back(*event);
  }
  if (!events.empty() && events.size() <= kEntriesMax) return events;
  return absl::InvalidArgumentError(
      absl::StrCat(events.size(), " codes are given; allowed: 1 to ", kEntriesMax));
}

absl::StatusOr<std::vector<CodeCount>> Check(const std::vector<std::string>& arguments,
                                             SendFlags* flags) {
  const absl::Status read = ReadFiles(flags);
  if (!read.ok()) return read;
  const std::string fault = client::FindFault(flags->options);
  if (!fault.empty()) return absl::InvalidArgumentError(absl::StrCat("--", fault));
  if (flags->timeout <= absl::ZeroDuration() || flags->timeout > kTimeoutMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--timeout is ", absl::FormatDuration(flags->timeout), "; allowed: more than 0 to 1h"));
  }
  return ParseEvents(arguments);
}

v1::ReportRequest MakeBatch(const ReporterOptions& options, const std::vector<CodeCount>& events,
                            std::random_device* random) {
  v1::ReportRequest batch;
  v1::Session& session = *batch.mutable_session();
  std::uniform_int_distribution<int> byte(0, 255);
  while (session.id().size() < 16)
    session.mutable_id()->push_back(static_cast<char>(byte(*random)));
  session.set_app(options.app);
  session.set_region(options.region);
  session.set_app_version(options.app_version);
  session.set_sdk_version(options.sdk_version);
  session.set_platform(options.platform);
  batch.set_sequence(1);
  batch.mutable_age();
  for (const CodeCount& event : events) {
    batch.add_codes(event.code);
    batch.add_counts(event.count);
  }
  return batch;
}

// What is no use to try again: unlike a game, a person is there to mend it.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsUnauthenticated(status) ||
         absl::IsPermissionDenied(status);
}

void Pause(absl::Duration until) {
  client::Monitor monitor;
  const client::MonitorLock lock(&monitor);
  monitor.AwaitUntil(until, [] { return false; });  // nothing can happen before
}

// Sends the batch until it is settled or the time is over.
void Send(const SendFlags& flags, const v1::ReportRequest& batch, uint32_t seed,
          SendResult* result) {
  client::Sender sender(flags.options.address, flags.options.key, flags.options.tls);
  client::Backoff backoff(absl::Milliseconds(200), absl::Seconds(2), seed);
  const absl::Duration end = client::Monotonic() + flags.timeout;
  while (true) {
    ++result->attempts;
    const Outcome outcome = sender.Send(batch, end - client::Monotonic());
    result->status = outcome.status;
    if (outcome.status.ok() && outcome.acknowledged_sequence >= batch.sequence()) {
      result->exit_status = kExitGood;
      return;
    }
    if (outcome.status.ok()) {
      result->status = absl::UnavailableError("the server has not settled the batch yet");
    }
    result->exit_status = IsRefusal(outcome.status) ? kExitBad : kExitUnreachable;
    if (result->exit_status == kExitBad || absl::IsUnimplemented(outcome.status)) return;
    const absl::Duration next =
        client::Monotonic() + backoff.Next() + outcome.retry_delay.value_or(absl::ZeroDuration());
    if (next >= end) return;
    Pause(next);
  }
}

}  // namespace

absl::StatusOr<CodeCount> ParseCodeCount(absl::string_view text) {
  const size_t colon = text.find(':');
  const absl::string_view code = text.substr(0, colon);
  CodeCount event;
  // SimpleAtoi takes blanks and a plus, which are more likely slips of the shell.
  const auto is_number = [](absl::string_view digits) {
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) {
      return absl::ascii_isdigit(static_cast<unsigned char>(c));
    });
  };
  if (!is_number(absl::StripPrefix(code, "-")) || !absl::SimpleAtoi(code, &event.code)) {
    return absl::InvalidArgumentError(absl::StrCat("the code of \"", text, "\" is \"", code,
                                                   "\"; allowed: a number from -2147483648 to "
                                                   "2147483647, as CODE or CODE:COUNT"));
  }
  if (colon == absl::string_view::npos) return event;
  const absl::string_view count = text.substr(colon + 1);
  if (!is_number(count) || !absl::SimpleAtoi(count, &event.count) || event.count < 1 ||
      event.count > kCountMax) {
    return absl::InvalidArgumentError(absl::StrCat("the count of \"", text, "\" is \"", count,
                                                   "\"; allowed: a number from 1 to 1000000000"));
  }
  return event;
}

int RunSend(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  SendFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> rest;
  const absl::Status parsed = parser.Parse(arguments, &rest);
  if (parsed.ok() && flags.help) {
    out << "Usage: gmectl send --app=APP --region=REGION [--flag=value ...] CODE[:COUNT] ...\n"
           "Reports events to gmewatchd and waits until it has counted them.\n\n"
        << parser.Help()
        << "\nExit status: 0 all counted, 1 refused, 2 wrong usage, 3 unreachable or not "
           "acknowledged in time.\n";
    return kExitGood;
  }
  const absl::StatusOr<std::vector<CodeCount>> events =
      parsed.ok() ? Check(rest, &flags) : absl::StatusOr<std::vector<CodeCount>>(parsed);
  if (!events.ok()) {
    err << "gmectl send: " << events.status().message() << "\nSee gmectl send --help.\n";
    return kExitUsage;
  }
  std::random_device random;
  SendResult result;
  result.address = flags.options.address;
  result.app = flags.options.app;
  result.region = flags.options.region;
  result.events = *events;
  Send(flags, MakeBatch(flags.options, *events, &random), random(), &result);
  if (flags.json) {
    out << FormatSendJson(result);
  } else {
    (result.exit_status == kExitGood ? out : err) << FormatSendText(result);
  }
  return result.exit_status;
}

}  // namespace gmewatch
