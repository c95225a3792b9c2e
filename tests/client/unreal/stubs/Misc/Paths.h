// NOLINTBEGIN: the names are the engine's own
#pragma once

#include "CoreMinimal.h"

struct FPaths {
  static inline FString saved;  // for tests
  static FString ProjectSavedDir() { return saved; }
  static FString ConvertRelativePathToFull(const FString& path) { return path; }
};
// NOLINTEND
