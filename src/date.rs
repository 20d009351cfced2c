//! Calendar dates without a clock: whoever calls says what day it is.

use core::fmt;

use crate::digits::{integer, push_natural};

/// A day in the proleptic Gregorian calendar, kept as days since 1970-01-01 so that distances are subtractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// The day `days` after 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// The day on which `ms` milliseconds since the Unix epoch fall, in UTC (what JavaScript's `Date.now()` gives).
    #[allow(
        clippy::cast_possible_truncation,
        reason = "clamped to the range of i32 by `as`, which saturates"
    )]
    pub fn from_unix_ms(ms: f64) -> Self {
        Self((ms / 86_400_000.0).floor() as i32)
    }

    /// A day by year, month (1 to 12) and day of the month, for constants in the catalogue.
    ///
    /// The algorithm is Howard Hinnant's `days_from_civil`.
    #[allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_wrap,
        reason = "u16 years cannot overflow i32"
    )]
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        let year = year as i32 - (month <= 2) as i32;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = (month as i32 + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Reads `YYYY-MM-DD`; `None` for anything else, including days that do not exist.
    pub fn parse(text: &str) -> Option<Self> {
        // A number for each part: digits, and a hyphen before the fifth and the eighth byte.
        let mut parts = [0_u16; 3];
        let mut part = 0_usize;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'-' if at == 4 || at == 7 => part = part.saturating_add(1),
                b'0'..=b'9' if at != 4 && at != 7 => {
                    let number = parts.get_mut(part)?;
                    let digit = u16::from(byte.saturating_sub(b'0'));
                    *number = number.saturating_mul(10).saturating_add(digit);
                }
                _ => return None,
            }
        }
        let [year, month, day] = parts;
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        let date = (text.len() == 10 && (1..=12).contains(&month)).then(|| Self::new(year, month, day))?;
        (date.civil() == (i32::from(year), u32::from(month), u32::from(day))).then_some(date)
    }

    /// `YYYY-MM-DD`. `to_string` would bring the formatting machinery along.
    pub(crate) fn spelled(self) -> String {
        let (year, month, day) = self.civil();
        let year = integer(i64::from(year));
        let mut out = String::new();
        for _ in year.len()..4 {
            out.push('0');
        }
        out.push_str(&year);
        for number in [month, day] {
            out.push('-');
            push_natural(&mut out, u64::from(number), 2);
        }
        out
    }

    /// Days since 1970-01-01; negative before it.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// How many days `later` is after this day; negative when it is before.
    pub const fn days_until(self, later: Self) -> i32 {
        later.0.saturating_sub(self.0)
    }

    /// Year, month and day of the month (Hinnant's `civil_from_days`).
    #[allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "computed in i64, and every month and day is small and positive"
    )]
    fn civil(self) -> (i32, u32, u32) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = (shifted_month + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as u32, day as u32)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled())
    }
}

/// What a day serializes as in formats that are not for people: a newtype of this name around its days since 1970-01-01.
const DAY_NEWTYPE: &str = "gpt-image-edge.Date";

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_newtype_struct(DAY_NEWTYPE, &self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn dates_print_as_they_parse() {
        for text in ["1970-01-01", "2024-02-29", "2026-11-20", "2026-12-01", "2000-12-31", "2100-03-01"] {
            assert_eq!(Date::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "20261-01-01",
            "+026-01-01",
            "",
            "2026-12-32",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn distances_are_whole_days() {
        assert_eq!(Date::new(2026, 11, 20).days_until(Date::new(2026, 12, 1)), 11);
        assert_eq!(Date::new(1970, 1, 1).days(), 0);
        assert_eq!(Date::from_unix_ms(1_795_132_800_000.0), Date::new(2026, 11, 20));
        assert_eq!(Date::from_unix_ms(-1.0), Date::new(1969, 12, 31));
    }
}
