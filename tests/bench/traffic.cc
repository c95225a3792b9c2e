#include "tests/bench/traffic.h"

#include "absl/strings/str_cat.h"
#include "daemon/catalog/catalog.h"
#include "tests/bench/batch_bytes.h"

namespace gmewatch {
namespace {

constexpr size_t kPlaces = 8;

SessionId IdOf(uint64_t i) {
  const uint64_t mixed = (i + 1) * 0x9e3779b97f4a7c15;
  return {mixed, mixed ^ i};
}

}  // namespace

Epoch FirstEpoch() {
  Epoch epoch;
  epoch.time_ms = kTrafficTimeMs;
  epoch.policy.emplace();
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    epoch.policy->add_catalog_codes(code.value);
  }
  epoch.policy->set_max_app_regions(1024);
  epoch.policy->set_session_horizon_ms(86'400'000);
  return epoch;
}

Traffic::Traffic(size_t sessions, size_t entries, size_t versions) : sequences_(sessions) {
  for (size_t i = 0; i < kPlaces * versions; ++i) {
    origins_.emplace_back(Origin{"shooter", absl::StrCat("region-", i % kPlaces),
                                 absl::StrCat("1.", i / kPlaces), "2.9", "ios"});
  }
  for (size_t i = 0; i < entries; ++i) batch_.entries.push_back({BenchCode(i), BenchCount(i)});
}

void Traffic::Add(size_t session, Epoch* epoch) {
  batch_.session = IdOf(session);
  batch_.sequence = ++sequences_[session];
  epoch->Add(batch_, origins_[session % origins_.size()]);
}

void Traffic::AddRandom(size_t batches, Epoch* epoch) {
  for (size_t i = 0; i < batches; ++i) Add(random_.Bits() % sequences_.size(), epoch);
}

}  // namespace gmewatch
