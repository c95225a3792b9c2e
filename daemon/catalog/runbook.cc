#include "daemon/catalog/runbook.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "daemon/catalog/related_codes.h"

namespace gmewatch {
namespace {

// What players notice. The first row that fits decides; an empty word fits all.
struct ImpactRow {
  absl::string_view severity;
  absl::string_view category;
  absl::string_view subcategory;
  absl::string_view text;
};

constexpr std::array kImpacts = {
    ImpactRow{
        "benign", "", "",
        "None that players notice: by the document the operation counts as successful, or the "
        "code can be ignored."},
    ImpactRow{"warning", "client", "",
              "Voice goes on as it was before the call; players only miss the change that the game "
              "asked for."},
    ImpactRow{"warning", "voice_message", "recording",
              "A voice message may be recorded without sound: its sender sees nothing wrong, its "
              "receivers hear nothing."},
    ImpactRow{"warning", "voice_message", "speech_to_text",
              "The voice message itself is there and can be heard; only its text is missing."},
    ImpactRow{"", "client", "",
              "The SDK on the player's device could not do what the game asked of it. Players may "
              "fail to enter, change or leave a voice room, or cannot speak or hear in it."},
    ImpactRow{"", "server", "",
              "GME's servers turned an operation down or did not complete it. Players may fail to "
              "enter a voice room, or are in it without what they asked for."},
    ImpactRow{"", "voice_message", "recording",
              "A voice message is not recorded: the player speaks, and there is nothing to send."},
    ImpactRow{"", "voice_message", "upload",
              "A recorded voice message does not leave the device: its receivers never get it."},
    ImpactRow{"", "voice_message", "download",
              "A voice message that was sent cannot be fetched: its receivers see it and hear "
              "nothing."},
    ImpactRow{"", "voice_message", "playback",
              "A voice message does not play: the player taps it and hears nothing."},
    ImpactRow{"", "voice_message", "speech_to_text",
              "A voice message gets no text: players who read instead of listening miss it."},
};

// Who must act, whom it hits, and what to look at first and second.
struct ActionRow {
  absl::string_view action;
  absl::string_view who;
  absl::string_view reach;
  absl::string_view first;
  absl::string_view second;
};

constexpr std::array kActions = {
    ActionRow{"none", "nobody: single events need no action", "",
              "Rate: as long as it is steady there is nothing to do.",
              "Version: a rate that jumped tells of a game that makes the call more often, or of "
              "trouble elsewhere. Compare the shares of app_version now and before."},
    ActionRow{
        "fix_app", "the game's developers: the call, its order, its arguments, its files",
        "It hits all players whose version of the game does this.",
        "Version: compare the shares of app_version, sdk_version and platform now and before. "
        "One that grew names the build that brought it.",
        "Place: all regions of one app confirm that it is the build. One region alone points "
        "at what only this region has, such as an event, content or a setting."},
    ActionRow{"player_device", "the player: microphone, phone, computer",
              "It usually hits single players, on their own devices.",
              "Platform: compare the shares of platform and app_version now and before. Single "
              "players do not rise together: one platform that grew points at an update of the "
              "system or of the game.",
              "Place: spread over all regions confirms that it is no matter of one place."},
    ActionRow{
        "network", "whoever looks after the way from the player to GME",
        "It hits all who share the failing way, often a whole region or provider.",
        "Place: one region in all apps points at the network there. All regions at once point "
        "at GME or, where it is one app alone, at its new version.",
        "Reach: try from the place that is hit whether the external network, and through it "
        "GME, answers."},
    ActionRow{
        "credentials", "whoever issues keys and signatures",
        "It hits all who carry the same key or signature, mostly at once.",
        "Place: one app in all its regions points at its key or at the service that signs for "
        "it. Several apps point at what they share.",
        "Start: compare the start with when the key was changed, when the signature expires, and "
        "with the clock of the machine that signs. A rise from one moment to the next that "
        "stays is a key; one that grows slowly is signatures that expire one by one."},
    ActionRow{
        "configuration", "whoever sets up the GME console or the project",
        "It hits all players of the app that is set up this way.",
        "Place: one app in all its regions points at its setup. One platform of it points at "
        "the project's settings for this platform.",
        "Start: compare the start with the last change in the GME console and in the project, "
        "and with releases."},
    ActionRow{"vendor", "the makers of GME", "It hits all apps that use this part of GME.",
              "Place: several apps at the same time confirm that none of the games did it.",
              "Report: have ready since when, which regions and SDK versions, and at what rate."},
    ActionRow{"read_logs", "unknown until someone has read the real error code in the logs",
              "Whom it hits depends on the real error code.",
              "Underlying codes: the details that clients send have the real error code and the "
              "operation; the most frequent ones come first (triage page, gmectl explain --live). "
              "Where there are none, take them from the logs of a client that is hit.",
              "Place and version: compare the shares of app, region, app_version, sdk_version and "
              "platform now and before. What grew tells whose logs to read."},
};

const ActionRow& RowOf(const CatalogCode& code) {
  const auto* const row =
      std::find_if(kActions.begin(), kActions.end(),
                   [&](const ActionRow& each) { return each.action == code.action; });
  if (row == kActions.end()) std::abort();  // no code of a catalogue: those are checked
  return *row;
}

std::string ImpactOf(const CatalogCode& code, absl::string_view reach) {
  const auto fits = [](absl::string_view wanted, const std::string& word) {
    return wanted.empty() || wanted == word;
  };
  const auto* const row =
      std::find_if(kImpacts.begin(), kImpacts.end(), [&](const ImpactRow& each) {
        return fits(each.severity, code.severity) && fits(each.category, code.category) &&
               fits(each.subcategory, code.subcategory);
      });
  if (row == kImpacts.end()) std::abort();
  const bool is_noticed = code.severity != "benign" && !reach.empty();
  return absl::StrCat(row->text, is_noticed ? " " : "", is_noticed ? reach : "");
}

// "upload" of the voice messages, "server" of the rest.
absl::string_view StepOf(const CatalogCode& code) {
  return code.subcategory.empty() ? code.category : code.subcategory;
}

std::string RisingWith(const CatalogCode& code, const std::vector<int32_t>& related) {
  if (related.empty()) {
    return absl::StrCat(
        "Codes rising with it: the document has none for the same trouble. Others of ",
        StepOf(code), " that rise in the same place may share its cause.");
  }
  return absl::StrCat(
      "Codes rising with it: ", absl::StrJoin(related, ", "),
      related.size() == 1 ? " tells" : " tell",
      " of the same trouble elsewhere. Where they rise in the same place look for one "
      "cause; where ",
      code.value, " rises alone the trouble is in its own operation.");
}

std::vector<std::string> StepsFor(const CatalogCode& code, const ActionRow& action,
                                  const std::vector<int32_t>& related) {
  std::vector<std::string> steps = {std::string(action.first), std::string(action.second)};
  // Nothing is wrong, so there is nothing to find.
  if (code.severity == "benign") return steps;
  steps.push_back(RisingWith(code, related));
  steps.emplace_back(
      "Players: many events of few new sessions are clients that try without end and no wave. "
      "Count "
      "the players before their events.");
  if (!absl::StartsWith(action.second, "Start:")) {
    steps.emplace_back(
        "Start: what changed then? A release, a key, a setting, work on the network.");
  }
  return steps;
}

// Each says at its end what it shows; PromQL takes that for a comment.
std::vector<std::string> QueriesFor(const CatalogCode& code, const std::vector<int32_t>& related) {
  std::vector<std::string> queries = {
      absl::Substitute("sum by (app, region) (rate(gme_error_events_total{code=\"$0\"}[5m]))"
                       "  # events a second, by place",
                       code.value),
      absl::Substitute("gme_spike_observed_rate{code=\"$0\"} / gme_spike_expected_rate{code=\"$0\"}"
                       "  # of a spike: times what is usual",
                       code.value),
      // With one session at least, because a loop that goes on has no new ones.
      absl::Substitute("sum by (app, region) (increase(gme_error_events_total{code=\"$0\"}[1h])) / "
                       "clamp_min(sum by (app, region) "
                       "(increase(gme_error_sessions_total{code=\"$0\"}[1h])), 1)"
                       "  # events for each new session",
                       code.value)};
  if (related.empty()) {
    queries.push_back(absl::Substitute(
        "topk(10, sum by (code) (rate(gme_error_events_total{category=\"$0\"}[5m])) * on (code) "
        "group_left (name) gme_error_code_info{subcategory=\"$1\"})  # what else fails in $2",
        code.category, code.subcategory, StepOf(code)));
  } else {
    queries.push_back(
        absl::Substitute("sum by (code, region) (rate(gme_error_events_total{code=~\"$0|$1\"}[5m]))"
                         "  # with the codes of the same trouble",
                         code.value, absl::StrJoin(related, "|")));
  }
  return queries;
}

}  // namespace

Runbook RunbookFor(const CatalogCode& code, const Catalog& catalog) {
  const ActionRow& action = RowOf(code);
  Runbook runbook;
  runbook.description = code.description;
  runbook.cause = code.cause;
  runbook.impact = ImpactOf(code, action.reach);
  runbook.related = RelatedCodes(code, catalog);
  runbook.steps = StepsFor(code, action, runbook.related);
  runbook.queries = QueriesFor(code, runbook.related);
  runbook.solution = code.solution;
  runbook.who = std::string(action.who);
  return runbook;
}

}  // namespace gmewatch
