//! Numbers that look random and are the same on every machine.

/// A stable 64-bit digest of texts. FNV-1a, then mixed: similar prompts must not give similar pictures.
pub fn digest(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        // 0xff never occurs in UTF-8, so that ("ab", "c") and ("a", "bc") differ.
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    mix(hash)
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A generator of such numbers (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of that seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A further generator, independent of how many numbers this one gives later: detail may then be added to one part
    /// of a picture without moving the others.
    #[must_use]
    pub fn branch(&self, name: &str) -> Self {
        Self(digest(&[name]) ^ mix(self.0))
    }

    /// The same by number.
    #[must_use]
    pub const fn branch_number(&self, number: u64) -> Self {
        Self(mix(number.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ mix(self.0))
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 (included) to 1 (excluded).
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// Between the two bounds.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Whether something that happens with that probability happens.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of the items; `None` of an empty list.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let length = u64::try_from(items.len()).ok()?;
        let index = self.next().checked_rem(length)?;
        items.get(usize::try_from(index).ok()?)
    }

    /// 32 bits to seed a [`super::noise::Noise`].
    pub const fn seed(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, digest};

    #[test]
    fn digests_keep_parts_apart() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a"]), digest(&["a", ""]));
        assert_eq!(digest(&["a"]), digest(&["a"]));
    }

    #[test]
    fn units_fill_the_interval_evenly() {
        let mut random = Random::new(7);
        let mut bins = [0_u32; 10];
        for _ in 0..10_000 {
            bins[(random.unit() * 10.0) as usize] += 1;
        }
        assert!(bins.iter().all(|count| (800..1200).contains(count)), "{bins:?}");
    }

    #[test]
    fn a_branch_does_not_depend_on_what_was_drawn_before_it_was_used() {
        let random = Random::new(1);
        let mut a = random.branch("sky");
        let mut b = random.branch("sky");
        assert_eq!(a.next(), b.next());
        assert_ne!(random.branch("sea").next(), random.branch("sky").next());
        assert_eq!(Random::new(0).pick::<u8>(&[]), None);
    }
}
