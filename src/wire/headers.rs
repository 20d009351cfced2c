//! What the headers of a reply say about rates and retries.
//!
//! Header values are only ever read, never trusted: what does not parse is as if it were absent.

use serde::Serialize;

use crate::date::Date;
use crate::text::concat;

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

/// Reads the rate limits. `get` answers a header by its name in lower case. `None` when there is none of them.
pub fn rate_limit(get: impl Fn(&str) -> Option<String>) -> Option<RateLimit> {
    let allowance = |unit: &str| {
        let header = |what: &str| get(&concat(&["x-ratelimit-", what, "-", unit]));
        let allowance = Allowance {
            limit: header("limit").and_then(|text| whole(&text)),
            remaining: header("remaining").and_then(|text| whole(&text)),
            reset_ms: header("reset").and_then(|text| go_duration_ms(&text)),
        };
        (allowance != Allowance::default()).then_some(allowance)
    };
    let limits = RateLimit {
        requests: allowance("requests"),
        tokens: allowance("tokens"),
        images: allowance("images"),
    };
    (limits != RateLimit::default()).then_some(limits)
}

/// How long the server asks to wait, in milliseconds: `retry-after-ms` first, else `retry-after` in seconds or as an
/// HTTP date. A date is compared with the server's own `date` header where there is one, so that a caller's wrong clock
/// does not matter, else with `now_ms` (Unix milliseconds). A date in the past is zero.
pub fn retry_after_ms(get: impl Fn(&str) -> Option<String>, now_ms: u64) -> Option<u64> {
    if let Some(ms) = get("retry-after-ms").and_then(|text| decimal(&text, 0)) {
        return Some(ms);
    }
    let text = get("retry-after")?;
    decimal(&text, 3).or_else(|| {
        let now = get("date").and_then(|date| http_date_ms(&date)).unwrap_or(now_ms);
        http_date_ms(&text).map(|then| then.saturating_sub(now))
    })
}

/// `x-should-retry`.
pub fn should_retry(get: impl Fn(&str) -> Option<String>) -> Option<bool> {
    match get("x-should-retry")?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// `x-request-id`: what to quote when asking for help. Longer than 200 characters, or empty, is none.
pub fn request_id(get: impl Fn(&str) -> Option<String>) -> Option<String> {
    get("x-request-id")
        .map(|id| id.trim().to_owned())
        .filter(|id| (1..=200).contains(&id.len()) && id.chars().all(|character| !character.is_control()))
}

/// A duration as Go prints it (`1s`, `6m0s`, `20ms`, `1h2m3.5s`), in milliseconds, rounded up; bare digits are seconds.
pub fn go_duration_ms(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if let Some(seconds) = decimal(rest, 3) {
        return Some(seconds);
    }
    let mut nanoseconds = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let unit_end = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit_end)?;
        // The digits before the point, and as many behind it, that make a number of nanoseconds.
        let places = match unit {
            "ns" => 0,
            "us" | "µs" | "μs" => 3,
            "ms" => 6,
            "s" | "m" | "h" => 9,
            _ => return None,
        };
        let factor = match unit {
            "m" => 60,
            "h" => 3600,
            _ => 1,
        };
        nanoseconds = nanoseconds.saturating_add(decimal(number, places)?.saturating_mul(factor));
        rest = after;
    }
    (!text.trim().is_empty()).then_some(nanoseconds.div_ceil(1_000_000))
}

/// A whole number of digits only.
fn whole(text: &str) -> Option<u64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.bytes().fold(0, push_digit))
}

fn push_digit(number: u64, digit: u8) -> u64 {
    number.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
}

/// A decimal number without a sign, times 10^`places`, rounded up.
fn decimal(text: &str, places: usize) -> Option<u64> {
    let text = text.trim();
    let (number, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = whole(number)?;
    let kept = fraction.bytes().chain(core::iter::repeat(b'0')).take(places).fold(number, push_digit);
    let rounds_up = fraction.bytes().skip(places).any(|digit| digit != b'0');
    Some(kept.saturating_add(u64::from(rounds_up)))
}

/// An HTTP date in Unix milliseconds, in the three forms of RFC 9110, section 5.6.7:
/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
fn http_date_ms(text: &str) -> Option<u64> {
    let words: Vec<&str> = text.split([' ', '-', ',']).filter(|word| !word.is_empty()).collect();
    let ([_, day, month, year, time, "GMT"] | [_, month, day, time, year]) = words.as_slice() else {
        return None;
    };
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .iter()
        .position(|name| name == month)?;
    let month = u8::try_from(month).ok()?.saturating_add(1);
    let day = u8::try_from(whole(day)?).ok().filter(|day| (1..=31).contains(day))?;
    let number = whole(year)?;
    let year = match year.len() {
        // Two digits are of this century, or of the last where that would be far ahead.
        2 if number < 70 => number.saturating_add(2000),
        2 => number.saturating_add(1900),
        4 => number,
        _ => return None,
    };
    let date = Date::new(u16::try_from(year).ok()?, month, day);
    let mut parts = time.split(':').map(whole);
    let (Some(Some(hour)), Some(Some(minute)), Some(Some(second)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = u64::try_from(date.days()).ok()?;
    let seconds = days
        .saturating_mul(24)
        .saturating_add(hour)
        .saturating_mul(60)
        .saturating_add(minute)
        .saturating_mul(60)
        .saturating_add(second);
    Some(seconds.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::{Allowance, RateLimit, go_duration_ms, rate_limit, request_id, retry_after_ms, should_retry};

    fn headers(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
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
            assert_eq!(retry_after_ms(headers(pairs), NOW), expected, "{pairs:?}");
        }
    }

    #[test]
    fn rate_limits_are_read_and_nonsense_is_not() {
        assert_eq!(
            rate_limit(headers(&[
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
        assert_eq!(rate_limit(headers(&[("x-ratelimit-limit-requests", "many")])), None);
    }

    #[test]
    fn the_rest_is_words() {
        assert_eq!(should_retry(headers(&[("x-should-retry", "false")])), Some(false));
        assert_eq!(should_retry(headers(&[("x-should-retry", "true")])), Some(true));
        assert_eq!(should_retry(headers(&[("x-should-retry", "maybe")])), None);
        assert_eq!(request_id(headers(&[("x-request-id", " req_1 ")])), Some("req_1".into()));
        assert_eq!(request_id(headers(&[("x-request-id", " ")])), None);
    }
}
