// gmewatch in an Unreal game: the core in C with the engine's HTTP, ticked on the game thread.
//
//   FGmeWatchSettings Settings;
//   Settings.Url = TEXT("https://gmewatch.example.com");
//   Settings.App = TEXT("demo");
//   Settings.Region = TEXT("eu");
//   Settings.SdkVersion = UTF8_TO_TCHAR(ITMGContextGetInstance()->GetSDKVersion());
//   Settings.Consent = GMEWATCH_CONSENT_GRANTED;
//   FGmeWatchModule::Get().Start(Settings);
//
// and in the game's ITMGDelegate:
//
//   gmewatch::gme::OnEvent(FGmeWatchModule::Get().Client(), Type, Data);
//
// Every method is for the game thread. What is pending at the end is in the spool, below the
// project's Saved folder.
#pragma once

// NOLINTBEGIN(readability-identifier-naming): named as Unreal's code is

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "Modules/ModuleManager.h"

THIRD_PARTY_INCLUDES_START
#include "gmewatch.h"
THIRD_PARTY_INCLUDES_END

struct GMEWATCH_API FGmeWatchSettings {
  FString Url;
  FString App;
  FString Region;
  FString Key;
  FString AppVersion;
  FString SdkVersion;
  FString Platform;
  gmewatch_consent Consent = GMEWATCH_CONSENT_UNKNOWN;
};

class FGmeWatchTransport;

class GMEWATCH_API FGmeWatchModule : public IModuleInterface {
 public:
  static FGmeWatchModule& Get();

  // Begins to count and send; a client that runs is stopped first. What is wrong with the settings
  // is in gmewatch_error(Client()).
  void Start(const FGmeWatchSettings& Settings);
  // Gives the request up and writes the spool; sends nothing.
  void Stop();
  // Null before Start and after Stop, which is harmless to all functions of gmewatch.h that a game
  // calls.
  gmewatch_client* Client() const { return Handle; }

  void StartupModule() override;
  void ShutdownModule() override;

 private:
  bool Tick(float DeltaTime);
  void OnBackground();

  gmewatch_client* Handle = nullptr;
  TSharedPtr<FGmeWatchTransport> Transport;
  FTSTicker::FDelegateHandle Ticker;
  FDelegateHandle PreExit;
  FDelegateHandle Background;
};

// NOLINTEND(readability-identifier-naming)
