// Runs every fuzz target on its corpus (corpus/) and on the inputs that once failed (regressions/).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

namespace fs = std::filesystem;

int ReplayFolder(const fs::path& folder, void (*target)(absl::string_view)) {
  int inputs = 0;
  if (!fs::exists(folder)) return inputs;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    // A broken rule aborts the process; the last printed name is its input.
    std::cout << entry.path().filename().string() << std::endl;
    std::ifstream file(entry.path(), std::ios::binary);
    target(std::string(std::istreambuf_iterator<char>(file), {}));
    ++inputs;
  }
  return inputs;
}

void Replay(const char* name, void (*target)(absl::string_view)) {
  EXPECT_GT(ReplayFolder(fs::path(FUZZ_DIR) / "corpus" / name, target), 0) << "no corpus";
  ReplayFolder(fs::path(FUZZ_DIR) / "regressions" / name, target);
}

TEST(FuzzReplayTest, BatchesAreReadAsTheGeneratedParserReadsThem) { Replay("batch", FuzzBatch); }

TEST(FuzzReplayTest, ConnectRequestsAreReadOrAnsweredWithJson) { Replay("connect", FuzzConnect); }

TEST(FuzzReplayTest, TheCoreInCReadsAndWritesAsProtobufDoes) { Replay("core", FuzzCore); }

TEST(FuzzReplayTest, EpochsSurviveARoundTripAndCountOnce) { Replay("epoch", FuzzEpoch); }

TEST(FuzzReplayTest, CataloguesSurviveARoundTripOrNameTheError) { Replay("catalog", FuzzCatalog); }

TEST(FuzzReplayTest, SettingsSurviveARoundTripOrNameTheError) { Replay("settings", FuzzSettings); }

TEST(FuzzReplayTest, ADamagedCheckpointIsNamed) { Replay("checkpoint", FuzzCheckpoint); }

TEST(FuzzReplayTest, ADamagedDetectorStateIsNamed) { Replay("detector", FuzzDetector); }

TEST(FuzzReplayTest, ADamagedHistoryIsNamed) { Replay("history", FuzzHistory); }

TEST(FuzzReplayTest, ARequestToTheAdminPortIsReadWithinItsBounds) {
  Replay("request", FuzzRequest);
}

TEST(FuzzReplayTest, ATokenHasItsForm) { Replay("token", FuzzToken); }

}  // namespace
}  // namespace gmewatch
