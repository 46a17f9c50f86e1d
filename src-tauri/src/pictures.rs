//! Pictures of the glyphs: black with alpha on macOS, which colours them itself; in colours that read on light and dark
//! panels elsewhere.

use caretaker_core::tray::Glyph;

macro_rules! picture {
    ($name:literal) => {
        if cfg!(target_os = "macos") {
            include_bytes!(concat!("../../icons/generated/tray/", $name, "-template.png")).as_slice()
        } else {
            include_bytes!(concat!("../../icons/generated/tray/", $name, "-color.png")).as_slice()
        }
    };
}

/// The picture of a glyph, as PNG.
pub fn picture(glyph: Glyph) -> &'static [u8] {
    match glyph {
        Glyph::Ok => picture!("ok"),
        Glyph::Warning => picture!("warning"),
        Glyph::Critical => picture!("critical"),
        Glyph::Paused => picture!("paused"),
        Glyph::Degraded => picture!("degraded"),
    }
}
