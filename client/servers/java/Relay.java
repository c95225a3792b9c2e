// A game server that reports to gmewatchd for its players: client/README.md, "Game servers". Over HTTP by the Connect protocol, with nothing but
// the JDK (11 or later).
//
//     java Relay.java URL APP REGION < EVENTS      the key of apps[].relay_keys is in $GMEWATCH_KEY
//
// A line of EVENTS is what a player's game sent to the server: PLATFORM APP_VERSION SDK_VERSION CODE.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** report() may be called from any thread. run() sends until stop(); it is for a thread of its own. */
public final class Relay implements Runnable {
  private static final int TIMEOUT_MS = 15_000;
  private static final long BACKOFF_MAX_MS = 60_000;
  private static final long HORIZON_S = 24 * 3600; // gmewatchd may have forgotten the session then, and would count a batch that it has counted
  private static final int CODES_MAX = 512;
  private static final long EVENTS_MAX = 1_000_000;
  private static final int GROUPS_MAX = 200; // players send the versions, so they must not make sessions without end
  private static final int ANSWER_MAX = 16 << 10;

  // Of the details an order and a URL before the type are allowed for, as Envoy writes them.
  private static final Pattern DETAIL = Pattern.compile("\\{[^{}]*\"type\":\\s*\"[^\"]*?google.rpc.(RetryInfo|BadRequest)\"[^{}]*\\}");
  private static final Pattern VALUE = Pattern.compile("\"value\":\\s*\"([A-Za-z0-9+/]*)");
  private static final Pattern SETTLED = Pattern.compile("\"acknowledgedSequence\":\\s*\"(\\d{1,18})\"");
  private static final Pattern MIN_INTERVAL = Pattern.compile("\"minInterval\":\\s*\"(\\d{1,9}(?:\\.\\d{1,9})?)s\"");
  private static final Pattern INVALID = Pattern.compile("\"code\":\\s*\"invalid_argument\"");

  /** The players of one platform and version: a session. */
  private static final class Group {
    final String session;
    final TreeMap<Integer, Long> counts = new TreeMap<>();
    final Map<String, Long> lost = new TreeMap<>();
    long since; // when the first of `counts` happened
    long sequence;
    Batch flight; // sent again unchanged, but for its age, until it is answered
    long notBefore = System.nanoTime();
    long backoffMs = 1000;

    Group(String session) {
      this.session = session;
    }
  }

  private static final class Batch {
    final TreeMap<Integer, Long> counts = new TreeMap<>();
    final Map<String, Long> lost = new TreeMap<>();
    final long made = System.nanoTime();
    long since;

    long events() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private final URL url;
  private final String key;
  private final String app;
  private final String region;
  private final long intervalMs;
  private final SecureRandom random = new SecureRandom();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Map<String, Group> groups = new HashMap<>();
  private final Object sending = new Object(); // one thread at a time

  public Relay(String url, String key, String app, String region, long intervalMs) throws IOException {
    this.url = new URL(url + "/gmewatch.v1.ErrorReporting/Report");
    this.key = key;
    this.app = app;
    this.region = region;
    this.intervalMs = intervalMs;
  }

  /** Counts an event of a player; code 0 is a success. */
  public synchronized void report(String platform, String appVersion, String sdkVersion, int code) {
    Group group = groupOf(text(platform), text(appVersion), text(sdkVersion));
    if (!group.counts.containsKey(code) && group.counts.size() >= CODES_MAX) {
      group.lost.merge("TOO_MANY_CODES", 1L, Long::sum);
      return;
    }
    if (group.counts.isEmpty()) group.since = System.nanoTime();
    group.counts.merge(code, 1L, Long::sum);
  }

  /** What is not acknowledged yet. */
  public synchronized long pending() {
    long all = 0;
    for (Group group : groups.values()) {
      for (long count : group.counts.values()) all += count;
      if (group.flight != null) all += group.flight.events();
    }
    return all;
  }

