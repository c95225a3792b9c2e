// A real gmewatchd with a Connect port, for the tests of the clients.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class Site {
  directory = mkdtempSync(join(tmpdir(), "gmewatch-games-"));
  more = ""; // further settings

  /** `origins`: of the pages that may report. `connect`: the port of an earlier run, to start at the same one again. */
  async start(program, origins = [], connect = "127.0.0.1:0") {
    const settings = join(this.directory, "settings.yaml");
    writeFileSync(settings, `apps:\n- {name: demo, regions: [eu]}\n- {name: keyed, regions: [eu], keys: [the-only-key]}\nconnect: {cors_origins: ${JSON.stringify(origins)}}\n${this.more}`, { mode: 0o600 });
    this.daemon = spawn(program, [`--config=${settings}`, `--state_dir=${this.directory}/state`, "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0", `--connect_address=${connect}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let log = "";
    this.daemon.stderr.on("data", (text) => (log += text));
    this.ended = new Promise((done) => this.daemon.once("exit", done));
    for await (const line of createInterface({ input: this.daemon.stdout })) {
      const ready = /^ready ingest=(\S+) admin=(\S+) connect=(\S+)/.exec(line);
      if (!ready) continue;
      [, this.ingest, this.admin, this.connect] = ready;
      this.url = `http://${this.connect}`;
      return this;
    }
    throw new Error(`gmewatchd has not started: ${log}`);
  }

  /** Ends the daemon as the system would at a fault. */
  async kill() {
    this.daemon.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    await this.kill();
    rmSync(this.directory, { recursive: true });
  }

  async metrics() {
    return (await fetch(`http://${this.admin}/metrics`)).text();
  }

  /** The sum of the samples of a metric whose labels all match. */
  async sum(name, labels = {}) {
    let sum = 0;
    for (const line of (await this.metrics()).split("\n")) {
      const sample = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)`).exec(line);
      if (sample && Object.entries(labels).every(([label, value]) => (sample[1] ?? "").includes(`${label}="${value}"`))) sum += Number(sample[2]);
    }
    return sum;
  }

  errors(code, app = "demo") {
    return this.sum("gme_error_events_total", { code, app });
  }

  /** Waits until `read` gives `wanted`, and fails with what it gave at last. */
  async until(what, wanted, read, seconds = 30) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const value = await read();
      if (value === wanted) return;
      if (Date.now() > end) throw new Error(`${what}: ${value}, not ${wanted}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
