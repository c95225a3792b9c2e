// Put it on any object of the first scene. A button of the game's privacy dialog calls OnAnswer.
using Gmewatch;
using UnityEngine;

public sealed class FirstReport : MonoBehaviour {
  private const string Answer = "gmewatch.consent";

  private void Start() {
    GmeWatch.Start(new GmeWatchOptions {
      Url = "https://gmewatch.example.com",
      App = "demo",
      Region = "eu",
      Consent = (GmeWatchConsent)PlayerPrefs.GetInt(Answer, (int)GmeWatchConsent.Unknown),
    });
  }

  public void OnAnswer(bool agrees) {
    GmeWatchConsent consent = agrees ? GmeWatchConsent.Granted : GmeWatchConsent.Denied;
    PlayerPrefs.SetInt(Answer, (int)consent);
    GmeWatch.SetConsent(consent);
  }

  // Any GME callback, such as ITMGContext's OnEnterRoomCompleteEvent.
  public void OnEnterRoomComplete(int result, string errorInfo) {
    GmeWatch.Report(result); // 0 counts as a success
    if (result != 0) GmeWatch.Detail(result, "EnterRoom");
  }
}
