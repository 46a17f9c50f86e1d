//! A screen of our own (Xvfb) and what can be seen on it: whether Caretaker's window is there and has something drawn.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, MapState, Window};
use x11rb::rust_connection::RustConnection;

use super::Outcome;

const TITLE: &[u8] = b"Caretaker";
/// Text with smooth edges has more shades than this, an empty window one or two.
const SHADES: usize = 12;

/// A running Xvfb; ends when dropped.
pub struct Screen {
    /// For `DISPLAY`.
    pub display: String,
    server: Child,
    connection: RustConnection,
    root: Window,
}

impl Screen {
    /// An empty one, on a display of Xvfb's own choice.
    pub fn start() -> Outcome<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let display = format!(":{}", line.trim());
        let (connection, number) = x11rb::connect(Some(&display))?;
        let root = connection.setup().roots.get(number).ok_or("Xvfb has no screen")?.root;
        Ok(Self { display, server, connection, root })
    }

    /// Caretaker's window, once it can be seen.
    pub fn window(&self) -> Outcome<Option<Window>> {
        // Without a window manager, windows of programs are children of the root.
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            // A window may go away between two questions.
            let Ok(attributes) = self.connection.get_window_attributes(window)?.reply() else { continue };
            let wanted = (AtomEnum::WM_NAME, AtomEnum::ANY);
            let Ok(name) = self.connection.get_property(false, window, wanted.0, wanted.1, 0, 64)?.reply() else {
                continue;
            };
            if attributes.map_state == MapState::VIEWABLE && name.value == TITLE {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    /// Whether there is more in the window than its background.
    pub fn is_painted(&self, window: Window) -> Outcome<bool> {
        let size = self.connection.get_geometry(window)?.reply()?;
        let (width, height) = (size.width.min(640), size.height.min(400));
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX)?.reply()?;
        let shades: BTreeSet<&[u8]> = image.data.chunks_exact(4).map(|pixel| &pixel[..3]).collect();
        Ok(shades.len() > SHADES)
    }

    /// Asks the window to close, as the button in its frame does.
    pub fn close(&self, window: Window) -> Outcome<()> {
        let atom =
            |name: &str| -> Outcome<u32> { Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom) };
        let data = [atom("WM_DELETE_WINDOW")?, 0, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS")?, data);
        self.connection.send_event(false, window, EventMask::NO_EVENT, message)?;
        self.connection.flush()?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
