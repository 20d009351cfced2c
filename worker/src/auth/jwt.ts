// Signed tokens (RFC 7519). The algorithm is the operator's choice; what a token says of its own is compared, never used.

import {
  errors,
  exportJWK,
  importJWK,
  importPKCS8,
  importSPKI,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JWTPayload,
} from "jose";

import { SKEW_S } from "./caller.ts";

/** How tokens are signed. `none` and everything else is refused. */
export const ALGORITHMS = ["HS256", "EdDSA", "RS256"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What the operator set. */
export interface JwtSettings {
  algorithm: Algorithm;
  /** HS256: the shared secret. Else a key as PEM (`PRIVATE KEY` or `PUBLIC KEY`) or as a JWK. */
  key: string;
  issuer: string;
  audience: string;
}

/** A token that lives longer is refused, whoever signed it: who is called back is remembered for so long. */
export const MAX_AGE_S = 24 * 60 * 60;

interface Keys {
  verify: CryptoKey | Uint8Array;
  /** Absent where the worker has only the public key: then another service issues the tokens. */
  sign?: CryptoKey | Uint8Array;
}

const cache = new WeakMap<JwtSettings, Promise<Keys>>();

/** The keys, read once. Rejects when the text is no key of this algorithm. */
export function keysOf(settings: JwtSettings): Promise<Keys> {
  let keys = cache.get(settings);
  if (!keys) cache.set(settings, (keys = readKeys(settings)));
  return keys;
}

async function readKeys({ algorithm, key }: JwtSettings): Promise<Keys> {
  if (algorithm === "HS256") {
    const secret = new TextEncoder().encode(key);
    return { verify: secret, sign: secret };
  }
  // Secrets that came through a file of variables have their lines written as \n.
  const text = key.replaceAll("\\n", "\n").trim();
  const extractable = { extractable: true };
  if (text.includes("BEGIN PUBLIC KEY")) return { verify: await importSPKI(text, algorithm) };
  const jwk: Record<string, unknown> = text.startsWith("{")
    ? (JSON.parse(text) as Record<string, unknown>)
    : { ...(await exportJWK(await importPKCS8(text, algorithm, extractable))) };
  const { kty, crv, x, n, e } = jwk;
  const verify = (await importJWK(stripped({ kty, crv, x, n, e }), algorithm)) as CryptoKey;
  return jwk["d"] === undefined
    ? { verify }
    : { verify, sign: (await importJWK({ ...stripped(jwk), key_ops: ["sign"] }, algorithm)) as CryptoKey };
}

/** Without what is undefined and without what an exporter wrote about its own use of the key. */
const stripped = (jwk: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(jwk).filter(([name, value]) => value !== undefined && !["key_ops", "ext", "use"].includes(name)),
  );

/** Why a token was refused, in words that help its holder. */
export class BadToken extends Error {}

/** The claims of a good token; throws `BadToken` for any other. */
export async function verify(token: string, settings: JwtSettings): Promise<JWTPayload> {
  const { algorithm, issuer, audience } = settings;
  const keys = await keysOf(settings);
  try {
    const { payload } = await jwtVerify(token, keys.verify, {
      algorithms: [algorithm],
      issuer,
      audience,
      clockTolerance: SKEW_S,
      maxTokenAge: MAX_AGE_S,
      requiredClaims: ["sub", "exp", "iat"],
    });
    // A long `exp` beside a fresh `iat` passes the check above until the day is over.
    if (payload.exp! - payload.iat! > MAX_AGE_S)
      throw new BadToken(`The token lives longer than ${MAX_AGE_S / 3600} hours, which is not accepted.`);
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new BadToken("The token has expired; get a new one.");
    if (error instanceof errors.JWTClaimValidationFailed)
      throw new BadToken(`The token is not valid: its claim \`${error.claim}\` is missing or wrong.`);
    if (error instanceof errors.JOSEError) throw new BadToken("The token is not valid.");
    throw error;
  }
}

/** Signs claims; undefined where there is no key to sign with. */
export async function issue(
  claims: object,
  seconds: number,
  settings: JwtSettings,
  jti: string = crypto.randomUUID(),
): Promise<string | undefined> {
  const { algorithm, issuer, audience } = settings;
  const { sign } = await keysOf(settings);
  if (!sign) return undefined;
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: algorithm, typ: "JWT" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${seconds}s`)
    .setJti(jti)
    .sign(sign);
}
