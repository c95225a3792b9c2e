// The one HTTP request of a client, by the engine's FHttpModule. For the game thread. An answer
// that comes after End() is ignored.
#pragma once

// NOLINTBEGIN(readability-identifier-naming): named as Unreal's code is

#include "CoreMinimal.h"
#include "HttpModule.h"
#include "Interfaces/IHttpRequest.h"
#include "Interfaces/IHttpResponse.h"

THIRD_PARTY_INCLUDES_START
#include "gmewatch.h"
THIRD_PARTY_INCLUDES_END

class FGmeWatchTransport : public TSharedFromThis<FGmeWatchTransport> {
 public:
  // The callbacks of gmewatch_options; User is a transport.
  static int Post(void* User, const gmewatch_request* Request);
  static void Cancel(void* User, uint32_t Id);

  void Begin(gmewatch_client* InClient) { Client = InClient; }
  // The client ends.
  void End();

 private:
  int Send(const gmewatch_request& Request);
  void Drop();
  void OnComplete(uint32_t Id, FHttpResponsePtr Response, bool bSucceeded);

  gmewatch_client* Client = nullptr;
  FHttpRequestPtr Active;
  uint32_t ActiveId = 0;
};

// NOLINTEND(readability-identifier-naming)
