// Unity's names, as far as the package uses them: they do what Unity's manual says, and hold the package to its rules.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;

namespace UnityEngine {
  public enum HideFlags { None = 0, HideInHierarchy = 1 }
  public enum RuntimePlatform { WindowsPlayer = 2, Android = 11, WebGLPlayer = 17 }
  public enum NetworkReachability { NotReachable, ReachableViaCarrierDataNetwork, ReachableViaLocalAreaNetwork }
  public enum RuntimeInitializeLoadType { AfterSceneLoad, SubsystemRegistration = 4 }

  [AttributeUsage(AttributeTargets.Method)]
  public sealed class RuntimeInitializeOnLoadMethodAttribute : Attribute {
    public readonly RuntimeInitializeLoadType Type;
    public RuntimeInitializeOnLoadMethodAttribute(RuntimeInitializeLoadType type) { Type = type; }
  }

  [AttributeUsage(AttributeTargets.Class)]
  public sealed class AddComponentMenu : Attribute {
    public AddComponentMenu(string name) {}
  }

  public class Object {
    internal bool IsDestroyed;
    public HideFlags hideFlags;

    public static void DontDestroyOnLoad(Object kept) {
      Engine.OnMainThread();
      if (!Application.isPlaying) throw new InvalidOperationException("DontDestroyOnLoad works in play mode only");
      Engine.Kept.Add(kept);
    }

    public static void Destroy(Object ended) {
      Engine.OnMainThread();
      if (ended == null) throw new ArgumentNullException("ended");
      Engine.Destroyed.Add(ended);
    }

    // A destroyed object equals null.
    public static bool operator ==(Object a, Object b) { return ReferenceEquals(Alive(a), Alive(b)); }
    public static bool operator !=(Object a, Object b) { return !(a == b); }
    public override bool Equals(object other) { return ReferenceEquals(this, other); }
    public override int GetHashCode() { return base.GetHashCode(); }
    private static Object Alive(Object o) { return ReferenceEquals(o, null) || o.IsDestroyed ? null : o; }
  }

  public class Component : Object {
    public GameObject gameObject { get; internal set; }
  }

  public class MonoBehaviour : Component {}

  public sealed class GameObject : Object {
    internal readonly List<Component> Components = new List<Component>();

    public GameObject(string name) {
      Engine.OnMainThread();
      Engine.Objects.Add(this);
    }

    public T AddComponent<T>() where T : Component, new() {
      var made = new T { gameObject = this };
      Components.Add(made);
      return made;
    }
  }

  public static class Application {
    public static bool isPlaying;
    public static bool isMobilePlatform;
    public static bool isConsolePlatform;
    public static string version = "1.4.2";
    public static RuntimePlatform platform = RuntimePlatform.Android;
    public static string persistentDataPath = "";
    public static NetworkReachability internetReachability = NetworkReachability.ReachableViaLocalAreaNetwork;
  }

  public static class Time {
    public static float realtimeSinceStartup;
  }

  public static class Debug {
    public static readonly List<string> Logged = new List<string>();
    public static void LogWarning(object message) { Logged.Add(message.ToString()); }
    public static void LogException(Exception error) { Logged.Add(error.Message); }
  }

  public static class PlayerPrefs {
    private static readonly Dictionary<string, int> Numbers = new Dictionary<string, int>();
    public static int GetInt(string key, int otherwise) {
      int found;
      return Numbers.TryGetValue(key, out found) ? found : otherwise;
    }
    public static void SetInt(string key, int value) { Numbers[key] = value; }
  }

  /// <summary>What the tests do with the engine.</summary>
  public static class Engine {
    public static readonly List<GameObject> Objects = new List<GameObject>();
    internal static readonly List<Object> Kept = new List<Object>();
    internal static readonly List<Object> Destroyed = new List<Object>();
    private static int mainThread;

    public static void OnMainThread() {
      if (Thread.CurrentThread.ManagedThreadId != mainThread) throw new InvalidOperationException("only the main thread may call this");
    }

    public static void Play() {
      mainThread = Thread.CurrentThread.ManagedThreadId;
      Application.isPlaying = true;
      foreach (Type type in Assembly.GetExecutingAssembly().GetTypes()) {
        foreach (MethodInfo method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)) {
          if (method.GetCustomAttributes(typeof(RuntimeInitializeOnLoadMethodAttribute), false).Length > 0) method.Invoke(null, null);
        }
      }
    }

    public static void Frame() {
      Send("Update");
      End(Destroyed.ToArray());
      Destroyed.Clear();
    }

    public static void Focus(bool hasFocus) { Send("OnApplicationFocus", hasFocus); }
    public static void Pause(bool isPaused) { Send("OnApplicationPause", isPaused); }

    /// <summary>As phones do it: the process ends before objects are destroyed.</summary>
    public static void QuitAtOnce() { Send("OnApplicationQuit"); }

    /// <summary>The end of the game, or of the play mode: the statics stay.</summary>
    public static void Quit() {
      QuitAtOnce();
      End(Objects.ToArray());
      Destroyed.Clear();
      Application.isPlaying = false;
    }

    /// <summary>What a game does that begins again from its first scene.</summary>
    public static void DestroyAll() { End(Objects.ToArray()); }

    /// <summary>Objects outlive the reload of an assembly, their fields that are not serialized do not.</summary>
    public static void ForgetFields() {
      foreach (GameObject home in Objects) {
        foreach (Component part in home.Components) {
          foreach (FieldInfo field in part.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)) {
            if (!field.FieldType.IsValueType) field.SetValue(part, null);
          }
        }
      }
    }

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern void _exit(int status);

    /// <summary>Ends the process at once: mono 6.8 may abort if threads of its HTTP are in a system call when it shuts down.</summary>
    public static void Exit(int status) {
      Console.Out.Flush();
      _exit(status);
    }

    private static void End(Object[] ended) {
      foreach (Object one in ended) {
        var home = one as GameObject ?? ((Component)one).gameObject;
        if (!Objects.Remove(home)) continue;
        Send(home, "OnDestroy");
        home.IsDestroyed = true;
        foreach (Component part in home.Components) part.IsDestroyed = true;
      }
    }

    private static void Send(string message, params object[] arguments) {
      foreach (GameObject home in Objects.ToArray()) Send(home, message, arguments);
    }

    private static void Send(GameObject home, string message, params object[] arguments) {
      foreach (Component part in home.Components.ToArray()) {
        MethodInfo method = part.GetType().GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic);
        if (method != null && !part.IsDestroyed) method.Invoke(part, arguments);
      }
    }
  }
}

namespace UnityEditor {
  public static class AssemblyReloadEvents {
    public delegate void AssemblyReloadCallback();
    public static event AssemblyReloadCallback beforeAssemblyReload;
    public static void Reload() {
      if (beforeAssemblyReload != null) beforeAssemblyReload();
      UnityEngine.Engine.ForgetFields();
    }
  }
}
