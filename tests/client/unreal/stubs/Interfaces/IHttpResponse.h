// NOLINTBEGIN: the names are the engine's own
#pragma once

#include "CoreMinimal.h"

class IHttpResponse {
 public:
  int32 GetResponseCode() const { return code; }
  const TArray<uint8>& GetContent() const { return content; }

  int32 code = 0;
  TArray<uint8> content;
};
using FHttpResponsePtr = TSharedPtr<IHttpResponse>;
// NOLINTEND
