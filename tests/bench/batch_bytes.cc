#include "tests/bench/batch_bytes.h"

#include <vector>

#include "daemon/catalog/catalog.h"
#include "daemon/model/limits.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

const std::vector<int32_t>& Codes() {
  static const std::vector<int32_t>* const codes = [] {
    auto* all = new std::vector<int32_t>();  // NOLINT: lives as long as the process
    const Catalog catalog = Catalog::Embedded();
    for (const CatalogCode& code : catalog.codes()) all->push_back(code.value);
    all->push_back(kSuccessCode);
    return all;
  }();
  return *codes;
}

}  // namespace

int32_t BenchCode(size_t i) { return Codes()[i % Codes().size()]; }

uint32_t BenchCount(size_t i) { return static_cast<uint32_t>(i % 8 + 1); }

v1::ReportRequest BenchRequest(size_t entries) {
  v1::ReportRequest request;
  for (size_t i = 0; i < entries; ++i) {
    request.add_codes(BenchCode(i));
    request.add_counts(BenchCount(i));
  }
  return request;
}

uint64_t BenchEvents(size_t entries) {
  uint64_t events = 0;
  for (size_t i = 0; i < entries; ++i) events += BenchCount(i);
  return events;
}

std::string SessionPart(const std::string& id, const std::string& app, const std::string& region) {
  v1::ReportRequest request;
  *request.mutable_session() = MakeSession(app, region, id);
  return request.SerializeAsString();
}

std::string SequencePart(uint64_t sequence) {
  std::string part = "\x10";  // field 2, varint
  for (; sequence >= 0x80; sequence >>= 7) part += static_cast<char>(sequence | 0x80);
  return part += static_cast<char>(sequence);
}

std::string EntriesPart(size_t entries) { return BenchRequest(entries).SerializeAsString(); }

}  // namespace gmewatch
