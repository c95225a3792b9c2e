#include "GmeWatchTransport.h"

#include "Modules/ModuleManager.h"

int FGmeWatchTransport::Post(void* User, const gmewatch_request* Request) {
  return static_cast<FGmeWatchTransport*>(User)->Send(*Request);
}

void FGmeWatchTransport::Cancel(void* User, uint32_t Id) {
  FGmeWatchTransport* const Transport = static_cast<FGmeWatchTransport*>(User);
  if (Transport->ActiveId == Id) Transport->Drop();
}

void FGmeWatchTransport::End() {
  Drop();
  Client = nullptr;
}

int FGmeWatchTransport::Send(const gmewatch_request& Request) {
  // The engine unloads the module of HTTP before others at its end.
  if (!FModuleManager::Get().IsModuleLoaded(TEXT("HTTP"))) return 0;
  Drop();
  Active = FHttpModule::Get().CreateRequest();
  ActiveId = Request.id;
  Active->SetVerb(TEXT("POST"));
  Active->SetURL(UTF8_TO_TCHAR(Request.url));
  for (size_t I = 0; I < Request.header_count; ++I) {
    Active->SetHeader(UTF8_TO_TCHAR(Request.headers[I].name), UTF8_TO_TCHAR(Request.headers[I].value));
  }
  Active->SetTimeout(static_cast<float>(Request.timeout_ms) / 1000.0f);
  TArray<uint8> Body;
  Body.Append(static_cast<const uint8*>(Request.body), static_cast<int32>(Request.body_size));
  Active->SetContent(MoveTemp(Body));
  TWeakPtr<FGmeWatchTransport> Weak = AsShared();
  const uint32_t Id = Request.id;
  Active->OnProcessRequestComplete().BindLambda([Weak, Id](FHttpRequestPtr, FHttpResponsePtr Response, bool bSucceeded) {
    const TSharedPtr<FGmeWatchTransport> Transport = Weak.Pin();
    if (Transport.IsValid()) Transport->OnComplete(Id, Response, bSucceeded);
  });
  if (Active->ProcessRequest()) return 1;
  Drop();
  return 0;
}

// CancelRequest may call back at once, so the request is forgotten first.
void FGmeWatchTransport::Drop() {
  const FHttpRequestPtr Dropped = Active;
  Active.Reset();
  ActiveId = 0;
  if (Dropped.IsValid()) Dropped->CancelRequest();
}

void FGmeWatchTransport::OnComplete(uint32_t Id, FHttpResponsePtr Response, bool bSucceeded) {
  if (Client == nullptr || Id != ActiveId) return;
  Active.Reset();
  ActiveId = 0;
  if (!bSucceeded || !Response.IsValid()) {
    static const char Text[] = "the engine's HTTP got no answer";
    gmewatch_on_response(Client, Id, 0, Text, sizeof(Text) - 1);
    return;
  }
  const TArray<uint8>& Body = Response->GetContent();
  gmewatch_on_response(Client, Id, Response->GetResponseCode(), Body.GetData(), static_cast<size_t>(Body.Num()));
}
