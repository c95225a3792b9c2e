#include "tests/client/c/client_world.h"

#include <algorithm>
#include <cstring>

namespace gmewatch {

std::string CountingServer::Take(const std::string& body) {
  v1::ReportRequest request;
  v1::ReportResponse response;
  if (!request.ParseFromString(body) || request.session().id().size() != 16) return "";
  uint64_t& last = last_[request.session().id()];
  if (request.sequence() <= last) {
    ++duplicates_;
  } else {
    last = request.sequence();
    for (int i = 0; i < request.codes_size(); ++i) events_[request.codes(i)] += request.counts(i);
    for (const v1::ClientLoss& loss : request.losses()) losses_[loss.reason()] += loss.events();
  }
  response.set_acknowledged_sequence(last);
  return response.SerializeAsString();
}

uint64_t CountingServer::EventsOf(int32_t code) const {
  const auto found = events_.find(code);
  return found == events_.end() ? 0 : found->second;
}

uint64_t CountingServer::LostOf(int reason) const {
  const auto found = losses_.find(reason);
  return found == losses_.end() ? 0 : found->second;
}

uint64_t CountingServer::total() const {
  uint64_t sum = 0;
  for (const auto& [code, events] : events_) sum += events;
  return sum;
}

ClientWorld::ClientWorld() : options_(gmewatch_defaults()) {
  options_.url = "https://gmewatch.example.com";
  options_.app = "demo";
  options_.region = "eu";
  options_.consent = GMEWATCH_CONSENT_GRANTED;
  options_.seed = 1234567890;
  options_.user = this;
  options_.post = Post;
  options_.cancel = Cancel;
  options_.clock = Clock;
  options_.wall_clock = WallClock;
  options_.random = Random;
}

ClientWorld::~ClientWorld() { Destroy(); }

void ClientWorld::UseSpool() {
  options_.spool_load = LoadSpool;
  options_.spool_store = StoreSpool;
  options_.spool_erase = EraseSpool;
}

void ClientWorld::Start() {
  Kill();
  memory_.assign(gmewatch_size() / 8 + 1, 0);
  watch_ = gmewatch_create_in(memory_.data(), memory_.size() * 8, &options_);
  next_ = now_;
}

void ClientWorld::Kill() {
  watch_ = nullptr;
  request_.reset();
}

void ClientWorld::Destroy() {
  gmewatch_destroy(watch_);
  Kill();
}

gmewatch_stats ClientWorld::Stats() const {
  gmewatch_stats stats;
  gmewatch_get_stats(watch_, &stats);
  return stats;
}

int64_t ClientWorld::Tick() {
  next_ = gmewatch_tick(watch_);
  return next_;
}

bool ClientWorld::Step() {
  if (next_ == GMEWATCH_NEVER) return false;
  now_ = std::max(now_, next_);
  Tick();
  return true;
}

void ClientWorld::Pass(int64_t ms) {
  const int64_t end = now_ + ms;
  while (next_ <= end) Step();
  now_ = end;
  Tick();
}

void ClientWorld::Answer(int status, const std::string& body) {
  const uint32_t id = request_id_;
  request_.reset();
  gmewatch_on_response(watch_, id, status, body.data(), body.size());
  Tick();
}

bool ClientWorld::Deliver() {
  for (int i = 0; i < 100; ++i) {
    const gmewatch_stats stats = Stats();
    if (stats.pending_events == 0 && !request_.has_value()) return true;
    if (request_.has_value()) {
      Serve();
    } else if (!Step()) {
      return false;
    }
  }
  return false;
}

void ClientWorld::Revive() {
  dead_ = false;
  bytes_left_ = SIZE_MAX;
}

bool ClientWorld::has_spool_bytes() const {
  return std::any_of(spool_.begin(), spool_.end(), [](uint8_t byte) { return byte != 0; });
}

int ClientWorld::Post(void* user, const gmewatch_request* request) {
  auto* world = static_cast<ClientWorld*>(user);
  if (world->dead_) return 1;
  if (!world->post_works_) return 0;
  world->request_.emplace(static_cast<const char*>(request->body), request->body_size);
  world->request_id_ = request->id;
  world->url_ = request->url;
  world->headers_.clear();
  for (size_t i = 0; i < request->header_count; ++i) {
    world->headers_.emplace_back(request->headers[i].name, request->headers[i].value);
  }
  ++world->requests_;
  return 1;
}

void ClientWorld::Cancel(void* user, uint32_t id) {
  auto* world = static_cast<ClientWorld*>(user);
  if (id == world->request_id_) world->request_.reset();
  ++world->cancels_;
}

int64_t ClientWorld::Clock(void* user) { return static_cast<ClientWorld*>(user)->now_; }

int64_t ClientWorld::WallClock(void* user) {
  const auto* world = static_cast<ClientWorld*>(user);
  return 1'700'000'000'000 + world->now_ + world->wall_shift_;
}

int ClientWorld::Random(void* user, void* bytes, size_t size) {
  auto* world = static_cast<ClientWorld*>(user);
  if (!world->random_works_) return 0;
  auto* to = static_cast<uint8_t*>(bytes);
  for (size_t i = 0; i < size; ++i) to[i] = static_cast<uint8_t>(17 * i + world->ids_);
  ++world->ids_;
  if (world->random_byte_ >= 0) std::memset(bytes, world->random_byte_, size);
  return 1;
}

int ClientWorld::LoadSpool(void* user, size_t offset, void* bytes, size_t size) {
  auto* world = static_cast<ClientWorld*>(user);
  if (world->failing_read_ >= 0 && world->failing_read_-- == 0) return -1;
  std::memcpy(bytes, world->spool_.data() + offset, size);
  return static_cast<int>(size);
}

int ClientWorld::StoreSpool(void* user, size_t offset, const void* bytes, size_t size) {
  auto* world = static_cast<ClientWorld*>(user);
  if (world->dead_ || !world->store_works_) return 0;
  const size_t written = std::min(size, world->bytes_left_);
  std::memcpy(world->spool_.data() + offset, bytes, written);
  world->bytes_stored_ += written;
  if (world->bytes_left_ != SIZE_MAX) world->bytes_left_ -= written;
  world->dead_ = written < size;
  // What was cut off may have stood there already.
  if (std::memcmp(world->spool_.data() + offset, bytes, size) == 0) ++world->stores_;
  return world->dead_ ? 0 : 1;
}

void ClientWorld::EraseSpool(void* user) { static_cast<ClientWorld*>(user)->spool_.fill(0); }

}  // namespace gmewatch
