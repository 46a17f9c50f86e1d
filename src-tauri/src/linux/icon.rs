//! The glyphs as tray icons travel over the bus: pixels with alpha first.

use std::io::Cursor;

use caretaker_core::tray::Glyph;
use ksni::Icon;

use crate::pictures::picture;

/// The picture of a glyph; none when it cannot be read, which a test rules out.
pub fn icon(glyph: Glyph) -> Option<Icon> {
    let mut reader = png::Decoder::new(Cursor::new(picture(glyph))).read_info().ok()?;
    let mut data = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut data).ok()?;
    data.truncate(frame.buffer_size());
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    Some(Icon { width: i32::try_from(frame.width).ok()?, height: i32::try_from(frame.height).ok()?, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_glyph_is_a_square_of_its_own_with_a_clear_corner() {
        let icons: Vec<Icon> = Glyph::ALL.into_iter().map(|glyph| icon(glyph).unwrap()).collect();
        for (index, one) in icons.iter().enumerate() {
            assert_eq!((one.width, one.data.len()), (one.height, (one.width * one.height * 4) as usize));
            assert_eq!(one.data[0], 0, "alpha comes first, and a corner is clear");
            assert!(one.data.chunks_exact(4).any(|pixel| pixel[0] == 255), "something is drawn");
            assert!(icons.iter().skip(index + 1).all(|other| other.data != one.data));
        }
    }
}
