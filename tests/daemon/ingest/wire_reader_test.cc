#include "daemon/ingest/wire_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gmewatch {
namespace {

// Skips every field; returns whether the bytes are well formed.
bool Skips(absl::string_view bytes) {
  WireReader reader(bytes);
  while (reader.Next()) reader.Skip();
  return reader.ok();
}

absl::string_view Raw(const char* bytes, size_t size) { return {bytes, size}; }

TEST(WireReaderTest, SkipsEveryTypeAndDetectsTruncation) {
  EXPECT_TRUE(Skips(""));
  EXPECT_TRUE(Skips(Raw("\x08\x96\x01", 3)));                               // varint
  EXPECT_FALSE(Skips(Raw("\x08\x96", 2)));                                  // truncated
  EXPECT_TRUE(Skips(Raw("\x09\0\0\0\0\0\0\0\0", 9)));                       // fixed64
  EXPECT_FALSE(Skips(Raw("\x09\0\0\0\0\0\0\0", 8)));                        // truncated
  EXPECT_TRUE(Skips(Raw("\x0a\x02zz", 4)));                                 // bytes
  EXPECT_FALSE(Skips(Raw("\x0a\x03zz", 4)));                                // longer than the rest
  EXPECT_TRUE(Skips(Raw("\x0d\0\0\0\0", 5)));                               // fixed32
  EXPECT_TRUE(Skips(Raw("\x0b\x10\x01\x0c", 4)));                           // group
  EXPECT_FALSE(Skips(Raw("\x0b\x10\x01\x14", 4)));                          // ends another group
  EXPECT_FALSE(Skips(Raw("\x0b\x10\x01", 3)));                              // does not end
  EXPECT_FALSE(Skips(Raw("\x0c", 1)));                                      // no group to end
  EXPECT_FALSE(Skips(Raw("\x0e\0", 2)));                                    // no such type
  EXPECT_FALSE(Skips(Raw("\x00\0", 2)));                                    // no such field
  EXPECT_FALSE(Skips("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));  // too long
  EXPECT_FALSE(Skips(std::string(100'000, '\x0b')));                        // deep
}

std::string Groups(size_t depth) { return std::string(depth, '\x5b') + std::string(depth, '\x5c'); }

// The limits of Protobuf's own parser.
TEST(WireReaderTest, HasTheLimitsOfTheFormat) {
  EXPECT_TRUE(Skips(Raw("\x88\x80\x80\x80\x00\x01", 6)));       // a tag of five bytes
  EXPECT_FALSE(Skips(Raw("\x88\x80\x80\x80\x80\x00\x01", 7)));  // of six
  EXPECT_TRUE(Skips(Raw("\x0a\x80\x80\x80\x80\x00", 6)));       // a length of five bytes
  EXPECT_FALSE(Skips(Raw("\x0a\x80\x80\x80\x80\x80\x00", 7)));  // of six
  EXPECT_TRUE(Skips(Groups(100)));
  EXPECT_FALSE(Skips(Groups(101)));
  const std::string groups = Groups(100);
  WireReader inside(groups, 1);
  ASSERT_TRUE(inside.Next());
  inside.Skip();
  EXPECT_FALSE(inside.ok());
}

TEST(WireReaderTest, ReadsTheLargestNumber) {
  WireReader reader("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.Varint(), UINT64_MAX);
  EXPECT_TRUE(reader.ok());
}

// All numbers of a packed field. If it is well formed, their count must be PackedSize.
std::vector<uint64_t> Packed(absl::string_view bytes, bool* ok) {
  WireReader reader(bytes);
  const size_t size = reader.PackedSize();
  std::vector<uint64_t> numbers;
  reader.TakePacked([&numbers](uint64_t number) { numbers.push_back(number); });
  *ok = reader.ok();
  if (*ok) {
    EXPECT_EQ(size, numbers.size());
  }
  return numbers;
}

TEST(WireReaderTest, ReadsPackedNumbersOfEveryLengthAtEveryDistanceFromTheEnd) {
  std::vector<uint64_t> wanted;
  std::string bytes;
  for (uint64_t number = 1; number != 0; number <<= 7) {
    for (const uint64_t n : {number - 1, number, number | 1}) {
      wanted.push_back(n);
      uint64_t rest = n;
      for (; rest >= 0x80; rest >>= 7) bytes.push_back(static_cast<char>(rest | 0x80));
      bytes.push_back(static_cast<char>(rest));
      bool ok = false;
      EXPECT_EQ(Packed(bytes, &ok), wanted);
      EXPECT_TRUE(ok);
    }
  }
}

TEST(WireReaderTest, DetectsAPackedNumberThatIsTruncatedOrTooLong) {
  bool ok = true;
  EXPECT_EQ(Packed("\x01\x96", &ok).size(), 1U);
  EXPECT_FALSE(ok);
  EXPECT_EQ(Packed("\x01\x96\x96", &ok).size(), 1U);
  EXPECT_FALSE(ok);
  EXPECT_EQ(Packed("\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", &ok).size(), 1U);
  EXPECT_FALSE(ok);
}

TEST(WireReaderTest, DistinguishesFieldsByTheirType) {
  WireReader reader(Raw("\x08\x01\x0a\x01z", 5));
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.tag(), VarintTag(1));
  reader.Skip();
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.tag(), BytesTag(1));
  EXPECT_EQ(reader.Bytes(), "z");
  EXPECT_FALSE(reader.Next());
  EXPECT_TRUE(reader.ok());
}

}  // namespace
}  // namespace gmewatch
