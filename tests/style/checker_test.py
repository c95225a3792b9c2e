"""Feeds every rule a snippet that breaks it and one that keeps it, so that no rule can die silently."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_docs
import check_format
import check_layers
import check_text
from sources import SKIPPED, Source, load

HERE = Path(__file__).resolve().parent


def layer_rules(path: str, text: str) -> set[str]:
    return {fault.rule for fault in check_layers.check_source(Source(path, text))}


def text_rules(path: str, text: str) -> set[str]:
    return {fault.rule for fault in check_text.check_source(Source(path, text))}


class LayersTest(unittest.TestCase):
    # (file, what it includes, the rule that it breaks or none)
    ROWS = [
        ("daemon/base/a.cc", "daemon/model/batch.h", "layer"),
        ("daemon/model/a.h", "daemon/base/clock.h", "layer"),
        ("daemon/model/a.h", "daemon/catalog/catalog.h", "layer"),
        ("daemon/model/a.h", "gmewatch/v1/error_reporting.pb.h", "layer"),
        ("daemon/catalog/a.cc", "daemon/config/settings.h", "layer"),
        ("daemon/config/a.cc", "daemon/catalog/catalog.h", "layer"),
        ("daemon/log/a.cc", "daemon/aggregate/aggregate.h", "layer"),
        ("daemon/aggregate/a.cc", "daemon/log/committer.h", "layer"),
        ("daemon/aggregate/a.cc", "daemon/aggregate/counters.h", None),
        ("daemon/ingest/a.cc", "daemon/expose/metric_names.h", "layer"),
        ("daemon/ingest/a.cc", "daemon/http/http_loop.h", "layer"),
        ("daemon/http/a.cc", "daemon/model/batch.h", "layer"),
        ("daemon/connect/a.cc", "daemon/log/committer.h", "layer"),
        ("daemon/connect/a.cc", "daemon/http/http_loop.h", None),
        ("daemon/expose/a.cc", "daemon/connect/connect_server.h", "layer"),
        ("daemon/expose/a.cc", "daemon/ingest/check_batch.h", "layer"),
        ("daemon/expose/a.cc", "daemon/aggregate/counters.h", None),
        ("daemon/ingest/a.cc", "daemon/daemon.h", "layer"),
        ("daemon/ingest/a.cc", "gmewatch/v1/error_reporting.grpc.pb.h", None),
        ("daemon/expose/a.cc", "gmewatch/v1/error_reporting.pb.h", "layer"),
        ("daemon/gmectl/a.cc", "gmewatch/reporter.h", None),
        ("daemon/gmectl/a.cc", "daemon/catalog/catalog.h", None),
        ("daemon/gmectl/a.cc", "daemon/aggregate/aggregate.h", None),
        ("daemon/gmectl/a.cc", "daemon/ingest/ingest_server.h", "layer"),
        ("daemon/main.cc", "daemon/gmectl/send.h", "layer"),
        ("daemon/main.cc", "daemon/daemon.h", None),
        ("daemon/main.cc", "daemon/ingest/ingest_server.h", None),
        ("client/src/a.cc", "daemon/base/clock.h", "layer"),
        ("client/src/a.cc", "gmewatch/internal/config.pb.h", "layer"),
        ("client/src/a.cc", "gmewatch/internal/rpc_error.pb.h", "layer"),
        ("client/include/gmewatch/a.h", "client/src/sender.h", "layer"),
        ("client/c/a.h", "client/src/sender.h", "layer"),
        *((f"client/{folder}/a.h", "client/src/sender.h", "layer") for folder in ("gme", "unreal/Source")),
        ("client/examples/a.cc", "client/src/sender.h", "layer"),
        ("client/tokens/a.cc", "gmewatch/reporter.h", "layer"),
        ("tests/daemon/log/a_test.cc", "daemon/aggregate/aggregate.h", None),
        ("daemon/detect/a.cc", "daemon/aggregate/counters.h", None),
        ("daemon/detect/a.cc", "daemon/expose/admin_server.h", "layer"),
        ("daemon/detect/a.cc", "daemon/detect/series/levels.h", None),
        ("daemon/detect/series/a.cc", "daemon/detect/detector.h", "layer"),
        ("daemon/detect/series/a.cc", "daemon/aggregate/counters.h", "layer"),
        ("daemon/newcomer/a.cc", "daemon/base/clock.h", "unplaced"),
        ("plugins/a.cc", "vector", "unplaced"),
        ("daemon/log/a.cc", "../model/batch.h", "relative"),
        ("daemon/log/a.cc", "grpcpp/grpcpp.h", "fence"),
        ("daemon/log/kafka/a.cc", "daemon/aggregate/aggregate.h", "layer"),
        ("daemon/log/a.cc", "librdkafka/rdkafka.h", "fence"),
        ("daemon/ingest/a.cc", "daemon/log/kafka/kafka_lane.h", "fence"),
        *((f"daemon/{folder}/a.cc", "daemon/detect/detector.h", "layer") for folder in ("triage", "annotate")),
        ("daemon/triage/a.cc", "daemon/aggregate/counters.h", None),
        ("daemon/ingest/a.cc", "grpcpp/grpcpp.h", None),
        ("daemon/ingest/a.cc", "curl/curl.h", "fence"),
        ("daemon/base/http_session.cc", "curl/curl.h", None),
        ("client/include/gmewatch/a.h", "grpcpp/grpcpp.h", "fence"),
        ("daemon/aggregate/a.cc", "prometheus/counter.h", "fence"),
        ("daemon/ingest/a.cc", "CivetServer.h", "fence"),
        ("daemon/ingest/a.cc", "boost/asio.hpp", "fence"),
        *((f"daemon/{folder}/a.cc", "boost/asio.hpp", None) for folder in ("expose", "http")),
        ("daemon/connect/a.cc", "boost/asio.hpp", "fence"),
        ("daemon/expose/a.cc", "sqlite3.h", "fence"),
        ("tests/integration/a_test.cc", "sqlite3.h", "fence"),
        ("daemon/catalog/a.cc", "yaml-cpp/yaml.h", "fence"),
        ("daemon/base/yaml_load.cc", "yaml-cpp/yaml.h", None),
        ("daemon/log/a.cc", "openssl/evp.h", "fence"),
        ("daemon/log/a.cc", "gtest/gtest.h", "fence"),
    ]

    def test_each_row(self):
        for path, include, rule in self.ROWS:
            for quoted in (f'"{include}"', f"<{include}>"):
                with self.subTest(path=path, include=quoted):
                    found = layer_rules(path, f"// A file.\n#include {quoted}\n")
                    self.assertEqual(found, {rule} if rule else set())

    def test_every_layer_and_fence_has_a_row(self):
        for layer in check_layers.LAYERS:
            # In tests everything of ours may be included.
            rows = [path for path, _, rule in self.ROWS if rule == "layer" or layer == "tests"]
            self.assertTrue(any(check_layers._layer_of(path) == layer for path in rows), layer)
        for pattern, _ in check_layers.FENCES:
            first = pattern.split("|")[0].replace("\\", "")
            rows = [include for _, include, rule in self.ROWS if rule == "fence"]
            self.assertTrue(any(include.startswith(first) for include in rows), pattern)

    def test_the_module_map_says_what_the_layers_say(self):
        rows = []
        for layer in check_layers.LAYERS:
            if layer.startswith("daemon/"):
                rows.append(f"| {layer} | a part | {', '.join(sorted(check_layers._shown(layer)))} |")

        def faults(lines: list[str]) -> list[str]:
            source = Source(check_layers.MODULE_MAP, "\n".join(lines) + "\n")
            return [fault.message for fault in check_layers.check([source])]

        self.assertEqual(faults(rows), [])
        self.assertEqual(faults(rows[1:]), ["the module map has no row for daemon/base"])
        wrong = [row.replace("| daemon/log | a part | base, model |", "| daemon/log | a part | model |") for row in rows]
        self.assertEqual(faults(wrong), ["daemon/log may know base, model"])


class TextTest(unittest.TestCase):
    # (file, a line, the rule that it breaks or none)
    ROWS = [
        ("daemon/log/a.cc", "auto t = absl::Now();", "clock"),
        ("daemon/log/a.cc", "auto t = std::chrono::steady_clock::now();", "clock"),
        ("client/src/a.cc", "clock_gettime(CLOCK_REALTIME, &now);", "clock"),
        ("tests/daemon/log/a_test.cc", "auto t = time(nullptr);", "clock"),
        ("daemon/base/clock.cc", "return absl::Now();", None),
        ("client/src/monitor.cc", "return std::chrono::steady_clock::now();", None),
        ("tests/integration/a_test.cc", "auto t = absl::Now();", None),
        ("daemon/log/a.cc", "// absl::Now() would be wrong here", None),
        ("daemon/log/a.cc", 'Say("absl::Now()");', None),
        ("daemon/log/a.cc", "auto t = clock.Now();", None),
        ("daemon/log/a.cc", "t = absl::Now();  // allow(clock): shown to people", None),
        ("daemon/log/a.cc", "t = absl::Now();  // allow(clock):", "clock"),
        ("daemon/log/a.cc", "t = absl::Now();  // allow(sleep): shown to people", "clock"),
        ("daemon/log/a.cc", "absl::SleepFor(absl::Seconds(1));", "sleep"),
        ("tests/integration/a_test.cc", "std::this_thread::sleep_for(1s);", "sleep"),
        ("client/src/a.cc", "usleep(1);", "sleep"),
        ("daemon/log/a.cc", "mutex_.AwaitWithTimeout(full, absl::Seconds(1));", "timed_wait"),
        ("daemon/a.cc", "changed_.WaitWithDeadline(&mutex_, end);", "timed_wait"),
        ("client/src/a.cc", "stop_.WaitForNotificationWithTimeout(wait);", "timed_wait"),
        ("daemon/log/a.cc", "mutex_.LockWhenWithDeadline(full, end);", "timed_wait"),
        ("daemon/log/a.cc", "mutex_.Await(full);", None),
        ("tests/daemon/log/a_test.cc", "mutex_.AwaitWithTimeout(full, absl::Seconds(1));", None),
        ("tests/daemon/log/a_test.cc", "path = testing::TempDir() + name;", "temp_dir"),
        ("tests/support/temp_dir.cc", "mkdtemp(path_.data());", None),
        ("daemon/log/a.h", "std::shared_ptr<int> p;", "shared_ptr"),
        ("daemon/log/a.h", "std::shared_ptr<const int> p = std::make_shared<const int>(1);", None),
        ("daemon/log/a.h", "std::shared_ptr<int> p;  // allow(shared_ptr): gRPC asks for it", None),
        ("daemon/expose/a.h", "std::shared_ptr<int> p;", None),
        ("client/src/a.h", "std::shared_ptr<int> p;", None),
        ("daemon/log/a.h", "void F(std::string_view s);", "string_view"),
        ("daemon/log/a.h", "void F(absl::string_view s);", None),
        ("daemon/aggregate/a.h", "std::thread worker_;", "pure"),
        ("daemon/aggregate/a.cc", 'LogInfo("counted");', "pure"),
        ("daemon/aggregate/a.cc", "#include <fstream>", "pure"),
        ("daemon/aggregate/a.cc", "#include <thread>", "pure"),
        ("daemon/aggregate/a.cc", '#include "daemon/base/clock.h"', "pure"),
        ("daemon/aggregate/a.cc", '#include "absl/time/clock.h"', "pure"),
        ("daemon/aggregate/a.cc", '#include "absl/synchronization/mutex.h"', None),
        ("daemon/log/a.h", "std::thread worker_;", None),
        ("daemon/log/a.cc", "int x;  // NOLINT", "nolint"),
        ("daemon/log/a.cc", "int x;  // NOLINT(bugprone-x)", "nolint"),
        ("daemon/log/a.cc", "// NOLINTNEXTLINE(bugprone-x)", "nolint"),
        ("daemon/log/a.cc", "int x;  // NOLINT(bugprone-x): the bytes are ours", None),
        ("tests/daemon/log/a_test.cc", "TEST(LogTest, DISABLED_Keeps) {", "disabled"),
        ("tests/daemon/log/a_test.cc", "TEST(LogTest, DISABLED_Keeps) {  // the disk is slow", None),
        ("tests/daemon/log/a_test.cc", "GTEST_SKIP();", "skip"),
        ("tests/daemon/log/a_test.cc", 'GTEST_SKIP() << "no disk";', None),
        ("README.md", "two words ", "white_space"),
        ("README.md", "a tab\t", "white_space"),
        ("deploy/quickstart", "cd /wor" + "k/main", "machine_path"),
        ("deploy/quickstart", "cd /hom" + "e/me", "machine_path"),
        ("deploy/quickstart", 'cd "$HOME/me" # any/work/is', None),
    ]

    def test_each_row(self):
        for path, line, rule in self.ROWS:
            with self.subTest(path=path, line=line):
                self.assertEqual(text_rules(path, f"first\n{line}\n"), {rule} if rule else set())

    def test_every_rule_has_a_row(self):
        broken = {rule for _, _, rule in self.ROWS}
        for rule in check_text.CODE_RULES:
            self.assertIn(rule.name, broken)

    def test_length_and_last_line(self):
        limit = check_text.LINES_MAX
        for suffix in ("cc", "h", "py"):
            self.assertEqual(text_rules(f"daemon/log/a.{suffix}", "\n" * limit), set())
            self.assertEqual(text_rules(f"daemon/log/a.{suffix}", "\n" * (limit + 1)), {"length"})
        self.assertEqual(text_rules("README.md", "\n" * (limit + 1)), set())
        self.assertEqual(text_rules("README.md", "no end"), {"last_line"})

    def test_quotes_and_comments_are_no_code(self):
        text = 'auto a = R"x(absl::Now() ")x"; /* sleep(1)\nsleep(1) */ int b = 1\'000;\nsleep(1);\n'
        faults = list(check_text.check_source(Source("daemon/log/a.cc", text)))
        self.assertEqual([(fault.rule, fault.line) for fault in faults], [("sleep", 3)])


    def test_a_long_file_may_say_why(self):
        text = "// A table.\n// allow(length): one row for each code\n" + "\n" * check_text.LINES_MAX
        self.assertEqual(text_rules("daemon/log/a.h", text), set())

    def test_a_class_has_one_file(self):
        def rules(*sources: Source) -> list[tuple[str, str]]:
            return [(fault.path, fault.rule) for fault in check_text.check_classes(list(sources))]

        header = Source("daemon/log/a.h", "class A {};\n")
        whole = Source("daemon/log/a.cc", "void A::Run() {}\nint A::size() const {}\nA::~A() { B::Make(); }\n")
        self.assertEqual(rules(header, whole), [])
        half = Source("daemon/log/a_load.cc", "absl::Status A::Load() {}\n")
        self.assertEqual(rules(header, whole, half), [("daemon/log/a_load.cc", "header"), ("daemon/log/a_load.cc", "partial")])
        self.assertEqual(rules(Source("daemon/main.cc", "int main() {}\n")), [])
        self.assertEqual(rules(Source("tests/daemon/log/a_test.cc", "TEST(A, B) {}\n")), [])
        public = Source("client/include/gmewatch/b.h", "class B {};\n")
        self.assertEqual(rules(public, Source("client/src/b.cc", "B::B() {}\n")), [])


class DocsTest(unittest.TestCase):
    def faults(self, *sources: Source) -> list[tuple[str, int]]:
        return [(fault.rule, fault.line) for fault in check_docs.check(list(sources))]

    def test_promises_name_tests_that_exist(self):
        head = "| promise | test |\n| --- | --- |\n"
        test = Source("tests/a_test.cc", "TEST_F(LogTest,\n       KeepsOrder) {}\n")
        python = Source("tests/a_test.py", "class RunTest(x):\n    def test_it(self):\n")
        cmake = Source("tests/CMakeLists.txt", "add_test(NAME style.layers COMMAND true)\n")
        known = "| all | `LogTest.KeepsOrder`, `RunTest.test_it`, `style.layers` |\n"
        promises = Source("tests/README.md", head + known)
        self.assertEqual(self.faults(test, python, cmake, promises), [])
        promises = Source("tests/README.md", head + "| it | `LogTest.Keeps` |\n| more | none |\n")
        self.assertEqual(self.faults(test, promises), [("promise", 3), ("promise", 4)])

    def test_metrics_and_reasons_exist(self):
        names = Source(check_docs.METRIC_NAMES, 'X(kA, "gme_sessions_total")\n')
        reasons = Source(check_docs.REASON_FILES[0], 'X(kInvalid, 0, "invalid", "")\n')
        good = Source("README.md", 'gme_sessions_total{reason="invalid"}\n')
        bad = Source("README.md", 'gme_session_total{reason="bad"}\n')
        self.assertEqual(self.faults(names, reasons, good), [])
        self.assertEqual(self.faults(names, reasons, bad), [("metric", 1), ("reason", 1)])

    def test_links_lead_somewhere(self):
        here = Source("deploy/README.md", "[a](../README.md) [b](systemd/) [c](README.md#x)\n")
        others = [Source("README.md", "\n"), Source("deploy/systemd/a.service", "\n")]
        self.assertEqual(self.faults(here, *others), [])
        self.assertEqual(self.faults(Source("README.md", "\n[a](b.md)\n")), [("link", 2)])


class ProgramsTest(unittest.TestCase):
    def run_check(self, name: str, files: dict[str, str], *arguments: str) -> int:
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                (Path(root) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(root) / path).write_text(text, encoding="utf-8")
            command = [sys.executable, "-B", str(HERE / name), root, *arguments]
            return subprocess.run(command, capture_output=True, check=False).returncode

    def test_exit_status_tells(self):
        good, bad = {"daemon/log/a.h": "int x;\n"}, {"daemon/log/a.h": '#include "../b.h" \n'}
        for name in ("check_layers.py", "check_text.py"):
            self.assertEqual(self.run_check(name, good), 0)
            self.assertEqual(self.run_check(name, bad), 1)
            self.assertEqual(self.run_check(name, {}), 1, "nothing found is no success")
        self.assertEqual(self.run_check("check_docs.py", {"README.md": "[a](b.md)\n"}), 1)

    def test_format_tells(self):
        if check_format.find_clang_format() is None:
            self.skipTest("clang-format is not installed")
        style = {".clang-format": "BasedOnStyle: Google\n"}
        good, bad = {"daemon/a.h": "int x;\n"}, {"daemon/a.h": "int   x ;\n"}
        self.assertEqual(self.run_check("check_format.py", style | good, "clang-format"), 0)
        self.assertEqual(self.run_check("check_format.py", style | bad, "clang-format"), 1)

    def test_shell_tells(self):
        good, bad = {"run": '#!/bin/bash\necho "$1"\n'}, {"run": "#!/bin/bash\necho $1\n"}
        if self.run_check("check_format.py", good, "shellcheck") == SKIPPED:
            self.skipTest("shellcheck is not installed")
        self.assertEqual(self.run_check("check_format.py", good, "shellcheck"), 0)
        self.assertEqual(self.run_check("check_format.py", bad, "shellcheck"), 1)

    def test_generated_files_are_left_out(self):
        with tempfile.TemporaryDirectory() as root:
            for path in ("build/dev/a.h", "daemon/a.h"):
                (Path(root) / path).parent.mkdir(parents=True)
                (Path(root) / path).write_text("\n", encoding="utf-8")
            self.assertEqual([source.path for source in load(Path(root))], ["daemon/a.h"])


if __name__ == "__main__":
    unittest.main()
