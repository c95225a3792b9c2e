"""Makes the tables of the GME adapters out of events.yaml.

    python3 client/gme/generate.py            # writes them
    python3 client/gme/generate.py --check    # exit status 1 if one is not what events.yaml makes
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
CLIENT = HERE.parent
NOTE = "Made by client/gme/generate.py out of client/gme/events.yaml."
GENERATIONS = (2, 3)
RULES = ("nothing", "result", "errors_only", "disconnect")
PREFIX = {False: "ITMG_MAIN_EVENT_TYPE_", True: "ITMG_MAIN_EVNET_TYPE_"}


@dataclass(frozen=True)
class Event:
    """An event of one generation of the SDK."""

    generation: int
    type: int
    name: str
    rule: str
    key: str
    operation: str


@dataclass(frozen=True)
class Table:
    events: tuple[Event, ...]
    silent_disconnect: dict[int, int]
    first_result: int
    last_result: int

    def of(self, generation: int) -> list[Event]:
        """What has a rule, in order of type."""
        return [event for event in self.events if event.generation == generation and event.rule != "nothing"]


def events_of(row: dict) -> list[Event]:
    unknown = set(row) - {"type", "name", "sdk", "evnet", "rule", "key", "operation"}
    if unknown or row["rule"] not in RULES or (row["rule"] != "nothing") != ("operation" in row):
        raise ValueError(f"events.yaml: {row}: unknown fields {sorted(unknown)}, a rule not among {RULES}, or no operation")
    found = []
    for generation in (row["sdk"],) if "sdk" in row else GENERATIONS:
        name = PREFIX[row.get("evnet", False) and generation == 2] + row["name"]
        found.append(Event(generation, row["type"], name, row["rule"], row.get("key", "result"), row.get("operation", "")))
    return found


def load(path: Path) -> Table:
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    events = sorted((event for row in text["events"] for event in events_of(row)), key=lambda event: (event.generation, event.type))
    for one, next_one in zip(events, events[1:]):
        if (one.generation, one.type) == (next_one.generation, next_one.type):
            raise ValueError(f"events.yaml: type {one.type} of {one.generation}.x is there twice")
    results = text["result_codes"]
    return Table(tuple(events), text["silent_disconnect"], results["first"], results["last"])


def cpp(table: Table) -> str:
    def rows(generation: int) -> str:
        return "\n".join(
            f'      {{{event.type}, kRule{event.rule.title().replace("_", "")}, "{event.key}", "{event.operation}"}},'
            for event in table.of(generation)
        )

    return f"""// {NOTE}
// clang-format off
#ifndef GMEWATCH_GME_EVENTS_H_
#define GMEWATCH_GME_EVENTS_H_

#include <stdint.h>

namespace gmewatch {{
namespace gme {{

enum Rule {{ kRuleNothing, kRuleResult, kRuleErrorsOnly, kRuleDisconnect }};

struct EventRule {{
  int32_t type;
  Rule rule;
  const char* key;
  const char* operation;
}};

const int32_t kFirstResultCode = {table.first_result};
const int32_t kLastResultCode = {table.last_result};

// The code of a disconnect without one.
inline int32_t SilentDisconnect(int generation) {{ return generation >= 3 ? {table.silent_disconnect[3]} : {table.silent_disconnect[2]}; }}

// The rule of an event; null: it is nothing.
inline const EventRule* FindRule(int generation, int32_t type) {{
  static const EventRule rules_2[] = {{
{rows(2)}
      {{0, kRuleNothing, nullptr, nullptr}}}};
  static const EventRule rules_3[] = {{
{rows(3)}
      {{0, kRuleNothing, nullptr, nullptr}}}};
  for (const EventRule* rule = generation >= 3 ? rules_3 : rules_2; rule->operation != nullptr; ++rule) {{
    if (rule->type == type) {{
      return rule;
    }}
  }}
  return nullptr;
}}

}}  // namespace gme
}}  // namespace gmewatch

#endif  // GMEWATCH_GME_EVENTS_H_
"""


def csharp(table: Table) -> str:
    def rows(generation: int) -> str:
        return "\n".join(
            f'      new GmeEvent({event.type}, GmeRule.{event.rule.title().replace("_", "")}, "{event.key}", "{event.operation}"),'
            for event in table.of(generation)
        )

    return f"""// {NOTE}
namespace Gmewatch {{
  internal enum GmeRule {{ Result, ErrorsOnly, Disconnect }}

  internal sealed class GmeEvent {{
    internal readonly int Type;
    internal readonly GmeRule Rule;
    internal readonly string Key;
    internal readonly string Operation;

    private GmeEvent(int type, GmeRule rule, string key, string operation) {{
      Type = type;
      Rule = rule;
      Key = key;
      Operation = operation;
    }}

    internal const int FirstResultCode = {table.first_result};
    internal const int LastResultCode = {table.last_result};

    /// <summary>The code of a disconnect without one.</summary>
    internal static int SilentDisconnect(int generation) {{
      return generation >= 3 ? {table.silent_disconnect[3]} : {table.silent_disconnect[2]};
    }}

    /// <summary>The rule of an event; null: it is nothing.</summary>
    internal static GmeEvent Find(int generation, int type) {{
      foreach (GmeEvent one in generation >= 3 ? Sdk3 : Sdk2) {{
        if (one.Type == type) return one;
      }}
      return null;
    }}

    private static readonly GmeEvent[] Sdk2 = {{
{rows(2)}
    }};

    private static readonly GmeEvent[] Sdk3 = {{
{rows(3)}
    }};
  }}
}}
"""


def typescript(table: Table) -> str:
    def rows(generation: int) -> str:
        return "\n".join(
            f'    [{event.type}, "{event.name}", "{event.rule}", "{event.key}", "{event.operation}"],' for event in table.of(generation)
        )

    return f"""// {NOTE}
export type GmeRule = "result" | "errors_only" | "disconnect";
/** Type, name, rule, where the code is in the data, the SDK's call. */
export type GmeEvent = readonly [number, string, GmeRule, string, string];

export const FIRST_RESULT_CODE = {table.first_result};
export const LAST_RESULT_CODE = {table.last_result};

/** The code of a disconnect without one, by generation. */
export const SILENT_DISCONNECT: Record<2 | 3, number> = {{ 2: {table.silent_disconnect[2]}, 3: {table.silent_disconnect[3]} }};

/** By generation. An event that is not here is nothing. */
export const GME_EVENTS: Record<2 | 3, readonly GmeEvent[]> = {{
  2: [
{rows(2)}
  ],
  3: [
{rows(3)}
  ],
}};
"""


def outputs(table: Table) -> dict[Path, str]:
    return {
        HERE / "gmewatch_gme_events.h": cpp(table),
        CLIENT / "unity/Runtime/Gme/GmeEvents.cs": csharp(table),
        CLIENT / "web/src/gme_events.ts": typescript(table),
    }


def main() -> int:
    stale = 0
    for path, text in outputs(load(HERE / "events.yaml")).items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if sys.argv[1:] != ["--check"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print(f"{'stale' if sys.argv[1:] == ['--check'] else 'written'}: {path.relative_to(CLIENT.parent)}")
    return 1 if stale and sys.argv[1:] == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main())
