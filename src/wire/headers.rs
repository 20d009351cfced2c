//! What the headers of a reply say about rates and retries.
//!
//! Header values are only ever read, never trusted: what does not parse is as if it were absent.

use serde::Serialize;

use crate::date::Date;

/// How much is left of the organisation's minute, as `x-ratelimit-*` says.
///
/// Source: `OpenAI`'s `x-ratelimit-limit-…`, `-remaining-…`, `-reset-…` with `requests`, `tokens` and, seen in captures
/// but not documented, `images` (facts checked 2026-11-20).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RateLimit {
    /// Calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<Allowance>,
    /// Tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Allowance>,
    /// Images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Allowance>,
}

/// One allowance of a [`RateLimit`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Allowance {
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How many are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// Milliseconds until all of them are back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_ms: Option<u64>,
}

/// The headers of an [`Allowance`]: its limit, what remains of it, and when it is reset.
type Names = [&'static str; 3];

const REQUESTS: Names =
    ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"];
const TOKENS: Names =
    ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"];
const IMAGES: Names =
    ["x-ratelimit-limit-images", "x-ratelimit-remaining-images", "x-ratelimit-reset-images"];

/// Answers a header by its name in lower case.
pub type Get<'g, 'a> = &'g dyn Fn(&str) -> Option<&'a str>;

/// Reads the rate limits. `None` when there is none of them.
pub fn rate_limit(get: Get<'_, '_>) -> Option<RateLimit> {
    let limits = RateLimit {
        requests: allowance(get, &REQUESTS),
        tokens: allowance(get, &TOKENS),
        images: allowance(get, &IMAGES),
    };
    let told = limits.requests.is_some() || limits.tokens.is_some() || limits.images.is_some();
    if told { Some(limits) } else { None }
}

fn allowance(get: Get<'_, '_>, [limit, remaining, reset]: &Names) -> Option<Allowance> {
    let allowance = Allowance {
        limit: get(limit).and_then(whole),
        remaining: get(remaining).and_then(whole),
        reset_ms: get(reset).and_then(go_duration_ms),
    };
    let told = allowance.limit.is_some() || allowance.remaining.is_some() || allowance.reset_ms.is_some();
    if told { Some(allowance) } else { None }
}

/// How long the server asks to wait, in milliseconds: `retry-after-ms` first, else `retry-after` in seconds or as an
/// HTTP date. A date is compared with the server's own `date` header where there is one, so that a caller's wrong clock
/// does not matter, else with `now_ms` (Unix milliseconds). A date in the past is zero.
pub fn retry_after_ms(get: Get<'_, '_>, now_ms: u64) -> Option<u64> {
    if let Some(ms) = get("retry-after-ms").and_then(|text| decimal(text, 0)) {
        return Some(ms);
    }
    let text = get("retry-after")?;
    decimal(text, 3).or_else(|| {
        let then = http_date_ms(text)?;
        Some(then.saturating_sub(get("date").and_then(http_date_ms).unwrap_or(now_ms)))
    })
}

/// `x-should-retry`.
pub fn should_retry(get: Get<'_, '_>) -> Option<bool> {
    match trim(get("x-should-retry")?) {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether `content-type` is that of an event stream.
pub fn is_event_stream(get: Get<'_, '_>) -> bool {
    const STREAM: &[u8] = b"text/event-stream";
    let kind = get("content-type").map_or("", trim).as_bytes();
    kind.get(..STREAM.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(STREAM))
}

/// `x-request-id`: what to quote when asking for help. Longer than 200 characters, or empty, is none.
pub fn request_id<'a>(get: Get<'_, 'a>) -> Option<&'a str> {
    let id = trim(get("x-request-id")?);
    ((1..=200).contains(&id.len()) && !id.chars().any(char::is_control)).then_some(id)
}

/// A duration as Go prints it (`1s`, `6m0s`, `20ms`, `1h2m3.5s`), in milliseconds, rounded up; bare digits are seconds.
pub fn go_duration_ms(text: &str) -> Option<u64> {
    let mut rest = trim(text);
    if let Some(seconds) = decimal(rest, 3) {
        return Some(seconds);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanoseconds = 0_u64;
    while !rest.is_empty() {
        let unit_at = rest.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.')?;
        let (number, after) = rest.split_at_checked(unit_at)?;
        let unit_end = after.bytes().position(|byte| byte.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit_end)?;
        let (_, places, factor) = UNITS.iter().find(|(name, ..)| *name == unit)?;
        let most = u64::MAX.checked_div(*factor)?;
        let number = decimal(number, *places)?.min(most).wrapping_mul(*factor);
        nanoseconds = nanoseconds.saturating_add(number);
        rest = after;
    }
    Some(nanoseconds.div_ceil(1_000_000))
}

/// The units of durations: the digits behind the point that make a number of nanoseconds, or of so many of them.
const UNITS: [(&str, u32, u64); 8] = [
    ("ns", 0, 1),
    ("us", 3, 1),
    ("µs", 3, 1),
    ("μs", 3, 1),
    ("ms", 6, 1),
    ("s", 9, 1),
    ("m", 9, 60),
    ("h", 9, 3600),
];

/// In one place: every use would bring the whole table of what is white.
#[inline(never)]
pub(super) fn trim(text: &str) -> &str {
    text.trim()
}

/// A whole number of digits only.
fn whole(text: &str) -> Option<u64> {
    digits(trim(text).as_bytes())
}

/// The number that nothing but digits make.
pub(super) fn digits(text: &[u8]) -> Option<u64> {
    let plain = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    plain.then(|| text.iter().fold(0, |number, digit| push_digit(number, digit.wrapping_sub(b'0'))))
}

/// A decimal number without a sign, times 10^`places`, rounded up.
fn decimal(text: &str, places: u32) -> Option<u64> {
    let mut number = 0_u64;
    let mut places = places;
    let (mut has_digit, mut has_point, mut rounds_up) = (false, false, false);
    for byte in trim(text).bytes() {
        if byte == b'.' && has_digit && !has_point {
            (has_point, has_digit) = (true, false);
            continue;
        }
        if !byte.is_ascii_digit() {
            return None;
        }
        has_digit = true;
        if has_point && places == 0 {
            rounds_up |= byte != b'0';
            continue;
        }
        places = places.saturating_sub(u32::from(has_point));
        number = push_digit(number, byte.wrapping_sub(b'0'));
    }
    if !has_digit {
        return None;
    }
    for _ in 0..places {
        number = push_digit(number, 0);
    }
    Some(number.saturating_add(u64::from(rounds_up)))
}

/// The largest number once there are too many digits.
fn push_digit(number: u64, digit: u8) -> u64 {
    if number >= u64::MAX / 10 { u64::MAX } else { number.wrapping_mul(10).wrapping_add(u64::from(digit)) }
}

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// An HTTP date in Unix milliseconds, in the three forms of RFC 9110, section 5.6.7:
/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
fn http_date_ms(text: &str) -> Option<u64> {
    let mut words: [&[u8]; 6] = [&[]; 6];
    let mut free = words.iter_mut();
    for word in text.as_bytes().split(|byte| b" -,".contains(byte)).filter(|word| !word.is_empty()) {
        *free.next()? = word;
    }
    let ([_, day, month, year, time, b"GMT"] | [_, month, day, time, year, []]) = words else { return None };
    let month = MONTHS.chunks_exact(3).position(|name| name == month)?;
    let month = u8::try_from(month).ok()?.saturating_add(1);
    let day = u8::try_from(digits(day)?).ok().filter(|day| (1..=31).contains(day))?;
    let number = u16::try_from(digits(year)?).ok()?;
    let year = match year.len() {
        // Two digits are of this century, or of the last where that would be far ahead.
        2 if number < 70 => number.saturating_add(2000),
        2 => number.saturating_add(1900),
        4 => number,
        _ => return None,
    };
    let mut seconds = u64::try_from(Date::new(year, month, day).days()).ok()?;
    let mut units = [(24, 23), (60, 59), (60, 60)].iter();
    for part in time.split(|byte| *byte == b':') {
        let (in_the_larger, most) = units.next()?;
        let part = digits(part).filter(|part| part <= most)?;
        seconds = seconds.wrapping_mul(*in_the_larger).wrapping_add(part);
    }
    if units.next().is_some() { None } else { Some(seconds.wrapping_mul(1000)) }
}

#[cfg(test)]
mod tests {
    use super::{
        Allowance, RateLimit, go_duration_ms, is_event_stream, rate_limit, request_id, retry_after_ms,
        should_retry,
    };

    fn headers(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<&'static str> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    #[test]
    fn durations_of_go() {
        for (text, expected) in [
            ("1s", Some(1000)),
            ("6m0s", Some(360_000)),
            ("20ms", Some(20)),
            ("1h2m3.5s", Some(3_723_500)),
            ("0s", Some(0)),
            ("0.5ms", Some(1)),
            ("1ns", Some(1)),
            ("100µs", Some(1)),
            ("1.0000001s", Some(1001)),
            ("12", Some(12_000)),
            (" 7.66s ", Some(7660)),
            ("99999999999999999999h", Some(u64::MAX.div_ceil(1_000_000))),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("1d", None),
            ("1s2", None),
            ("1.s", None),
            ("1..2s", None),
            ("1 s", None),
        ] {
            assert_eq!(go_duration_ms(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_wait_comes_from_whichever_header_says_it_best() {
        const NOW: u64 = 784_111_767_000; // 1994-11-06 08:49:27
        for (pairs, expected) in [
            (&[("retry-after-ms", "250"), ("retry-after", "9")][..], Some(250)),
            (&[("retry-after-ms", "12.5"), ("retry-after", "9")], Some(13)),
            (&[("retry-after-ms", "soon"), ("retry-after", "9")], Some(9000)),
            (&[("retry-after", "1.5")], Some(1500)),
            (&[("retry-after", "0")], Some(0)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(10_000)),
            (&[("retry-after", "Sunday, 06-Nov-94 08:49:37 GMT")], Some(10_000)),
            (&[("retry-after", "Sun Nov  6 08:49:37 1994")], Some(10_000)),
            (
                &[
                    ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
                    ("date", "Sun, 06 Nov 1994 08:49:35 GMT"),
                ],
                Some(2000),
            ),
            (&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "Sun, 06 Foo 1994 08:49:37 GMT")], None),
            (&[("retry-after", "Sun, 06 Nov 1994 24:49:37 GMT")], None),
            (&[("retry-after", "tomorrow")], None),
            (&[("retry-after", "")], None),
            (&[], None),
        ] {
            assert_eq!(retry_after_ms(&headers(pairs), NOW), expected, "{pairs:?}");
        }
    }

    #[test]
    fn rate_limits_are_read_and_nonsense_is_not() {
        assert_eq!(
            rate_limit(&headers(&[
                ("x-ratelimit-limit-requests", "5000"),
                ("x-ratelimit-remaining-requests", "4999"),
                ("x-ratelimit-reset-requests", "12ms"),
                ("x-ratelimit-remaining-images", "-3"),
                ("x-ratelimit-reset-tokens", "6m0s"),
            ])),
            Some(RateLimit {
                requests: Some(Allowance { limit: Some(5000), remaining: Some(4999), reset_ms: Some(12) }),
                tokens: Some(Allowance { reset_ms: Some(360_000), ..Allowance::default() }),
                images: None,
            })
        );
        assert_eq!(rate_limit(&headers(&[("x-ratelimit-limit-requests", "many")])), None);
    }

    #[test]
    fn the_rest_is_words() {
        assert_eq!(should_retry(&headers(&[("x-should-retry", "false")])), Some(false));
        assert_eq!(should_retry(&headers(&[("x-should-retry", "true")])), Some(true));
        assert_eq!(should_retry(&headers(&[("x-should-retry", "maybe")])), None);
        assert_eq!(request_id(&headers(&[("x-request-id", " req_1 ")])), Some("req_1"));
        assert_eq!(request_id(&headers(&[("x-request-id", " ")])), None);
        assert!(is_event_stream(&headers(&[("content-type", " Text/Event-Stream; charset=utf-8")])));
        assert!(!is_event_stream(&headers(&[("content-type", "text/event")])));
        assert!(!is_event_stream(&headers(&[])));
    }
}
