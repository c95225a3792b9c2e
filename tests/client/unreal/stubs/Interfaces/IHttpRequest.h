// NOLINTBEGIN: the names are the engine's own
#pragma once

#include "CoreMinimal.h"
#include "Interfaces/IHttpResponse.h"

class IHttpRequest;
using FHttpRequestPtr = TSharedPtr<IHttpRequest>;

class FHttpRequestCompleteDelegate {
 public:
  template <class F>
  void BindLambda(F call) {
    call_ = call;
  }
  void Execute(const FHttpRequestPtr& request, const FHttpResponsePtr& response,
               bool succeeded) const {
    call_(request, response, succeeded);
  }

 private:
  std::function<void(FHttpRequestPtr, FHttpResponsePtr, bool)> call_;
};

// Keeps what it is given; the test answers.
class IHttpRequest : public TSharedFromThis<IHttpRequest> {
 public:
  void SetVerb(const FString& text) { verb = *text; }
  void SetURL(const FString& text) { url = *text; }
  void SetHeader(const FString& name, const FString& value) { headers[*name] = *value; }
  void SetTimeout(float seconds) { timeout = seconds; }
  void SetContent(TArray<uint8>&& bytes) {
    body.assign(bytes.GetData(), bytes.GetData() + bytes.Num());
  }
  FHttpRequestCompleteDelegate& OnProcessRequestComplete() { return complete; }
  bool ProcessRequest() { return accepts; }
  // As the engine: it calls back before it returns.
  void CancelRequest() {
    cancelled = true;
    complete.Execute(AsShared(), FHttpResponsePtr(), false);
  }

  static inline bool accepts = true;
  std::string verb;
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
  float timeout = 0;
  bool cancelled = false;
  FHttpRequestCompleteDelegate complete;
};
// NOLINTEND
