// Report allocates nothing, and neither does a frame in which nothing is due.
using System;
using System.Diagnostics;
using Gmewatch;

public static class CostTest {
  private const int Calls = 1000000;
  internal static object Kept;

  // The bytes that a million calls allocate.
  private static long Allocated(Action<int> call) {
    for (int i = 0; i < 1000; ++i) call(i); // what is made at the first call
    long before = GC.GetAllocatedBytesForCurrentThread();
    for (int i = 0; i < Calls; ++i) call(i);
    return GC.GetAllocatedBytesForCurrentThread() - before;
  }

  public static void TheMeasureFindsOneObject() {
    Check.That(Allocated(i => { if (i == Calls / 2) Kept = new object(); }) > 0, "it is found");
  }

  public static void ReportAllocatesNothing() {
    var world = new World();
    GmeWatchClient client = world.Start();
    long found = Allocated(i => client.Report(i % 600, 1 + i % 5)); // codes beyond 512 too
    Check.Equal(0, found, "bytes in a million calls");
    Check.That(client.Stats().ReportedEvents > Calls, "they were counted");
  }

  public static void DetailAllocatesNothing() {
    var world = new World();
    GmeWatchClient client = world.Start();
    long found = Allocated(i => client.Detail(1005, "EnterRoom", i));
    Check.Equal(0, found, "bytes in a million calls");
  }

  public static void ATickWithNothingDueAllocatesNothing() {
    var world = new World();
    GmeWatchClient client = world.Start(options => options.Clock = null); // the system's
    long found = Allocated(i => client.Tick());
    Check.Equal(0, found, "bytes in a million ticks");
    Check.Equal(0, world.Requests.Count, "requests");
  }

  /// <summary>Prints what client/README.md says; it is no test.</summary>
  internal static void Print() {
    var world = new World();
    GmeWatchClient client = world.Start(options => options.Clock = null);
    Console.WriteLine("Report: {0:F1} ns", Nanoseconds(i => client.Report(1005)));
    Console.WriteLine("Report, a mix: {0:F1} ns", Nanoseconds(i => client.Report(i & 63)));
    Console.WriteLine("Tick with nothing due: {0:F1} ns", Nanoseconds(i => client.Tick()));
    GC.Collect();
    long before = GC.GetTotalMemory(true);
    var clients = new GmeWatchClient[100];
    for (int i = 0; i < clients.Length; ++i) clients[i] = new World().Start();
    Console.WriteLine("memory of a client: {0} bytes", (GC.GetTotalMemory(true) - before) / clients.Length);
    GC.KeepAlive(clients);
  }

  private static double Nanoseconds(Action<int> call) {
    double best = double.MaxValue;
    for (int repetition = 0; repetition < 20; ++repetition) {
      Stopwatch watch = Stopwatch.StartNew();
      for (int i = 0; i < Calls; ++i) call(i);
      best = Math.Min(best, watch.Elapsed.TotalMilliseconds * 1000000 / Calls);
    }
    return best;
  }
}

public static class ClientTests {
  public static int Main(string[] arguments) {
    if (arguments.Length > 0 && arguments[0] == "--cost") {
      CostTest.Print();
      return 0;
    }
    return Check.Run(typeof(ClientTest), typeof(MoreClientTest), typeof(CostTest));
  }
}
