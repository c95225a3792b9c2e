// What the test programs share: a test is a public static method of a class that is given to Run; one that throws has failed.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

public static class Check {
  public static int Run(params Type[] classes) {
    int failed = 0;
    int count = 0;
    foreach (Type one in classes) {
      foreach (MethodInfo test in one.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)) {
        ++count;
        try {
          test.Invoke(null, null);
          Console.WriteLine("ok     " + test.Name);
        } catch (TargetInvocationException error) {
          ++failed;
          Console.WriteLine("FAILED " + test.Name + ": " + error.InnerException);
        }
      }
    }
    Console.WriteLine(count + " tests, " + failed + " failed");
    return failed > 0 || count == 0 ? 1 : 0;
  }

  public static void That(bool right, string what) {
    if (!right) throw new Exception(what);
  }

  public static void Equal(object wanted, object found, string what) {
    string a = Shown(wanted);
    string b = Shown(found);
    if (a != b) throw new Exception(what + ": " + b + ", not " + a);
  }

  public static void Has(string part, string text) {
    if (text == null || !text.Contains(part)) throw new Exception("\"" + text + "\" has no \"" + part + "\"");
  }

  private static string Shown(object value) {
    var list = value as System.Collections.IEnumerable;
    if (value is string || list == null) return Convert.ToString(value);
    var parts = new List<string>();
    foreach (object part in list) parts.Add(Shown(part));
    return "[" + string.Join(", ", parts.ToArray()) + "]";
  }

  /// <summary>A new folder, removed by what is returned.</summary>
  public sealed class Folder : IDisposable {
    public readonly string Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "gmewatch-" + Guid.NewGuid().ToString("N"));
    public Folder() { Directory.CreateDirectory(Path); }
    public void Dispose() { Directory.Delete(Path, true); }
  }
}
