//! Pictures of the glyphs: black with alpha on macOS, which colours them itself; in colours that read on light and dark
//! panels elsewhere.

use caretaker_core::tray::Glyph;
use tauri::image::Image;

macro_rules! picture {
    ($name:literal) => {
        if cfg!(target_os = "macos") {
            include_bytes!(concat!("../../../icons/generated/tray/", $name, "-template.png")).as_slice()
        } else {
            include_bytes!(concat!("../../../icons/generated/tray/", $name, "-color.png")).as_slice()
        }
    };
}

/// The picture of a glyph.
pub fn picture(glyph: Glyph) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match glyph {
        Glyph::Ok => picture!("ok"),
        Glyph::Warning => picture!("warning"),
        Glyph::Critical => picture!("critical"),
        Glyph::Paused => picture!("paused"),
        Glyph::Degraded => picture!("degraded"),
    })
}
