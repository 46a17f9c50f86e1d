//! Files that are derived from the code and committed, so that a change of the code shows in them.

use std::process::Command;

use crate::command_reference;
use crate::root::root;

/// A generated file: where it lies and what it should hold.
struct Generated {
    path: &'static str,
    text: String,
}

fn all() -> Result<Vec<Generated>, String> {
    let openapi = caretaker_api::document().to_pretty_json().map_err(|error| error.to_string())? + "\n";
    let schema =
        serde_json::to_string_pretty(&caretaker_core::config::schema()).map_err(|error| error.to_string())? + "\n";
    Ok(vec![
        Generated { path: "docs/reference/openapi.json", text: openapi },
        Generated { path: "docs/reference/configuration.schema.json", text: schema },
        Generated { path: "docs/reference/configuration.md", text: caretaker_core::config::reference() },
        Generated { path: "docs/reference/series.md", text: caretaker_core::metric::reference() },
        Generated { path: "docs/reference/cli.md", text: command_reference::page(&caretaker_cli::command()) },
    ])
}

/// The types of the page, made from the OpenAPI document by the page's own tool.
fn types() -> Result<Generated, String> {
    let output = Command::new("npx")
        .args(["--no-install", "openapi-typescript", "docs/reference/openapi.json"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("run npx: {error}"))?;
    if !output.status.success() {
        return Err(format!("openapi-typescript: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(Generated { path: "ui/src/generated/schema.d.ts", text })
}

/// Writes every file.
pub fn write() -> Result<String, String> {
    for file in all()? {
        put(&file)?;
    }
    put(&types()?)?;
    Ok("generated files are written".to_owned())
}

fn put(file: &Generated) -> Result<(), String> {
    let path = root().join(file.path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    caretaker_platform::files::write_atomic(&path, file.text.as_bytes(), 0o644)
        .map_err(|error| format!("{}: {error}", file.path))
}

/// Fails and names every file that is not what the code gives now.
pub fn check() -> Result<String, String> {
    let mut files = all()?;
    files.push(types()?);
    let differs =
        |file: &&Generated| std::fs::read_to_string(root().join(file.path)).ok().as_deref() != Some(&file.text);
    let stale: Vec<&str> = files.iter().filter(differs).map(|file| file.path).collect();
    if stale.is_empty() {
        return Ok(format!("{} generated files are up to date", files.len()));
    }
    Err(format!("not up to date: {}\n  hint: cargo run -p caretaker-xtask -- generate", stale.join(", ")))
}
