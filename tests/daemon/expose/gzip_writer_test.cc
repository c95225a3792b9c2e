#include "daemon/expose/gzip_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/daemon/expose/inflate.h"

namespace gmewatch {
namespace {

TEST(GzipWriterTest, ComesOutAsItWentIn) {
  std::mt19937 random(7);
  std::string noise(700'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  std::string lines;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&lines, "gme_error_events_total ", i, "\n");
  for (const std::string& text : {std::string(), std::string("x"), lines, noise}) {
    for (const size_t piece : {size_t{1000}, ChunkWriter::kChunkBytes, size_t{1'000'000'000}}) {
      std::string bytes;
      int ends = 0;
      const auto sink = [&](absl::string_view chunk) {
        EXPECT_LE(chunk.size(), ChunkWriter::kChunkBytes);
        ends += chunk.empty() ? 1 : 0;
        bytes.append(chunk.data(), chunk.size());
        return true;
      };
      GzipWriter gzip(sink);
      for (size_t at = 0; at < text.size(); at += piece) {
        ASSERT_TRUE(gzip.Write(absl::string_view(text).substr(at, piece)));
      }
      ASSERT_TRUE(gzip.Write(""));
      EXPECT_EQ(ends, 1);
      EXPECT_TRUE(Inflate(bytes) == text) << text.size() << " bytes in pieces of " << piece;
    }
  }
}

TEST(GzipWriterTest, EndsWithItsSink) {
  int calls = 0;
  const auto sink = [&calls](absl::string_view) { return ++calls < 3; };
  GzipWriter gzip(sink);
  std::mt19937 random(7);
  std::string noise(100'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  int written = 0;
  while (gzip.Write(noise)) ++written;
  EXPECT_LT(written, 10);
  EXPECT_FALSE(gzip.Write(noise));
  EXPECT_FALSE(gzip.Write(""));
  EXPECT_EQ(calls, 3) << "a sink is not called again after it has ended";
}

}  // namespace
}  // namespace gmewatch
