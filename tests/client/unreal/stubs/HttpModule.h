// NOLINTBEGIN: the names are the engine's own
#pragma once

#include "CoreMinimal.h"
#include "Interfaces/IHttpRequest.h"

class FHttpModule {
 public:
  static FHttpModule& Get() {
    static FHttpModule http;
    return http;
  }
  FHttpRequestPtr CreateRequest() {
    last = MakeShared<IHttpRequest>();
    ++requests;
    return last;
  }

  FHttpRequestPtr last;
  int requests = 0;
};
// NOLINTEND