  @Override
  public void run() {
    try {
      while (!stopped.await(intervalMs, TimeUnit.MILLISECONDS)) flush();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends run() and sends what is pending; false if something is left. */
  public boolean stop(long seconds) throws InterruptedException {
    stopped.countDown();
    final long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (pending() > 0 && System.nanoTime() - until < 0) {
      flush();
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return pending() == 0;
  }

  private synchronized List<Group> due() {
    List<Group> due = new ArrayList<>();
    for (Group group : groups.values()) {
      if (System.nanoTime() - group.notBefore < 0) continue;
      if (group.flight != null && System.nanoTime() - group.flight.made >= TimeUnit.SECONDS.toNanos(HORIZON_S)) giveUp(group, "EXPIRED");
      if (group.flight == null && group.counts.size() + group.lost.size() > 0) group.flight = take(group);
      if (group.flight != null) due.add(group);
    }
    return due;
  }

  /** One attempt for each group that has something to send and may. */
  public void flush() {
    synchronized (sending) {
      for (Group group : due()) {
        try {
          send(group);
        } catch (IOException nobodyAnswers) {
          tryLater(group, String.valueOf(nobodyAnswers), 0);
          return; // nor would the others be answered
        }
      }
    }
  }

  private Group groupOf(String platform, String appVersion, String sdkVersion) {
    String name = String.join("\n", platform, appVersion, sdkVersion);
    if (!groups.containsKey(name) && groups.size() >= GROUPS_MAX) {
      name = "other";
      platform = "other";
      appVersion = "";
      sdkVersion = "";
    }
    Group group = groups.get(name);
    if (group != null) return group;
    byte[] id = new byte[16];
    random.nextBytes(id);
    Map<String, String> session = new LinkedHashMap<>();
    session.put("id", Base64.getEncoder().encodeToString(id));
    session.put("app", app);
    session.put("region", region);
    session.put("platform", platform);
    session.put("appVersion", appVersion);
    session.put("sdkVersion", sdkVersion);
    List<String> fields = new ArrayList<>();
    session.forEach((field, value) -> fields.add(quoted(field) + ":" + quoted(value)));
    group = new Group("{" + String.join(",", fields) + "}");
    groups.put(name, group);
    return group;
  }

  private static Batch take(Group group) {
    Batch batch = new Batch();
    long room = EVENTS_MAX;
    for (Map.Entry<Integer, Long> entry : group.counts.entrySet()) {
      long taken = Math.min(entry.getValue(), room);
      if (taken == 0) break;
      batch.counts.put(entry.getKey(), taken);
      room -= taken;
    }
    batch.counts.forEach((code, taken) -> group.counts.computeIfPresent(code, (same, count) -> count == taken.longValue() ? null : count - taken));
    batch.lost.putAll(group.lost);
    group.lost.clear();
    batch.since = batch.counts.isEmpty() ? System.nanoTime() : group.since;
    ++group.sequence;
    return batch;
  }

  private static String json(Group group) {
    Batch batch = group.flight;
    List<String> losses = new ArrayList<>();
    batch.lost.forEach((reason, events) -> losses.add("{\"reason\":" + quoted(reason) + ",\"events\":\"" + events + "\"}"));
    long age = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - batch.since);
    return "{\"session\":" + group.session + ",\"sequence\":\"" + group.sequence + "\",\"codes\":" + batch.counts.keySet() + ",\"counts\":" + batch.counts.values()
        + ",\"age\":\"" + age / 1000 + String.format(Locale.ROOT, ".%03ds", age % 1000) + "\",\"losses\":[" + String.join(",", losses) + "]}";
  }

  private void send(Group group) throws IOException {
    HttpURLConnection call = (HttpURLConnection) url.openConnection();
    call.setRequestMethod("POST");
    call.setConnectTimeout(TIMEOUT_MS);
    call.setReadTimeout(TIMEOUT_MS);
    call.setInstanceFollowRedirects(false);
    call.setRequestProperty("Content-Type", "application/json");
    call.setRequestProperty("Connect-Protocol-Version", "1");
    if (!key.isEmpty()) call.setRequestProperty("Authorization", "Bearer " + key);
    call.setDoOutput(true);
    try (OutputStream body = call.getOutputStream()) {
      body.write(json(group).getBytes(StandardCharsets.UTF_8));
    }
    final int status = call.getResponseCode();
    String answer = "";
    // Read to its end, so that the connection is kept.
    try (InputStream body = status < 400 ? call.getInputStream() : call.getErrorStream()) {
      if (body != null) answer = new String(body.readNBytes(ANSWER_MAX), StandardCharsets.UTF_8);
    }
    settle(group, status, answer);
  }

  private void settle(Group group, int status, String answer) {
    Matcher settled = SETTLED.matcher(answer);
    // A login page answers with 200 too.
    if (status == 200 && settled.find() && Long.parseLong(settled.group(1)) >= group.sequence) {
      Matcher interval = MIN_INTERVAL.matcher(answer);
      synchronized (this) {
        group.flight = null;
        group.backoffMs = 1000;
        double seconds = interval.find() ? Math.min(Double.parseDouble(interval.group(1)), 3600) : 0;
        group.notBefore = System.nanoTime() + (long) (seconds * 1e9);
      }
      return;
    }
    String invalid = detail(answer, "BadRequest");
    if (status == 400 && INVALID.matcher(answer).find() && invalid != null && !invalid.isEmpty()) giveUp(group, "REFUSED");
    String retry = detail(answer, "RetryInfo");
    tryLater(group, "HTTP " + status + " " + answer, retry == null ? 0 : retryMs(retry));
  }

  /** The value of a detail of an error, in Base64; null if there is none. */
  private static String detail(String answer, String type) {
    for (Matcher detail = DETAIL.matcher(answer); detail.find(); ) {
      if (!detail.group(1).equals(type)) continue;
      Matcher value = VALUE.matcher(detail.group());
      return value.find() ? value.group(1) : "";
    }
    return null;
  }

  /** The next batch says what is lost with this one, and what this one would have said. */
  private synchronized void giveUp(Group group, String reason) {
    group.flight.lost.forEach((earlier, events) -> group.lost.merge(earlier, events, Long::sum));
    if (group.flight.events() > 0) group.lost.merge(reason, group.flight.events(), Long::sum);
    group.flight = null;
  }

  private synchronized void tryLater(Group group, String why, long retryMs) {
    System.err.println("gmewatch: " + why);
    long waitMs = Math.max(retryMs, ThreadLocalRandom.current().nextLong(group.backoffMs));
    group.notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    group.backoffMs = Math.min(2 * group.backoffMs, BACKOFF_MAX_MS);
  }

  /** The delay of a google.rpc.RetryInfo: a Duration in field 1, of seconds (1) and nanoseconds (2). */
  private static long retryMs(String base64) {
    if (base64.length() % 4 == 1) return 0; // of no length that Base64 has
    byte[] info = Base64.getDecoder().decode(base64);
    long[] fields = new long[3];
    for (int at = 2; at + 1 < info.length; ) {
      int field = Math.min(info[at++] >> 3, 2);
      for (int shift = 0; at < info.length && shift < 63; shift += 7) {
        fields[field] |= (long) (info[at] & 127) << shift;
        if (info[at++] >= 0) break;
      }
    }
    return Math.min(fields[1], 3600) * 1000 + fields[2] / 1_000_000;
  }

  /** What gmewatchd takes as a version or platform: up to 64 printable characters; others become '?'. */
  private static String text(String value) {
    return value.substring(0, Math.min(64, value.length())).replaceAll("[^ -~]", "?");
  }

  private static String quoted(String ascii) {
    return "\"" + ascii.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  public static void main(String[] arguments) throws Exception {
    String key = System.getenv().getOrDefault("GMEWATCH_KEY", "");
    Relay relay = new Relay(arguments[0], key, arguments[1], arguments[2], Long.getLong("gmewatch.interval_ms", 5000));
    Thread sender = new Thread(relay);
    sender.start();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] event = line.split(" ");
      relay.report(event[0], event[1], event[2], Integer.parseInt(event[3]));
    }
    boolean allSent = relay.stop(Long.getLong("gmewatch.stop_s", 30));
    sender.join();
    System.exit(allSent ? 0 : 1);
  }
}
