// A game without the library whose modules have it: loads each, then lets each send one event.
//
//   module_host ADDRESS MODULE...
#include <dlfcn.h>

#include <cstdio>
#include <vector>

int main(int argc, char** argv) {
  using Send = bool (*)(const char* address, int code);
  std::vector<Send> modules;
  for (int i = 2; i < argc; ++i) {
    void* module = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
    void* send = module == nullptr ? nullptr : dlsym(module, "Send");
    if (send == nullptr) {
      std::fprintf(stderr, "%s\n", dlerror());  // NOLINT(concurrency-mt-unsafe): one thread
      return 1;
    }
    modules.push_back(reinterpret_cast<Send>(send));
  }
  int code = 0;
  for (const Send send : modules) {
    if (!send(argv[1], ++code)) return 1;
  }
}
