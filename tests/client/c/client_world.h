// A client of the core in C in a world of its own: its clock, its network, its spool and a server
// that counts as gmewatchd does.
//
// Thread safety: none, but Report and Detail of the handle. Time stands still unless Pass or a wait
// of the tests moves it.
#ifndef GMEWATCH_TESTS_CLIENT_C_CLIENT_WORLD_H_
#define GMEWATCH_TESTS_CLIENT_C_CLIENT_WORLD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/c/gmewatch.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {

// What gmewatchd keeps: each batch of a session is counted once, by its number.
class CountingServer {
 public:
  // Counts the batch; returns the ReportResponse.
  std::string Take(const std::string& body);

  const std::map<int32_t, uint64_t>& events() const { return events_; }
  uint64_t EventsOf(int32_t code) const;
  uint64_t LostOf(int reason) const;
  uint64_t total() const;
  size_t sessions() const { return last_.size(); }
  uint64_t duplicates() const { return duplicates_; }

 private:
  std::map<std::string, uint64_t> last_;
  std::map<int32_t, uint64_t> events_;
  std::map<int, uint64_t> losses_;
  uint64_t duplicates_ = 0;
};

class ClientWorld {
 public:
  ClientWorld();
  ClientWorld(const ClientWorld&) = delete;
  ClientWorld& operator=(const ClientWorld&) = delete;
  ~ClientWorld();

  gmewatch_options& options() { return options_; }
  void UseSpool();

  // Makes the handle; a handle that is there ends as in a killed process.
  void Start();
  // As a killed process: not a byte of the handle is written any more.
  void Kill();
  void Destroy();
  gmewatch_client* watch() { return watch_; }
  gmewatch_stats Stats() const;
  std::string error() const { return gmewatch_error(watch_); }

  // Moves the clock to the next time that the handle asked for, and ticks; false if it asked for
  // none.
  bool Step();
  // Ticks at every time that the handle asks for until `ms` have passed.
  void Pass(int64_t ms);
  int64_t Tick();
  void set_now(int64_t now) { now_ = now; }
  int64_t now() const { return now_; }
  void MoveWallClock(int64_t ms) { wall_shift_ += ms; }

  // The last request, until it is answered.
  const std::optional<std::string>& request() const { return request_; }
  std::string url() const { return url_; }
  const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
  uint32_t request_id() const { return request_id_; }
  size_t requests() const { return requests_; }
  size_t cancels() const { return cancels_; }
  void ForgetRequest() { request_.reset(); }
  void Answer(int status, const std::string& body);
  // The server counts the request and answers.
  void Serve() { Answer(200, server_.Take(*request_)); }
  // The server counts the request; its answer is lost.
  void ServeUnheard() { server_.Take(*request_); }
  // Sends what is pending until all is settled; false if that does not happen within 100 steps.
  bool Deliver();
  CountingServer& server() { return server_; }

  // The spool takes this many more bytes; then the process is dead: nothing it does has an effect.
  void DieAfterBytes(size_t bytes) { bytes_left_ = bytes; }
  bool dead() const { return dead_; }
  void Revive();
  bool has_spool_bytes() const;
  size_t bytes_stored() const { return bytes_stored_; }
  size_t stores() const { return stores_; }
  // Failures that the system or the engine has.
  void set_random_works(bool works) { random_works_ = works; }
  void set_random_byte(int byte) { random_byte_ = byte; }
  void set_post_works(bool works) { post_works_ = works; }
  void set_store_works(bool works) { store_works_ = works; }
  // The read of a slot number, from 0; the others work. Negative: all work.
  void set_failing_read(int read) { failing_read_ = read; }

 private:
  static int Post(void* user, const gmewatch_request* request);
  static void Cancel(void* user, uint32_t id);
  static int64_t Clock(void* user);
  static int64_t WallClock(void* user);
  static int Random(void* user, void* bytes, size_t size);
  static int LoadSpool(void* user, size_t offset, void* bytes, size_t size);
  static int StoreSpool(void* user, size_t offset, const void* bytes, size_t size);
  static void EraseSpool(void* user);

  gmewatch_options options_;
  std::vector<uint64_t> memory_;
  gmewatch_client* watch_ = nullptr;
  CountingServer server_;
  int64_t now_ = 1000;
  int64_t next_ = 0;
  int64_t wall_shift_ = 0;
  std::optional<std::string> request_;
  uint32_t request_id_ = 0;
  std::string url_;
  std::vector<std::pair<std::string, std::string>> headers_;
  size_t requests_ = 0;
  size_t cancels_ = 0;
  std::array<uint8_t, GMEWATCH_SPOOL_SIZE> spool_ = {};
  size_t bytes_left_ = SIZE_MAX;
  size_t bytes_stored_ = 0;
  size_t stores_ = 0;
  bool dead_ = false;
  bool random_works_ = true;
  int random_byte_ = -1;
  bool post_works_ = true;
  bool store_works_ = true;
  int failing_read_ = -1;
  uint8_t ids_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLIENT_C_CLIENT_WORLD_H_
