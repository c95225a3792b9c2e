using UnityEngine;

namespace Gmewatch {
  /// <summary>Ticks the client each frame, and hears of pause and end. It lives on a hidden object that outlives scenes.</summary>
  [AddComponentMenu("")]
  internal sealed class GmeWatchRunner : MonoBehaviour {
    private const float NetworkSeconds = 1;

    private GmeWatchClient client;
    private UnityTransport transport;
    private float networkDue;
    private bool lastReachable = true;

    public static GmeWatchRunner Create(GmeWatchClient client, UnityTransport transport) {
      var home = new GameObject("gmewatch") { hideFlags = HideFlags.HideInHierarchy };
      DontDestroyOnLoad(home);
      GmeWatchRunner made = home.AddComponent<GmeWatchRunner>();
      made.client = client;
      made.transport = transport;
      return made;
    }

    /// <summary>Removes it; the client has stopped.</summary>
    public void End() {
      client = null;
      transport = null;
      if (this != null) Destroy(gameObject);
    }

    private void Update() {
      if (client == null) {
        Destroy(gameObject); // of a play before an assembly reload
        return;
      }
      if (transport != null) transport.Poll();
      WatchNetwork();
      client.Tick();
    }

    // Only where its answer is right: other systems may say that there is no network although there is one.
    private void WatchNetwork() {
      if (!Application.isMobilePlatform && !Application.isConsolePlatform || Time.realtimeSinceStartup < networkDue) return;
      networkDue = Time.realtimeSinceStartup + NetworkSeconds;
      bool reachable = Application.internetReachability != NetworkReachability.NotReachable;
      if (reachable != lastReachable) client.SetNetwork(reachable);
      lastReachable = reachable;
    }

    private void OnApplicationPause(bool isPaused) {
      if (client == null) return;
      if (isPaused) client.Pause();
    }

    // A page has no pause, no quit that can be relied on, and no spool.
    private void OnApplicationFocus(bool hasFocus) {
      if (client != null && !hasFocus && Application.platform == RuntimePlatform.WebGLPlayer) client.Pause();
    }

    private void OnApplicationQuit() {
      if (client != null) GmeWatch.Stop();
    }

    // The game destroys all of its objects, or the play mode ends.
    private void OnDestroy() {
      if (client != null) GmeWatch.Stop();
    }
  }
}
