#include "tests/integration/simulated_players.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace gmewatch {
namespace {

constexpr absl::Duration kBeat = absl::Milliseconds(500);
constexpr size_t kPlayersPerPlace = 10;
constexpr int kBackOffBeats = 10;
// A daemon that is up answers at last, however long the disk makes it wait. If a call were given
// up, what is kept meanwhile would arrive in one tick, which looks like a rise.
constexpr std::chrono::seconds kDeadline(60);
constexpr int64_t kLateSeconds = 900;

uint64_t ValueOf(const std::map<int32_t, uint64_t>& counts, int32_t code) {
  const auto found = counts.find(code);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

SimulatedPlayers::SimulatedPlayers(
    const std::string& ingest_address,
    const std::vector<std::pair<std::string, std::string>>& more_places)
    : client_(ingest_address) {
  std::vector<std::pair<std::string, std::string>> places = {
      {"one", "eu"}, {"one", "us"}, {"two", "eu"}, {"two", "us"}};
  places.insert(places.end(), more_places.begin(), more_places.end());
  std::mt19937 random(20260601);
  for (const auto& [app, region] : places) {
    Crowd& crowd = crowds_[{app, region}];
    for (size_t i = 0; i < kPlayersPerPlace; ++i) {
      std::string id(16, '\0');
      for (char& byte : id) byte = static_cast<char>(random());
      // A session's hash is one half XOR the other. These hashes differ by 9, so that the
      // detector counts ten senders (Senders in daemon/aggregate/counters.h).
      id[8] = static_cast<char>(id[0] ^ static_cast<char>(9 * i));
      crowd.players.emplace_back().session = MakeSession(app, region, id);
    }
  }
  thread_ = std::thread(&SimulatedPlayers::Run, this);
}

SimulatedPlayers::~SimulatedPlayers() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void SimulatedPlayers::Set(std::vector<Wave> waves) {
  absl::MutexLock lock(&mutex_);
  waves_ = std::move(waves);
}

uint64_t SimulatedPlayers::Acknowledged(int32_t code) const {
  absl::MutexLock lock(&mutex_);
  return ValueOf(acknowledged_, code);
}

uint64_t SimulatedPlayers::Kept(int32_t code) const {
  absl::MutexLock lock(&mutex_);
  return ValueOf(made_, code) - ValueOf(acknowledged_, code);
}

void SimulatedPlayers::Run() {
  for (int beats_to_wait = 0;; beats_to_wait = std::max(0, beats_to_wait - 1)) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kBeat)) return;
      Beat();
    }
    if (beats_to_wait == 0 && !DeliverAll()) beats_to_wait = kBackOffBeats;
  }
}

bool SimulatedPlayers::DeliverAll() {
  for (auto& [place, crowd] : crowds_) {
    for (Player& player : crowd.players) {
      if (!Deliver(&player)) return false;
    }
  }
  return true;
}

void SimulatedPlayers::Beat() {
  for (const Wave& wave : waves_) {
    Crowd& crowd = crowds_.at({wave.app, wave.region});
    const size_t first = wave.same ? 0 : crowd.turn;
    for (size_t i = 0; i < wave.players; ++i) {
      Player& player = crowd.players[(first + i) % crowd.players.size()];
      (wave.late ? player.late : player.in_time)[wave.code] += wave.events;
      made_[wave.code] += wave.events;
    }
  }
  for (auto& [place, crowd] : crowds_) ++crowd.turn;
}

bool SimulatedPlayers::Deliver(Player* player) {
  return Send(player, &player->in_time, false) && Send(player, &player->late, true);
}

bool SimulatedPlayers::Send(Player* player, Counts* counts, bool late) {
  if (!player->sent.has_value()) {
    if (counts->empty()) return true;
    player->sent =
        MakeRequest(player->session, ++player->sequence, {counts->begin(), counts->end()});
    if (late) player->sent->mutable_age()->set_seconds(kLateSeconds);
    counts->clear();
  }
  // Does not wait for a daemon that is down: the events are kept.
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  v1::ReportResponse response;
  if (!client_.stub().Report(&context, *player->sent, &response).ok()) return false;
  absl::MutexLock lock(&mutex_);
  for (int i = 0; i < player->sent->codes_size(); ++i) {
    acknowledged_[player->sent->codes(i)] += player->sent->counts(i);
  }
  player->sent.reset();
  return true;
}

}  // namespace gmewatch
