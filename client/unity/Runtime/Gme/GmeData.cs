namespace Gmewatch {
  /// <summary>
  /// The data of a GME event, a JSON text. Nested values only have brackets that fit; of a name that is there twice the last value counts; null is
  /// nothing; a number may stand in quotes.
  /// </summary>
  internal struct GmeData {
    private const int DepthMax = 64;
    private readonly string text;
    private int at;

    internal GmeData(string data) {
      text = data;
      at = 0;
    }

    /// <summary>The whole number under `key`, or else under "result"; null if nothing is there. False: the text is malformed.</summary>
    internal bool TryRead(string key, out int? code) {
      code = null;
      int? other = null;
      if (string.IsNullOrEmpty(text)) return true;
      if (!Take('{')) return false;
      if (!Take('}')) {
        do {
          string name;
          if (!TakeText(out name) || !Take(':')) return false;
          bool isWanted = name == key;
          if (!TakeValue(isWanted || name == "result", out int? value)) return false;
          if (value != null && isWanted) code = value;
          else if (value != null) other = value;
        } while (Take(','));
        if (!Take('}')) return false;
      }
      SkipSpace();
      if (at != text.Length) return false;
      if (code == null) code = other;
      return true;
    }

    private char Now { get { return at < text.Length ? text[at] : '\0'; } }

    private void SkipSpace() {
      while (Now == ' ' || Now == '\t' || Now == '\n' || Now == '\r') ++at;
    }

    private bool Take(char wanted) {
      SkipSpace();
      if (at == text.Length || text[at] != wanted) return false;
      ++at;
      return true;
    }

    private bool TakeText(out string found) {
      found = null;
      if (!Take('"')) return false;
      int begin = at;
      while (at < text.Length && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
      if (at >= text.Length) return false;
      found = text.Substring(begin, at - begin);
      ++at;
      return true;
    }

    // A number, true, false or null.
    private bool TakeWord(out string found) {
      int begin = at;
      while (IsWordCharacter(Now)) ++at;
      found = text.Substring(begin, at - begin);
      return at > begin;
    }

    private static bool IsWordCharacter(char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.';
    }

    private bool TakeValue(bool isWanted, out int? value) {
      value = null;
      SkipSpace();
      if (Now == '{' || Now == '[') return SkipNested() && !isWanted;
      bool isQuoted = Now == '"';
      string found;
      if (!(isQuoted ? TakeText(out found) : TakeWord(out found))) return false;
      if (!isWanted || (!isQuoted && found == "null")) return true;
      value = ToInt32(found);
      return value != null;
    }

    private static int? ToInt32(string digits) {
      bool isNegative = digits.Length > 0 && digits[0] == '-';
      int first = isNegative ? 1 : 0;
      if (first == digits.Length || digits.Length > 11 || (digits[first] == '0' && digits.Length > first + 1)) return null;
      long all = 0;
      for (int i = first; i < digits.Length; ++i) {
        if (digits[i] < '0' || digits[i] > '9') return null;
        all = all * 10 + (digits[i] - '0');
      }
      if (isNegative) all = -all;
      return all < int.MinValue || all > int.MaxValue ? (int?)null : (int)all;
    }

    private bool SkipNested() {
      ulong objects = 0; // a bit for each open bracket, the innermost lowest
      int depth = 0;
      do {
        if (at >= text.Length) return false;
        char c = text[at];
        if (c == '"') {
          string ignored;
          if (!TakeText(out ignored)) return false;
          continue;
        }
        if (c == '{' || c == '[') {
          if (++depth > DepthMax) return false;
          objects = (objects << 1) | (c == '{' ? 1u : 0u);
        } else if (c == '}' || c == ']') {
          if ((objects & 1) != (c == '}' ? 1u : 0u)) return false;
          objects >>= 1;
          --depth;
        }
        ++at;
      } while (depth > 0);
      return true;
    }
  }
}
