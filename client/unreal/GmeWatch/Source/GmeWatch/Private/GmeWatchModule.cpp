#include "GmeWatchModule.h"

#include "GmeWatchTransport.h"
#include "Misc/CoreDelegates.h"
#include "Misc/Paths.h"

IMPLEMENT_MODULE(FGmeWatchModule, GmeWatch)

namespace {

// How often the client is asked what is due, in seconds.
constexpr float TickInterval = 0.25f;

}  // namespace

FGmeWatchModule& FGmeWatchModule::Get() {
  return FModuleManager::LoadModuleChecked<FGmeWatchModule>("GmeWatch");
}

void FGmeWatchModule::StartupModule() {
  PreExit = FCoreDelegates::OnEnginePreExit.AddRaw(this, &FGmeWatchModule::Stop);
  Background = FCoreDelegates::ApplicationWillEnterBackgroundDelegate.AddRaw(this, &FGmeWatchModule::OnBackground);
}

void FGmeWatchModule::ShutdownModule() {
  Stop();
  FCoreDelegates::OnEnginePreExit.Remove(PreExit);
  FCoreDelegates::ApplicationWillEnterBackgroundDelegate.Remove(Background);
}

void FGmeWatchModule::Start(const FGmeWatchSettings& Settings) {
  Stop();
  const FTCHARToUTF8 Url(*Settings.Url), App(*Settings.App), Region(*Settings.Region), Key(*Settings.Key);
  const FTCHARToUTF8 AppVersion(*Settings.AppVersion), SdkVersion(*Settings.SdkVersion), Platform(*Settings.Platform);
  const FTCHARToUTF8 Spool(*FPaths::ConvertRelativePathToFull(FPaths::ProjectSavedDir() + TEXT("gmewatch.") + Settings.App));
  Transport = MakeShared<FGmeWatchTransport>();
  gmewatch_options Options = gmewatch_defaults();
  Options.url = Url.Get();
  Options.app = App.Get();
  Options.region = Region.Get();
  Options.key = Settings.Key.IsEmpty() ? nullptr : Key.Get();
  Options.app_version = AppVersion.Get();
  Options.sdk_version = SdkVersion.Get();
  Options.platform = Platform.Get();
  Options.consent = Settings.Consent;
  Options.spool_path = Spool.Get();
  Options.user = Transport.Get();
  Options.post = &FGmeWatchTransport::Post;
  Options.cancel = &FGmeWatchTransport::Cancel;
  Handle = gmewatch_create(&Options);
  if (Handle == nullptr) return;
  Transport->Begin(Handle);
  Ticker = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateRaw(this, &FGmeWatchModule::Tick), TickInterval);
}

void FGmeWatchModule::Stop() {
  if (Handle == nullptr) return;
  FTSTicker::GetCoreTicker().RemoveTicker(Ticker);
  gmewatch_client* const Ending = Handle;
  Handle = nullptr;
  gmewatch_destroy(Ending);
  Transport->End();
  Transport.Reset();
}

bool FGmeWatchModule::Tick(float) {
  if (Handle != nullptr) gmewatch_tick(Handle);
  return true;
}

void FGmeWatchModule::OnBackground() {
  if (Handle == nullptr) return;
  gmewatch_pause(Handle);
  gmewatch_tick(Handle);
}
