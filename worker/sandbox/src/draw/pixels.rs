//! A picture in memory.

/// Rows of red, green, blue, alpha bytes from the top left; sRGB, alpha not multiplied in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl Pixels {
    /// A transparent picture. Edges of 0 become 1: an empty picture has no use and no format.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let bytes = (width as usize).saturating_mul(height as usize).saturating_mul(4);
        Self { width, height, rgba: vec![0; bytes] }
    }

    /// A picture of those bytes; `None` when they are not exactly `width * height * 4`.
    pub fn from_rgba(width: u32, height: u32, rgba: Vec<u8>) -> Option<Self> {
        let bytes = (width as usize).checked_mul(height as usize)?.checked_mul(4)?;
        (bytes > 0 && bytes == rgba.len()).then_some(Self { width, height, rgba })
    }

    /// Pixels from left to right.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Pixels from top to bottom.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.rgba
    }

    /// Bytes of one row.
    pub const fn stride(&self) -> usize {
        (self.width as usize).saturating_mul(4)
    }

    /// The rows from the top.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.rgba.chunks_exact(self.stride().max(4))
    }

    /// The rows from the top, to write.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let stride = self.stride().max(4);
        self.rgba.chunks_exact_mut(stride)
    }

    /// The row at `y`; empty outside.
    pub fn row(&self, y: u32) -> &[u8] {
        let start = (y as usize).saturating_mul(self.stride());
        self.rgba.get(start..start.saturating_add(self.stride())).unwrap_or_default()
    }

    /// One pixel; those outside are the nearest inside.
    #[inline]
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        let x = x.min(self.width.saturating_sub(1)) as usize;
        let y = y.min(self.height.saturating_sub(1)) as usize;
        let at = y.saturating_mul(self.width as usize).saturating_add(x).saturating_mul(4);
        match self.rgba.get(at..) {
            Some([r, g, b, a, ..]) => [*r, *g, *b, *a],
            _ => [0; 4],
        }
    }

    /// Lays it on a ground of one colour.
    #[must_use]
    pub fn on(mut self, ground: [u8; 3]) -> Self {
        for row in self.rows_mut() {
            for pixel in row.chunks_exact_mut(4) {
                let [r, g, b, a] = pixel else { continue };
                let cover = f32::from(*a) / 255.0;
                for (channel, below) in [r, g, b].into_iter().zip(ground) {
                    let mixed = f32::from(*channel) * cover + f32::from(below) * (1.0 - cover);
                    *channel = (mixed + 0.5) as u8;
                }
                *a = 255;
            }
        }
        self
    }

    /// Whether any pixel lets something through.
    pub fn has_transparency(&self) -> bool {
        self.rgba.chunks_exact(4).any(|pixel| pixel.last() != Some(&255))
    }
}
