//! Settings as a whole `caretaker.toml` that could be put in place of the file. Changing the owner's file is in `set`.

use std::fmt::Write;

use serde_json::Value as Json;

use super::origin::to_toml;
use super::rule_text::judged_unit;
use super::settings::Settings;
use crate::metric::Unit;
use crate::rule::{Rule, Threshold};
use crate::time::Span;

impl Settings {
    /// Every value under the header of its section, every rule as an entry of `[[rule]]`. Reading it gives the same
    /// settings, but for credentials, which are not shown.
    pub fn to_file(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        let mut text = String::new();
        for section in ["collect", "keep", "notify", "api"] {
            add(&mut text, format_args!("\n[{section}]\n"));
            let mut keys = json[section].clone();
            let channels = keys.as_object_mut().and_then(|keys| keys.remove("channel"));
            write_keys(&mut text, &keys, |_| String::new());
            for channel in channels.as_ref().and_then(Json::as_array).into_iter().flatten() {
                add(&mut text, format_args!("\n[[{section}.channel]]\n"));
                write_keys(&mut text, channel, |_| String::new());
            }
        }
        for export in &self.exports {
            add(&mut text, format_args!("\n[[export]]\n"));
            write_keys(&mut text, &serde_json::to_value(export).unwrap_or_default(), |_| String::new());
        }
        for approval in &self.approvals {
            add(&mut text, format_args!("\n[[approval]]\n"));
            write_keys(&mut text, &serde_json::to_value(approval).unwrap_or_default(), |_| String::new());
        }
        for rule in &self.rules {
            add(&mut text, format_args!("\n[[rule]]\n"));
            write_keys(&mut text, &serde_json::to_value(rule).unwrap_or_default(), |key| remark(rule, key));
        }
        text.trim_start().to_owned()
    }
}

/// Keys in the order of their names, the id first.
fn write_keys(text: &mut String, table: &Json, remark: impl Fn(&str) -> String) {
    let mut keys: Vec<(&String, &Json)> = table.as_object().into_iter().flatten().collect();
    keys.sort_by_key(|(key, _)| *key != "id");
    for (key, value) in keys.into_iter().filter(|(_, value)| !value.is_null()) {
        add(text, format_args!("{key} = {}{}\n", to_toml(value), remark(key)));
    }
}

/// Bounds are plain numbers in the file; seconds are said in a unit that people read.
fn remark(rule: &Rule, key: &str) -> String {
    let bound = match key {
        "warning" => rule.warning,
        "critical" => rule.critical,
        _ => None,
    };
    match (bound.map(Threshold::bound), judged_unit(rule)) {
        (Some(bound), Some(Unit::Seconds)) => format!("  # {}", Span::from_millis((bound * 1_000.0) as i64)),
        (Some(bound), Some(unit @ (Unit::Bytes | Unit::BytesPerSecond))) => format!("  # {}", unit.format(bound)),
        _ => String::new(),
    }
}

fn add(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Document, Platform};

    #[test]
    fn what_is_written_is_read_back_as_the_same() {
        let own = "[notify]\nquiet = [{ from = \"22:00\", to = \"07:00\", except = \"critical\" }]\n\n\
                   [[rule]]\nid = \"mine\"\nmetric = \"host.disk.free\"\nwhere = { mount = \"/\" }\n\
                   warning = { below = 5e9 }\n\n\
                   [[notify.channel]]\nid = \"ops\"\nkind = \"webhook\"\nurl = \"env:OPS\"\nlevel = \"critical\"\n\
                   services = [\"board\"]\n\n\
                   [[export]]\nid = \"week\"\nfolder = \"/srv\"\nnames = [\"host.*\"]\nkeep = \"30d\"\n\n\
                   [[export]]\nid = \"few\"\nfolder = \"/srv\"\nkeep = 3\n\n\
                   [[approval]]\nid = \"up\"\nrunbook = \"cpu-high\"\n\
                   sha256 = \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n";
        for platform in [Platform::Linux, Platform::MacOs] {
            let document = Document::parse(own).unwrap();
            let settings = Settings::resolve(Some(&document), [], platform).unwrap();
            let text = settings.to_file();
            let again = Document::parse(&text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
            assert_eq!(Settings::resolve(Some(&again), [], platform).unwrap(), settings, "{text}");
            assert!(text.contains("[[rule]]\nid = \"cpu-high\"\n"), "{text}");
            assert!(text.contains("[[notify.channel]]\nid = \"ops\"\n"), "{text}");
            assert!(text.contains("critical = { below = 86400 }  # 1d"), "{text}");
        }
    }
}
