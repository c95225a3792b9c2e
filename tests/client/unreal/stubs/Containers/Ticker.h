// NOLINTBEGIN: the names are the engine's own
#pragma once

#include "CoreMinimal.h"

class FTickerDelegate {
 public:
  template <class T>
  static FTickerDelegate CreateRaw(T* object, bool (T::*method)(float)) {
    FTickerDelegate made;
    made.call = [object, method](float delta) { return (object->*method)(delta); };
    return made;
  }
  std::function<bool(float)> call;
};

class FTSTicker {
 public:
  using FDelegateHandle = int;

  static FTSTicker& GetCoreTicker() {
    static FTSTicker ticker;
    return ticker;
  }
  FDelegateHandle AddTicker(const FTickerDelegate& delegate, float) {
    calls_[++last_] = delegate.call;
    return last_;
  }
  static void RemoveTicker(FDelegateHandle handle) { GetCoreTicker().calls_.erase(handle); }

  // For tests.
  void Tick() {
    for (auto& [handle, call] : std::map(calls_)) {
      call(0.25f);
    }
  }
  size_t size() const { return calls_.size(); }

 private:
  int last_ = 0;
  std::map<int, std::function<bool(float)>> calls_;
};
// NOLINTEND
