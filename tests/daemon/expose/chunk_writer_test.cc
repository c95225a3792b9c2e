#include "daemon/expose/chunk_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

TEST(ChunkWriterTest, PassesOnEverythingInOrder) {
  std::string expected;
  std::vector<std::string> chunks;
  const auto sink = [&chunks](absl::string_view chunk) {
    chunks.emplace_back(chunk);
    return true;
  };
  ChunkWriter out(sink);
  for (uint64_t i = 0; i < 20000; ++i) {
    const uint64_t value = UINT64_MAX >> (i % 64);
    out.Sample("name{code=\"1\",", "app=\"a\"} ", value);
    absl::StrAppend(&expected, "name{code=\"1\",app=\"a\"} ", value, "\n");
  }
  const std::string large(3 * ChunkWriter::kChunkBytes + 1, 'x');
  out.Append(large);
  expected += large;
  EXPECT_TRUE(out.Finish());

  std::string together;
  for (const std::string& chunk : chunks) {
    EXPECT_LE(chunk.size(), ChunkWriter::kChunkBytes);
    together += chunk;
  }
  EXPECT_EQ(together, expected);
  EXPECT_GT(chunks.size(), 5U);
  EXPECT_EQ(chunks.back(), "");
  for (size_t i = 0; i + 1 < chunks.size(); ++i) {
    EXPECT_NE(chunks[i], "") << "an empty chunk is the end";
  }
}

TEST(ChunkWriterTest, FillsAChunkToTheLastByte) {
  // Every way for a line to meet the end of the buffer.
  for (size_t before = ChunkWriter::kChunkBytes - 60; before <= ChunkWriter::kChunkBytes;
       ++before) {
    std::string together;
    const auto sink = [&together](absl::string_view chunk) {
      together.append(chunk.data(), chunk.size());
      return true;
    };
    ChunkWriter out(sink);
    out.Append(std::string(before, 'x'));
    out.Sample("name{", "app=\"a\"} ", UINT64_MAX);
    EXPECT_TRUE(out.Finish());
    EXPECT_EQ(together, std::string(before, 'x') + "name{app=\"a\"} 18446744073709551615\n");
  }
}

TEST(ChunkWriterTest, DoesNotCallASinkAgainThatReturnedFalse) {
  int calls = 0;
  const auto sink = [&calls](absl::string_view) {
    ++calls;
    return false;
  };
  ChunkWriter out(sink);
  EXPECT_TRUE(out.open());
  out.Append(std::string(5 * ChunkWriter::kChunkBytes, 'x'));
  EXPECT_FALSE(out.open());
  EXPECT_FALSE(out.Finish());
  EXPECT_EQ(calls, 1);
}

TEST(ChunkWriterTest, ReportsASinkThatRejectsTheEnd) {
  const auto sink = [](absl::string_view chunk) { return !chunk.empty(); };
  ChunkWriter out(sink);
  out.Append("text");
  EXPECT_FALSE(out.Finish());
}

}  // namespace
}  // namespace gmewatch
