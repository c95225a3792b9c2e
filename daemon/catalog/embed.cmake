# cmake -DINPUT=gme.yaml -DOUTPUT=gme_yaml.cc -P embed.cmake: a file's bytes as a C++ function. Bytes rather than one literal,
# because a compiler need not take a literal of this length.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
# A line of the text is a line of the source.
string(REPLACE "'\\x0a'," "'\\x0a',\n    " bytes "${bytes}")
file(WRITE ${OUTPUT} "\
#include \"daemon/catalog/embedded.h\"

namespace gmewatch {
namespace {

constexpr char kText[] = {
    ${bytes}};

}  // namespace

absl::string_view EmbeddedCatalogText() { return {kText, sizeof(kText)}; }

}  // namespace gmewatch
")
