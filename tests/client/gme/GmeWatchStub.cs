// What GmeSource needs of client/unity/Runtime/Unity, which needs Unity.
namespace Gmewatch {
  public interface IGmeWatchSource {
    void Attach();
    void Detach();
  }

  public static class GmeWatch {
    public static string Seen = "";

    public static void Report(int code, long count = 1) {
      Seen += code == 0 ? "success;" : "report " + code + ";";
    }

    public static void Detail(int code, string operation, long underlyingCode = 0) {
      Seen = Seen.TrimEnd(';') + " " + operation + ";";
    }

    public static void Attach(IGmeWatchSource source) {
      source.Attach();
    }
  }
}
