# gmewatch_embed(OUT FILE HEADER FUNCTION): sets OUT to a generated source file in which FUNCTION, declared in HEADER as
# `absl::string_view FUNCTION();`, gives the bytes of FILE (of this folder). Bytes rather than one literal, because a compiler need not
# take a literal of such a length.
#
# The function runs this file as a script: cmake -DINPUT=FILE -DOUTPUT=FILE.cc -DHEADER=... -DFUNCTION=... -P embed.cmake
if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(gmewatch_embed out file header function)
    set(script ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${file}.cc)
    add_custom_command(
      OUTPUT ${source}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${source} -DHEADER=${header}
              -DFUNCTION=${function} -P ${script}
      DEPENDS ${file} ${script}
      VERBATIM)
    set(${out} ${source} PARENT_SCOPE)
  endfunction()
  return()
endif()

file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
# A line of the text is a line of the source.
string(REPLACE "'\\x0a'," "'\\x0a',\n    " bytes "${bytes}")
file(WRITE ${OUTPUT} "\
#include \"${HEADER}\"

namespace gmewatch {
namespace {

constexpr char kText[] = {
    ${bytes}};

}  // namespace

absl::string_view ${FUNCTION}() { return {kText, sizeof(kText)}; }

}  // namespace gmewatch
")
