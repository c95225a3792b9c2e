// Plays events and calls of GME on the adapter in C#: replay.py has the lines.
using System;
using System.Globalization;
using System.Text;
using Gmewatch;

internal sealed class Player : IGmeWatchSink {
  private string seen = "";

  public void Report(int code) {
    seen += code == 0 ? "success" : "report " + code.ToString(CultureInfo.InvariantCulture);
  }

  public void Detail(int code, string operation) {
    seen += " " + (operation == "" ? "-" : operation);
  }

  private static string TextOf(string hex) {
    if (hex == "none") return null;
    if (hex == "-") return "";
    var bytes = new byte[hex.Length / 2];
    for (int i = 0; i < bytes.Length; ++i) bytes[i] = Convert.ToByte(hex.Substring(2 * i, 2), 16);
    return Encoding.UTF8.GetString(bytes);
  }

  private static string Play(string[] words, string version) {
    var player = new Player();
    var gme = new GmeAdapter(player, version);
    if (words[0] == "event") {
      gme.OnEvent(int.Parse(words[1]), TextOf(words[3]));
    } else if (words[0] == "result") {
      gme.OnResult(int.Parse(words[1]), int.Parse(words[2]));
    } else if (words[0] == "version") {
      return GmeAdapter.GenerationOf(TextOf(words[1])).ToString();
    } else if (gme.Call(TextOf(words[1]), int.Parse(words[2])) != int.Parse(words[2])) {
      throw new Exception("Call() returns another value");
    }
    if (gme.Unparsed > 0) player.seen += "unparsed";
    return player.seen == "" ? "nothing" : player.seen;
  }

  private static void Main(string[] arguments) {
    string line;
    while ((line = Console.ReadLine()) != null) {
      if (line.StartsWith("text ", StringComparison.Ordinal)) line = line.Substring(5);
      Console.WriteLine(Play(line.Split(' '), arguments[0] + ".0"));
    }
  }
}
