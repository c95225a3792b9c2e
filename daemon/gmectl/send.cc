#include "daemon/gmectl/send.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "daemon/base/flags.h"
#include "daemon/base/text_file.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/send_report.h"
#include "gmewatch/reporter.h"

namespace gmewatch {
namespace {

constexpr uint32_t kCountMax = 1'000'000;  // what a session may report at once
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
  flags.Add("app", &to->options.app, "the app of the events; required");
  flags.Add("region", &to->options.region, "the region of the events; required");
  flags.Add("app_version", &to->options.app_version, "shown on the triage page");
  flags.Add("sdk_version", &to->options.sdk_version, "shown on the triage page");
  flags.Add("platform", &to->options.platform, "shown on the triage page");
  flags.Add("key_file", &to->key_file, "file with the app's key, if the server requires one");
  flags.Add("tls", &to->options.tls.enabled, "use TLS");
  flags.Add("ca_file", &to->ca_file, "file of authorities to trust (PEM); default: the system's");
  flags.Add("certificate_file", &to->certificate_file, "file with the client's certificate (PEM)");
  flags.Add("private_key_file", &to->private_key_file, "file with its private key (PEM)");
  flags.Add("server_name", &to->options.tls.server_name,
            "name that the server's certificate must have");
  flags.Add("timeout", &to->timeout, "how long to wait for the acknowledgement");
  flags.Add("json", &to->json, "print one line of JSON");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

absl::Status ReadFile(const std::string& path, std::string* text) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> read = ReadTextFile(path, kFileBytesMax);
  if (!read.ok()) return read.status();
  *text = *std::move(read);
  return absl::OkStatus();
}

absl::Status ReadFiles(SendFlags* flags) {
  absl::Status status = ReadFile(flags->key_file, &flags->options.key);
  absl::StripTrailingAsciiWhitespace(&flags->options.key);  // without an editor's newline
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

absl::Status CheckTimeout(absl::Duration timeout) {
  if (timeout > absl::ZeroDuration() && timeout <= kTimeoutMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--timeout is ", absl::FormatDuration(timeout), "; allowed: more than 0 to 1h"));
}

// Nothing is sent before Flush, so all events travel in one batch.
void SetTimes(SendFlags* flags) {
  using std::chrono::milliseconds;
  ReporterOptions& options = flags->options;
  options.fail_fast = true;
  options.first_flush_interval = options.flush_interval = std::chrono::hours(1);
  options.initial_backoff = milliseconds(200);
  options.max_backoff = std::chrono::seconds(2);
  options.acknowledge_timeout = std::clamp<milliseconds>(absl::ToChronoMilliseconds(flags->timeout),
                                                         milliseconds(10), std::chrono::minutes(5));
}

absl::Status FailureOf(const ReporterStats& stats, absl::Duration timeout) {
  const auto code = static_cast<absl::StatusCode>(stats.last_error_code);
  if (code == absl::StatusCode::kOk) {
    return absl::DeadlineExceededError(
        absl::StrCat("no answer within ", absl::FormatDuration(timeout)));
  }
  const std::string name = absl::StrCat(absl::StatusCodeToString(code), ": ");
  return absl::Status(code, absl::StripPrefix(stats.last_error, name));
}

int WrongUsage(absl::string_view why, std::ostream& err) {
  err << "gmectl send: " << why << "\nSee gmectl send --help.\n";
  return kExitUsage;
}

// Sends the events and waits until they are acknowledged or rejected, at most until the timeout.
void Send(const SendFlags& flags, Reporter* reporter, SendResult* result) {
  for (const CodeCount& event : result->events) reporter->Report(event.code, event.count);
  reporter->Flush(absl::ToChronoMilliseconds(flags.timeout));
  const ReporterStats stats = reporter->Stats();
  result->attempts = static_cast<int>(stats.batches_sent);
  result->exit_status = kExitGood;
  if (stats.acknowledged_events == stats.reported_events) return;
  result->status = FailureOf(stats, flags.timeout);
  // Events that are neither pending nor acknowledged were rejected.
  const bool is_rejected = stats.pending_events == 0 && !absl::IsUnimplemented(result->status);
  result->exit_status = is_rejected ? kExitBad : kExitUnreachable;
}

}  // namespace

absl::StatusOr<CodeCount> ParseCodeCount(absl::string_view text) {
  const size_t colon = text.find(':');
  const absl::string_view code = text.substr(0, colon);
  CodeCount event;
  // SimpleAtoi also accepts blanks and a plus, which are more likely mistakes in a shell command.
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
                                                   "\"; allowed: a number from 1 to 1000000"));
  }
  return event;
}

int RunSend(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  SendFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    out << "Usage: gmectl send --app=APP --region=REGION [--flag=value ...] CODE[:COUNT] ...\n"
           "Reports events to gmewatchd and waits until it has counted them.\n\n"
        << parser.Help()
        << "\nExit status: 0 all counted, 1 rejected, 2 wrong usage, 3 unreachable or not "
           "acknowledged in time.\n";
    return kExitGood;
  }
  if (status.ok()) status = ReadFiles(&flags);
  if (status.ok()) status = CheckTimeout(flags.timeout);
  if (!status.ok()) return WrongUsage(status.message(), err);
  SetTimes(&flags);
  Reporter reporter(flags.options);
  if (!reporter.error().empty()) return WrongUsage(absl::StrCat("--", reporter.error()), err);
  const absl::StatusOr<std::vector<CodeCount>> events = ParseEvents(rest);
  if (!events.ok()) return WrongUsage(events.status().message(), err);
  SendResult result;
  result.address = flags.options.address;
  result.app = flags.options.app;
  result.region = flags.options.region;
  result.events = *events;
  Send(flags, &reporter, &result);
  if (flags.json) {
    out << FormatSendJson(result);
  } else {
    (result.exit_status == kExitGood ? out : err) << FormatSendText(result);
  }
  return result.exit_status;
}

}  // namespace gmewatch
