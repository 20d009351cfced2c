//! The plain decoder: the reference of the fast one, and the only one where there is no SIMD.

use super::SLACK;

pub(super) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const NONE: u8 = 0xff;

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler")]
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// The six bits of a character; `None` when it is not of the alphabet.
pub(crate) fn value(byte: u8) -> Option<u8> {
    VALUES.get(usize::from(byte)).copied().filter(|value| *value != NONE)
}

/// Decodes whole groups of four characters until the input ends, a group is not all of the alphabet, or `out` is full but
/// for the slack.
/// Answers the number of groups.
#[allow(dead_code, reason = "the reference in tests where SIMD decodes")]
#[allow(clippy::indexing_slicing, reason = "a byte is always an index of 256 values")]
pub(super) fn groups(input: &[u8], out: &mut [u8]) -> usize {
    let (groups, _) = input.as_chunks::<4>();
    let room = out.len().saturating_sub(SLACK);
    let (targets, _) = out.get_mut(..room).unwrap_or(&mut []).as_chunks_mut::<3>();
    let mut done = 0_usize;
    for (group, target) in groups.iter().zip(targets) {
        let [a, b, c, d] = group.map(|byte| VALUES[usize::from(byte)]);
        if (a | b | c | d) == NONE {
            break;
        }
        *target = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        done = done.wrapping_add(1);
    }
    done
}
