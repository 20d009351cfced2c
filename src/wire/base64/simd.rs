//! Sixteen characters at a time with WebAssembly's fixed-width SIMD.
//!
//! The method is Wojciech Muła's (<http://0x80.pl/notesen/2016-01-17-sse-base64-decoding.html>): the two nibbles of a
//! character look up a bit mask each, which have a bit in common exactly when the character is not of the alphabet;
//! the high nibble looks up the distance between a character and its value; multiplications join the six-bit values.
#![allow(clippy::cast_ptr_alignment, reason = "WebAssembly's vector loads and stores need no alignment")]
#![allow(unsafe_code, reason = "loads and stores of vectors; each says why it is in bounds")]

use core::arch::wasm32::{
    i8x16, i8x16_add, i8x16_eq, i8x16_swizzle, i16x8, i32x4_dot_i16x8, u8x16_splat, u16x8_shl, u16x8_shr,
    u16x8_splat, v128, v128_and, v128_any_true, v128_load, v128_or, v128_store,
};

use super::{SLACK, scalar};

/// Characters that are tested together: one branch for four vectors.
const ROUND: usize = 64;
/// Characters of a vector, and the bytes they stand for.
const BLOCK: usize = 16;
const BLOCK_BYTES: usize = BLOCK / 4 * 3;

/// As [`scalar::groups`], which it calls for what is left.
pub(super) fn groups(input: &[u8], out: &mut [u8]) -> usize {
    let done = blocks::<ROUND>(input, out);
    let done = done.wrapping_add(blocks::<BLOCK>(after(input, done, 4), after_mut(out, done, 3)));
    done.wrapping_add(scalar::groups(after(input, done, 4), after_mut(out, done, 3)))
}

fn after(input: &[u8], groups: usize, size: usize) -> &[u8] {
    input.get(groups.wrapping_mul(size)..).unwrap_or(&[])
}

fn after_mut(out: &mut [u8], groups: usize, size: usize) -> &mut [u8] {
    out.get_mut(groups.wrapping_mul(size)..).unwrap_or(&mut [])
}

/// Decodes `N` characters, one or four blocks, at a time, with one test for all of them, and stops before the first `N` of
/// which one is wrong. Answers the number of groups of four characters.
fn blocks<const N: usize>(input: &[u8], out: &mut [u8]) -> usize {
    const { assert!(N == BLOCK || N == ROUND) };
    let tables = Tables::new();
    let bytes = const { N / 4 * 3 };
    let most = out.len().saturating_sub(SLACK).checked_div(bytes).unwrap_or_default();
    let (rounds, _) = input.as_chunks::<N>();
    let mut target = out.as_mut_ptr();
    let mut done = 0_usize;
    for round in rounds.iter().take(most) {
        let mut bad = u8x16_splat(0);
        // The optimizer for size keeps loops as they are, and this one is where the time goes.
        let mut block = |at: usize| {
            if at.wrapping_mul(BLOCK) >= N {
                return;
            }
            // SAFETY: `at` is below `N / BLOCK`, so the sixteen bytes are in `round`, which has `N`.
            let text = unsafe { v128_load(round.as_ptr().add(at.wrapping_mul(BLOCK)).cast::<v128>()) };
            let (bytes, wrong) = tables.decode(text);
            bad = v128_or(bad, wrong);
            // SAFETY: `target` stands `bytes` times the finished rounds into `out`, of which there are less than `most`, so
            // that `bytes + SLACK` more are in it; the last of the blocks writes up to there, the others less far.
            unsafe { v128_store(target.add(at.wrapping_mul(BLOCK_BYTES)).cast::<v128>(), bytes) };
        };
        block(0);
        block(1);
        block(2);
        block(3);
        if v128_any_true(bad) {
            break;
        }
        // SAFETY: not beyond the `most` times `bytes` that are in `out`.
        target = unsafe { target.add(bytes) };
        done = done.wrapping_add(N / 4);
    }
    done
}

/// What [`Tables::decode`] computes with. Engines build a constant anew wherever it stands, in every turn of a loop, which
/// took half of the time; what is read from memory before the loop stays in registers.
#[derive(Clone, Copy)]
struct Tables {
    /// By low nibble: the set of high nibbles with which it is no character of the alphabet, as bits of the next table.
    low: v128,
    high: v128,
    /// By high nibble (one less for `/`): what to add to a character to get its value.
    distance: v128,
    nibble: v128,
    slash: v128,
    /// The upper six of twelve bits.
    upper: v128,
    weights: v128,
    /// Where the bytes of each lane of twenty-four bits go. The last four lanes are overwritten by what follows.
    compact: v128,
}

impl Tables {
    fn new() -> Self {
        // So that the compiler cannot know that these are constants.
        core::hint::black_box(Self {
            low: i8x16(
                0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b,
                0x1a,
            ),
            high: i8x16(
                0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,
                0x10,
            ),
            distance: i8x16(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0),
            nibble: u8x16_splat(0x0f),
            slash: u8x16_splat(b'/'),
            upper: u16x8_splat(0x3fc0),
            weights: i16x8(0x1000, 1, 0x1000, 1, 0x1000, 1, 0x1000, 1),
            compact: i8x16(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1),
        })
    }

    /// The twelve bytes of sixteen characters, in the first twelve lanes; and lanes that are not zero where a character is
    /// not of the alphabet.
    #[allow(clippy::inline_always, reason = "the optimizer for size would call it for every vector")]
    #[inline(always)]
    fn decode(&self, text: v128) -> (v128, v128) {
        let high = v128_and(u16x8_shr(text, 4), self.nibble);
        let low = v128_and(text, self.nibble);
        let wrong = v128_and(i8x16_swizzle(self.low, low), i8x16_swizzle(self.high, high));
        let is_slash = i8x16_eq(text, self.slash);
        let values = i8x16_add(text, i8x16_swizzle(self.distance, i8x16_add(is_slash, high)));
        // Pairs of six bits to twelve, in lanes of sixteen: the first of a pair is the low byte.
        let pairs = v128_or(v128_and(u16x8_shl(values, 6), self.upper), u16x8_shr(values, 8));
        // Pairs of twelve bits to twenty-four, in lanes of thirty-two.
        let joined = i32x4_dot_i16x8(pairs, self.weights);
        (i8x16_swizzle(joined, self.compact), wrong)
    }
}
