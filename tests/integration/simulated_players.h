// Players of two apps in two regions for tests of the spike detector. Each player is a session that
// reports every half second, keeps what could not be delivered and sends it again unchanged.
// Sessions are the same in every run, so that nothing depends on chance.
//
// Not a Reporter (reporter.h), which has a random session and a thread for each player; not the
// load of tests/bench, which stops at the first error.
//
// Thread safety: every method may be called from any thread; the players share one of their own.
#ifndef GMEWATCH_TESTS_INTEGRATION_SIMULATED_PLAYERS_H_
#define GMEWATCH_TESTS_INTEGRATION_SIMULATED_PLAYERS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/wire_client.h"

namespace gmewatch {

// Events that some players of an (app, region) report every half second.
struct Wave {
  std::string app;
  std::string region;
  int32_t code = 0;
  uint32_t events = 1;  // by each of the players
  size_t players = 1;   // of ten, in turn
  bool same = false;    // always the same players, not in turn
  bool late = false;    // the events are a quarter of an hour old
};

class SimulatedPlayers {
 public:
  // The players report to the daemon at this address; it may be restarted. `more_places`: (app,
  // region) pairs besides those of the two apps.
  explicit SimulatedPlayers(
      const std::string& ingest_address,
      const std::vector<std::pair<std::string, std::string>>& more_places = {});
  SimulatedPlayers(const SimulatedPlayers&) = delete;
  SimulatedPlayers& operator=(const SimulatedPlayers&) = delete;
  ~SimulatedPlayers();

  // Replaces all waves.
  void Set(std::vector<Wave> waves);

  // Acknowledged events of a code.
  uint64_t Acknowledged(int32_t code) const;
  // Events of a code that are not acknowledged yet.
  uint64_t Kept(int32_t code) const;

 private:
  using Counts = std::map<int32_t, uint32_t>;
  struct Player {
    v1::Session session;
    uint64_t sequence = 0;
    Counts in_time;
    Counts late;
    std::optional<v1::ReportRequest> sent;  // and not acknowledged yet
  };
  struct Crowd {
    std::vector<Player> players;
    size_t turn = 0;
  };

  void Run();
  void Beat() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns false if the daemon does not answer; the next attempt is five seconds later.
  bool DeliverAll();
  bool Deliver(Player* player);
  bool Send(Player* player, Counts* counts, bool late);

  WireClient client_;
  std::map<std::pair<std::string, std::string>, Crowd> crowds_;  // used by the thread only

  mutable absl::Mutex mutex_;
  std::vector<Wave> waves_ ABSL_GUARDED_BY(mutex_);
  std::map<int32_t, uint64_t> made_ ABSL_GUARDED_BY(mutex_);
  std::map<int32_t, uint64_t> acknowledged_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_SIMULATED_PLAYERS_H_
