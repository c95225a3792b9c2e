// Plays events and calls of GME on the C++ adapter: replay.py has the lines. Built against GME's
// names of one generation.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "gmewatch.h"
#include "tmg_sdk.h"

// The adapter, after the header of the SDK.
#include "gmewatch_gme.h"

namespace {

// What a handle receives; has the methods of gmewatch::Reporter.
struct Seen {
  std::string text;

  void Report(int32_t code) { text += (code == 0 ? "success" : "report " + std::to_string(code)); }
  void Detail(int32_t code, const char* operation, int64_t underlying) {
    (void)code;
    (void)underlying;
    text += std::string(" ") + (*operation == '\0' ? "-" : operation);
  }
};

std::string FromHex(const std::string& hex) {
  std::string text;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    text += static_cast<char>(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16));
  }
  return text;
}

void Play(const std::string& word, std::istream& in) {
  Seen seen;
  const uint32_t before = gmewatch::gme::Unparsed();
  if (word == "event") {
    int type = 0;
    std::string name;
    std::string data;
    in >> type >> name >> data;
    const std::string text = FromHex(data);
    gmewatch::gme::OnEvent(&seen, static_cast<ITMG_MAIN_EVENT_TYPE>(type),
                           data == "none" ? nullptr : text.c_str());
  } else if (word == "result") {
    int type = 0;
    int code = 0;
    in >> type >> code;
    gmewatch::gme::OnResult(&seen, static_cast<ITMG_MAIN_EVENT_TYPE>(type), code);
  } else if (word == "call") {
    std::string operation;
    int code = 0;
    in >> operation >> code;
    if (gmewatch::gme::OnCall(&seen,
                              ("(*context)->" + FromHex(operation) + "(F(1), \"x)y(\")").c_str(),
                              code) != code) {
      std::abort();
    }
  } else if (word == "version") {
    std::string version;
    in >> version;
    seen.text = std::to_string(gmewatch::gme::GenerationOf(FromHex(version).c_str()));
  }
  if (gmewatch::gme::Unparsed() != before) {
    seen.text += "unparsed";
  }
  std::cout << (seen.text.empty() ? "nothing" : seen.text) << "\n";
}

}  // namespace

int main() {
  std::string word;
  while (std::cin >> word) {
    if (word != "text") {  // here data is always a text
      Play(word, std::cin);
    }
  }
  return 0;
}
