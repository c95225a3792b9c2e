"""Makes a program of the lines that README.md has under "The first report": usage: readme_program.py cpp|c|ts|csharp OUT

Its first argument is the address or the URL of gmewatchd. The lines are those of the document; around them stands what a game has anyway.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GRPC, URL = '"127.0.0.1:4747"', '"http://127.0.0.1:4748"'

# Language -> what stands in the place of the address, and the program around the lines: {0} the includes and imports, {1} the rest.
AROUND = {
    "cpp": (GRPC, "argv[1]", "{0}\nint main(int, char** argv) {{\n{1}\n  return reporter.Stats().pending_events == 0 ? 0 : 1;\n}}\n"),
    "c": (URL, "argv[1]", "{0}\nint main(int argc, char** argv) {{\n  (void)argc;\n{1}\n  return 0;\n}}\n"),
    "ts": (
        URL,
        "process.argv[2]",
        "{0}\n{1}\nwatch.flush();\nconst timer = setInterval(() => watch.stats().pendingEvents || (clearInterval(timer), watch.stop()), 10);\n",
    ),
    "csharp": (
        URL,
        "arguments[0]",
        "{0}\nusing UnityEngine;\npublic static class ReadmeProgram {{\n  public static void Main(string[] arguments) {{\n"
        "    Application.persistentDataPath = arguments[1];\n    Engine.Play();\n{1}\n    GmeWatch.Flush();\n"
        "    while (GmeWatch.Stats.PendingEvents > 0) {{\n      Time.realtimeSinceStartup = SteadyClock.Monotonic() / 1000.0f;\n      Engine.Frame();\n    }}\n"
        "    Engine.Quit();\n    Engine.Exit(0);\n  }}\n}}\n",
    ),
}


def lines_of(language: str) -> str:
    """The first block of this language in that part of the document."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    part = text.split("## The first report\n", 1)[1].split("\n## ", 1)[0]
    found = re.search(rf"```{language}\n(.*?)```", part, re.DOTALL)
    assert found, language
    return found[1]


def program_of(language: str) -> str:
    shipped, here, around = AROUND[language]
    lines = lines_of(language)
    assert lines.count(shipped) == 1, lines
    rows = lines.replace(shipped, here).replace('"gmewatch-client"', f'"{(ROOT / "client/web/build/gmewatch.mjs").as_posix()}"').splitlines()
    head = [row for row in rows if row.startswith(("#include", "import", "using"))]
    return around.format("\n".join(head), "\n".join(row for row in rows if row not in head))


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(program_of(sys.argv[1]), encoding="utf-8")
