// Players of two apps in two regions, as a detector of spikes meets them: each is a session that
// reports now and then, keeps what could not be delivered and sends it again as it was. Sessions
// are the same in every run, so that chance decides nothing.
//
// Thread safety: every method may be called from any thread; the players have one of their own.
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

// What some players of a place report, every half second.
struct Wave {
  std::string app;
  std::string region;
  int32_t code = 0;
  uint32_t events = 1;  // of each player
  size_t players = 1;   // that take turns; 10 are all of them
  bool same = false;    // no turns: always the same players
  bool late = false;    // it happened a quarter of an hour ago
};

class SimulatedPlayers {
 public:
  // They report to a daemon at this address, whichever process has it. `more_places`: (app, region)
  // besides those of the two apps.
  explicit SimulatedPlayers(
      const std::string& ingest_address,
      const std::vector<std::pair<std::string, std::string>>& more_places = {});
  SimulatedPlayers(const SimulatedPlayers&) = delete;
  SimulatedPlayers& operator=(const SimulatedPlayers&) = delete;
  ~SimulatedPlayers();

  // From now on these and no others.
  void Set(std::vector<Wave> waves);

  // Events of a code that were acknowledged, and those that wait.
  uint64_t Acknowledged(int32_t code) const;
  uint64_t Kept(int32_t code) const;

 private:
  using Counts = std::map<int32_t, uint32_t>;
  struct Player {
    v1::Session session;
    uint64_t sequence = 0;
    Counts in_time;
    Counts late;
    std::optional<v1::ReportRequest> sent;  // and not acknowledged
  };
  struct Crowd {
    std::vector<Player> players;
    size_t turn = 0;
  };

  void Run();
  void Beat() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // False where nobody answers: then none tries again for five seconds.
  bool DeliverAll();
  bool Deliver(Player* player);
  bool Send(Player* player, Counts* counts, bool late);

  WireClient client_;
  std::map<std::pair<std::string, std::string>, Crowd> crowds_;  // of the thread

  mutable absl::Mutex mutex_;
  std::vector<Wave> waves_ ABSL_GUARDED_BY(mutex_);
  std::map<int32_t, uint64_t> made_ ABSL_GUARDED_BY(mutex_);
  std::map<int32_t, uint64_t> acknowledged_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_SIMULATED_PLAYERS_H_
