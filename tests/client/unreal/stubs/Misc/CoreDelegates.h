#pragma once

#include "CoreMinimal.h"

struct FCoreDelegates {
  static inline FSimpleMulticastDelegate OnEnginePreExit;
  static inline FSimpleMulticastDelegate ApplicationWillEnterBackgroundDelegate;
};
