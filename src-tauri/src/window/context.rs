//! What Tauri compiles in: its configuration and the page.

use tauri::Wry;

/// Configuration and page.
#[expect(clippy::disallowed_methods, reason = "Tauri's macro ends the process where its own files are broken")]
pub fn context() -> tauri::Context<Wry> {
    tauri::generate_context!()
}
