//! Numbers that are known only within bounds, and short lists that need no memory of their own.

use super::money::NanoUsd;

/// The least, the expected and the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval<T> {
    /// The least it can be.
    pub min: T,
    /// What to expect.
    pub expected: T,
    /// The most it can be.
    pub max: T,
}

impl<T: Copy> Interval<T> {
    /// A number that is known.
    pub const fn exact(value: T) -> Self {
        Self { min: value, expected: value, max: value }
    }

    pub(super) fn map<U>(self, f: impl Fn(T) -> U) -> Interval<U> {
        Interval { min: f(self.min), expected: f(self.expected), max: f(self.max) }
    }
}

/// The least, and the expected and the most where they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds<T> {
    /// The least it can be.
    pub min: T,
    /// What to expect; `None` where nothing is published that would tell.
    pub expected: Option<T>,
    /// The most it can be; `None` where nothing bounds it.
    pub max: Option<T>,
}

impl<T> From<Interval<T>> for Bounds<T> {
    fn from(interval: Interval<T>) -> Self {
        Self { min: interval.min, expected: Some(interval.expected), max: Some(interval.max) }
    }
}

impl<T: Copy> Bounds<T> {
    /// Anything from `min` on.
    pub const fn unknown(min: T) -> Self {
        Self { min, expected: None, max: None }
    }

    fn sum(self, other: Self, plus: fn(T, T) -> T) -> Self {
        let both = |a: Option<T>, b: Option<T>| Some(plus(a?, b?));
        Self {
            min: plus(self.min, other.min),
            expected: both(self.expected, other.expected),
            max: both(self.max, other.max),
        }
    }

    pub(super) fn map<U>(self, f: impl Fn(T) -> U) -> Bounds<U> {
        Bounds { min: f(self.min), expected: self.expected.map(&f), max: self.max.map(&f) }
    }
}

impl Bounds<NanoUsd> {
    /// The sum; what is unknown in one is unknown in the sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.sum(other, NanoUsd::plus)
    }
}

impl Bounds<u64> {
    /// The sum; what is unknown in one is unknown in the sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.sum(other, u64::saturating_add)
    }
}

/// A list of at most `N` things. An estimate is made on every keystroke, so it does not allocate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Few<T, const N: usize> {
    slots: [Option<T>; N],
    length: usize,
}

impl<T: Copy, const N: usize> Few<T, N> {
    pub(super) const fn new() -> Self {
        Self { slots: [None; N], length: 0 }
    }

    /// Adds one more; a list that is full stays as it is.
    pub(super) fn push(&mut self, item: T) {
        if let Some(slot) = self.slots.get_mut(self.length) {
            *slot = Some(item);
            self.length = self.length.saturating_add(1);
        }
    }

    /// The items, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.slots.iter_mut().flatten()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl<T: Copy, const N: usize> IntoIterator for Few<T, N> {
    type Item = T;
    type IntoIter = core::iter::Flatten<core::array::IntoIter<Option<T>, N>>;

    fn into_iter(self) -> Self::IntoIter {
        self.slots.into_iter().flatten()
    }
}
