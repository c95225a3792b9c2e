#include "daemon/ingest/byte_buffer.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {
namespace {

TEST(ByteBufferTest, BytesOfOnePieceAreNotCopied) {
  const grpc::Slice piece("abc");
  grpc::ByteBuffer buffer(&piece, 1);
  grpc::Slice slice;
  std::string scratch;
  EXPECT_EQ(BytesOf(&buffer, &slice, &scratch), "abc");
  EXPECT_TRUE(scratch.empty());
}

TEST(ByteBufferTest, PiecesAreJoined) {
  // gRPC itself joins short slices.
  const std::string one(100, 'a');
  const std::string two(200, 'b');
  const std::array<grpc::Slice, 2> pieces = {grpc::Slice(one), grpc::Slice(two)};
  grpc::ByteBuffer buffer(pieces.data(), pieces.size());
  grpc::Slice slice;
  std::string scratch = "of the message before";
  EXPECT_EQ(BytesOf(&buffer, &slice, &scratch), one + two);
  EXPECT_EQ(scratch, one + two);
}

TEST(ByteBufferTest, AMessageComesBackAsItWas) {
  v1::ReportResponse response;
  response.set_acknowledged_sequence(7);
  grpc::ByteBuffer buffer = ToBuffer(response);
  grpc::Slice slice;
  std::string scratch;
  v1::ReportResponse parsed;
  ASSERT_TRUE(parsed.ParseFromString(std::string(BytesOf(&buffer, &slice, &scratch))));
  EXPECT_EQ(parsed.acknowledged_sequence(), 7U);
}

}  // namespace
}  // namespace gmewatch
