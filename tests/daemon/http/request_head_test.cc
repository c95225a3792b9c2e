#include "daemon/http/request_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace gmewatch {
namespace {

namespace http = boost::beast::http;
using ::testing::HasSubstr;

http::request_header<> HeadOf(const std::string& target, unsigned version = 11) {
  http::request_header<> head;
  head.method(http::verb::post);
  head.target(target);
  head.version(version);
  return head;
}

TEST(RequestHeadTest, HasPathQueryAndHeaders) {
  http::request_header<> head = HeadOf("http://a.example/b%20c?d=%20e");
  head.insert("X-One", "1");
  head.insert("x-one", "2");
  const auto request = ReadRequestHead(head);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->path, "/b c");
  EXPECT_EQ(request->query, "d=%20e");
  EXPECT_EQ(request->Header("x-ONE"), "1");
  EXPECT_EQ(request->LastHeader("x-one"), "2");
}

TEST(RequestHeadTest, RejectsWhatIsNoPath) {
  for (const char* target : {"a", "", "/%", "/%4", "/%zz"}) {
    EXPECT_FALSE(ReadRequestHead(HeadOf(target)).ok()) << target;
  }
  EXPECT_FALSE(ReadRequestHead(HeadOf("/", 9)).ok());
  EXPECT_TRUE(ReadRequestHead(HeadOf("*", 10)).ok());
}

TEST(RequestHeadTest, RejectsABodyWhoseEndIsNotClear) {
  using Field = std::pair<http::field, const char*>;
  constexpr http::field kLength = http::field::content_length;
  constexpr http::field kEncoding = http::field::transfer_encoding;
  const auto is_clear = [](std::initializer_list<Field> fields, unsigned version = 11) {
    http::request_header<> head = HeadOf("/", version);
    for (const auto& [field, value] : fields) head.insert(field, value);
    const auto request = ReadRequestHead(head);
    if (!request.ok()) {
      EXPECT_THAT(std::string(request.status().message()),
                  HasSubstr("it is not clear where the body ends"));
    }
    return request.ok();
  };
  EXPECT_TRUE(is_clear({}));
  EXPECT_TRUE(is_clear({{kLength, "5"}}));
  EXPECT_TRUE(is_clear({{kLength, "5"}}, 10));
  EXPECT_TRUE(is_clear({{kEncoding, "chunked"}}));
  EXPECT_TRUE(is_clear({{kEncoding, "Chunked"}}));
  EXPECT_FALSE(is_clear({{kLength, "5"}, {kLength, "5"}}));
  EXPECT_FALSE(is_clear({{kLength, "5, 5"}}));
  EXPECT_FALSE(is_clear({{kEncoding, "gzip, chunked"}}));
  EXPECT_FALSE(is_clear({{kEncoding, "xchunked"}}));
  EXPECT_FALSE(is_clear({{kEncoding, "identity"}}));
  EXPECT_FALSE(is_clear({{kEncoding, ""}}));
  EXPECT_FALSE(is_clear({{kEncoding, "identity"}, {kEncoding, "chunked"}}));
  EXPECT_FALSE(is_clear({{kEncoding, "chunked"}}, 10));
}

}  // namespace
}  // namespace gmewatch
