// NOLINTBEGIN: the names are the engine's own
#pragma once

#include "CoreMinimal.h"

class IModuleInterface {
 public:
  virtual ~IModuleInterface() = default;
  virtual void StartupModule() {}
  virtual void ShutdownModule() {}
};

IModuleInterface* MakeModule();

class FModuleManager {
 public:
  static FModuleManager& Get() {
    static FModuleManager manager;
    return manager;
  }
  template <class T>
  static T& LoadModuleChecked(const char*) {
    Get().Load();
    return static_cast<T&>(*Get().module_);
  }
  bool IsModuleLoaded(const TCHAR* name) const {
    return std::strcmp(name, "HTTP") == 0 && has_http;
  }

  // For tests.
  bool has_http = true;
  void Unload() {
    module_->ShutdownModule();
    module_.reset();
  }

 private:
  void Load() {
    if (module_ == nullptr) {
      module_.reset(MakeModule());
      module_->StartupModule();
    }
  }

  std::unique_ptr<IModuleInterface> module_;
};
// NOLINTEND
