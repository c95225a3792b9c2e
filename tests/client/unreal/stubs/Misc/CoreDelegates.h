// NOLINTBEGIN: the names are the engine's own
#pragma once

#include "CoreMinimal.h"

struct FCoreDelegates {
  static inline FSimpleMulticastDelegate OnEnginePreExit;
  static inline FSimpleMulticastDelegate ApplicationWillEnterBackgroundDelegate;
};
// NOLINTEND
