//! launchd: the text of the property list, and what `launchctl print` says. See launchd.plist(5).

use std::fmt::Write;
use std::path::PathBuf;

use super::definition::{Definition, Scope};

/// The name under which launchd knows the engine.
pub const LABEL: &str = "io.github.caretaker.engine";
/// A list that Caretaker wrote says so in its first lines. Others are left alone.
pub const MARK: &str = "<!-- Written by `caretaker service install`";
/// Named as the owner, so that "Login Items" shows Caretaker and not who signed it.
const BUNDLE: &str = "io.github.caretaker.Caretaker";

/// The property list, complete.
pub fn property_list(definition: &Definition) -> String {
    let mut words = String::new();
    let program = definition.program.to_string_lossy().into_owned();
    for word in std::iter::once(program).chain(definition.arguments()) {
        // Writing into a text cannot fail.
        let _ = writeln!(words, "    <string>{}</string>", escaped(&word));
    }
    let user = match (&definition.scope, &definition.user) {
        (Scope::System, Some(user)) => format!("  <key>UserName</key>\n  <string>{}</string>\n", escaped(user)),
        (Scope::System, None) | (Scope::User, _) => String::new(),
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
{MARK}; `caretaker service uninstall` removes it. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>{LABEL}</string>
  <key>AssociatedBundleIdentifiers</key>
  <string>{BUNDLE}</string>
  <key>ProgramArguments</key>
  <array>
{words}  </array>
{user}  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>15</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The program that a list of ours starts.
pub fn program_of(list: &str) -> Option<PathBuf> {
    let (_, words) = list.split_once("<key>ProgramArguments</key>")?;
    let (_, first) = words.split_once("<string>")?;
    let (program, _) = first.split_once("</string>")?;
    Some(PathBuf::from(program.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")))
}

/// What launchd knows of the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// `running`, `not running`, `spawn scheduled`, …
    pub state: String,
    /// Its process.
    pub pid: Option<u32>,
    /// How often it was started.
    pub runs: u32,
    /// How it ended the last time.
    pub last_exit: Option<String>,
}

impl State {
    /// Reads what `launchctl print DOMAIN/LABEL` prints. Only the outermost keys count; inner blocks repeat some names.
    pub fn parse(text: &str) -> Self {
        let value = |key: &str| {
            let own = |line: &&str| line.starts_with('\t') && !line.starts_with("\t\t");
            text.lines().filter(own).find_map(|line| line.trim().strip_prefix(key)?.trim_start().strip_prefix("= "))
        };
        Self {
            state: value("state").unwrap_or_default().to_owned(),
            pid: value("pid").and_then(|pid| pid.parse().ok()),
            runs: value("runs").and_then(|runs| runs.parse().ok()).unwrap_or(0),
            last_exit: value("last exit code").filter(|code| !code.starts_with('(')).map(ToOwned::to_owned),
        }
    }

    /// Whether the engine runs.
    pub fn running(&self) -> bool {
        self.state == "running"
    }
}

/// Whether `launchctl print-disabled DOMAIN` says that the label was switched off.
pub fn disabled(text: &str) -> bool {
    text.lines().any(|line| line.contains(&format!("\"{LABEL}\"")) && line.trim_end().ends_with("disabled"))
}
