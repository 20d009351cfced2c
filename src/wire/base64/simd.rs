//! Sixteen characters at a time with WebAssembly's fixed-width SIMD.
//!
//! The method is Wojciech Muła's (<http://0x80.pl/notesen/2016-01-17-sse-base64-decoding.html>): the two nibbles of a
//! character look up a bit mask each, which have a bit in common exactly when the character is not of the alphabet;
//! the high nibble looks up the distance between a character and its value; multiplications join the six-bit values.
#![allow(clippy::cast_ptr_alignment, reason = "WebAssembly's vector loads and stores need no alignment")]
#![allow(unsafe_code, reason = "loads and stores of vectors; each says why it is in bounds")]

use core::arch::wasm32::{
    i8x16, i8x16_add, i8x16_eq, i8x16_splat, i8x16_swizzle, i16x8, i32x4_dot_i16x8, u8x16_shr, u8x16_splat,
    u16x8_shl, u16x8_shr, u16x8_splat, v128, v128_and, v128_any_true, v128_load, v128_or, v128_store,
};

use super::{SLACK, scalar};

/// As [`scalar::groups`], which it calls for what is left.
pub(super) fn groups(input: &[u8], out: &mut [u8]) -> usize {
    let done = blocks::<4>(input, out);
    let done = done.saturating_add(blocks::<1>(after(input, done, 4), after_mut(out, done, 3)));
    done.saturating_add(scalar::groups(after(input, done, 4), after_mut(out, done, 3)))
}

fn after(input: &[u8], groups: usize, size: usize) -> &[u8] {
    input.get(groups.saturating_mul(size)..).unwrap_or(&[])
}

fn after_mut(out: &mut [u8], groups: usize, size: usize) -> &mut [u8] {
    out.get_mut(groups.saturating_mul(size)..).unwrap_or(&mut [])
}

/// Decodes `N` blocks of sixteen characters at a time, with one test for all of them, and stops before the first `N` of
/// which one is wrong. Answers the number of groups of four characters.
fn blocks<const N: usize>(input: &[u8], out: &mut [u8]) -> usize {
    let (blocks, _) = input.as_chunks::<16>();
    let (rounds, _) = blocks.as_chunks::<N>();
    let mut done = 0_usize;
    for round in rounds {
        let mut bad = i8x16_splat(0);
        let mut start = done.saturating_mul(3);
        for block in round {
            let Some(target) = out.get_mut(start..start.saturating_add(12 + SLACK)) else { return done };
            // SAFETY: `block` is 16 bytes long, and WebAssembly's vector loads need no alignment.
            let text = unsafe { v128_load(block.as_ptr().cast::<v128>()) };
            let (bytes, wrong) = decode(text);
            bad = v128_or(bad, wrong);
            // SAFETY: `target` is 12 + SLACK = 16 bytes long, and WebAssembly's vector stores need no alignment.
            unsafe { v128_store(target.as_mut_ptr().cast::<v128>(), bytes) };
            start = start.saturating_add(12);
        }
        if v128_any_true(bad) {
            break;
        }
        done = done.saturating_add(N.saturating_mul(4));
    }
    done
}

/// The twelve bytes of sixteen characters, in the first twelve lanes; and lanes that are not zero where a character is
/// not of the alphabet.
#[inline]
fn decode(text: v128) -> (v128, v128) {
    // By low nibble: the set of high nibbles with which it is no character of the alphabet, as bits of the next table.
    const LOW: v128 =
        i8x16(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
    const HIGH: v128 =
        i8x16(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    // By high nibble (one less for `/`): what to add to a character to get its value.
    const DISTANCE: v128 = i8x16(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const COMPACT: v128 = i8x16(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);

    let high = u8x16_shr(text, 4);
    let low = v128_and(text, u8x16_splat(0x0f));
    let wrong = v128_and(i8x16_swizzle(LOW, low), i8x16_swizzle(HIGH, high));
    let is_slash = i8x16_eq(text, i8x16_splat(0x2f));
    let values = i8x16_add(text, i8x16_swizzle(DISTANCE, i8x16_add(is_slash, high)));
    // Pairs of six bits to twelve, in lanes of sixteen: the first of a pair is the low byte.
    let first = u16x8_shl(v128_and(values, u16x8_splat(0x00ff)), 6);
    let pairs = v128_or(first, u16x8_shr(values, 8));
    // Pairs of twelve bits to twenty-four, in lanes of thirty-two.
    let joined = i32x4_dot_i16x8(pairs, i16x8(0x1000, 1, 0x1000, 1, 0x1000, 1, 0x1000, 1));
    (i8x16_swizzle(joined, COMPACT), wrong)
}
