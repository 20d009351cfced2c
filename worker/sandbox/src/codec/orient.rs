//! The EXIF orientation of photographs: most cameras store them as the sensor lay.

use crate::draw::Pixels;

/// Turns a picture upright.
pub(super) fn upright(pixels: Pixels, orientation: u8) -> Pixels {
    if !(2..=8).contains(&orientation) {
        return pixels;
    }
    let (w, h) = (pixels.width(), pixels.height());
    let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
    let (right, bottom) = (w.saturating_sub(1), h.saturating_sub(1));
    let mut out = Pixels::new(width, height);
    for (y, row) in (0_u32..).zip(out.rows_mut()) {
        for (x, target) in (0_u32..).zip(row.chunks_exact_mut(4)) {
            let (sx, sy) = match orientation {
                2 => (right.saturating_sub(x), y),
                3 => (right.saturating_sub(x), bottom.saturating_sub(y)),
                4 => (x, bottom.saturating_sub(y)),
                5 => (y, x),
                6 => (y, bottom.saturating_sub(x)),
                7 => (right.saturating_sub(y), bottom.saturating_sub(x)),
                _ => (right.saturating_sub(y), x),
            };
            target.copy_from_slice(&pixels.pixel(sx, sy));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::upright;
    use crate::draw::Pixels;

    /// One pixel per letter, row by row.
    fn letters(width: u32, text: &str) -> Pixels {
        let rgba = text.bytes().flat_map(|b| [b, 0, 0, 255]).collect();
        Pixels::from_rgba(width, text.len() as u32 / width, rgba).unwrap()
    }

    #[test]
    fn every_orientation_is_undone() {
        // How "ABC/DEF" is stored under each orientation.
        let stored = [
            (1, 3, "ABCDEF"),
            (2, 3, "CBAFED"),
            (3, 3, "FEDCBA"),
            (4, 3, "DEFABC"),
            (5, 2, "ADBECF"),
            (6, 2, "CFBEAD"),
            (7, 2, "FCEBDA"),
            (8, 2, "DAEBFC"),
        ];
        for (value, width, text) in stored {
            assert_eq!(upright(letters(width, text), value), letters(3, "ABCDEF"), "orientation {value}");
        }
    }
}
