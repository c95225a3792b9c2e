/** acknowledged + rejected + lost + pending = reported. */
export interface Stats {
  reportedEvents: number; // by report(), and those that the spool gave back
  acknowledgedEvents: number;
  rejectedEvents: number; // in batches that the server rejected
  lostEvents: number; // given up: too many distinct codes, or expired
  pendingEvents: number;
  restoredEvents: number; // from the spool
  uncountable: number; // calls of report() with something that is no code or no count
  batchesSent: number; // attempts, with retries
  batchesFailed: number; // attempts that must be repeated
  spoolWrites: number;
  spoolFailures: number;
  lastCode: string; // of the last attempt: "ok", "permission_denied", ...
  lastHttpStatus: number; // 0: no answer
  lastError: string; // what happened to the last attempt or write, and what to do; empty after a success
}

export function newStats(): Stats {
  return {
    reportedEvents: 0,
    acknowledgedEvents: 0,
    rejectedEvents: 0,
    lostEvents: 0,
    pendingEvents: 0,
    restoredEvents: 0,
    uncountable: 0,
    batchesSent: 0,
    batchesFailed: 0,
    spoolWrites: 0,
    spoolFailures: 0,
    lastCode: "ok",
    lastHttpStatus: 0,
    lastError: "",
  };
}
