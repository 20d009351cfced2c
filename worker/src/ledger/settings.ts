// The part of the configuration that says how long money is held back for a call of which nothing is heard.

/** Variables. */
export interface LedgerEnv {
  /** How long a call of the upstream may take, in seconds; default 300. */
  CALL_TIMEOUT_SECONDS?: string;
  /** How long money is held back for a call that was not sent yet, in seconds; default 60. */
  RESERVED_TTL_SECONDS?: string;
  /** How long after its time a call that was sent may stay unsettled, in seconds; default 30. */
  SENT_MARGIN_SECONDS?: string;
}

/** The same after it was read. */
export interface LedgerSettings {
  callTimeoutMs: number;
  /** Reserved and not sent for so long, a call was given up; it costs nothing. */
  reservedTtlMs: number;
  /** Sent and not settled for so long, nobody knows what became of a call; it is charged. */
  sentTtlMs: number;
}

/** Images take up to two minutes, and several of them longer. An alarm may run for 900 s, so no call may. */
const CALL_TIMEOUT_S = 300;
const RESERVED_TTL_S = 60;
const SENT_MARGIN_S = 30;

/** Reads them; `fault` hears what is wrong. */
export function ledgerSettings(env: LedgerEnv, fault: (wrong: boolean, text: string) => void): LedgerSettings {
  const seconds = (name: keyof LedgerEnv, otherwise: number, most: number): number => {
    const value = env[name] ? Number(env[name]) : otherwise;
    const good = Number.isInteger(value) && value >= 1 && value <= most;
    fault(!good, `${name} must be a whole number of seconds from 1 to ${most}`);
    return good ? value : otherwise;
  };
  const callTimeout = seconds("CALL_TIMEOUT_SECONDS", CALL_TIMEOUT_S, 800);
  return {
    callTimeoutMs: callTimeout * 1000,
    reservedTtlMs: seconds("RESERVED_TTL_SECONDS", RESERVED_TTL_S, 3600) * 1000,
    sentTtlMs: (callTimeout + seconds("SENT_MARGIN_SECONDS", SENT_MARGIN_S, 3600)) * 1000,
  };
}
