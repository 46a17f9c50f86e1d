//! Embeds the built pages, compressed, so that every program with this crate can show them and none has them twice.
//! Without `ui/dist` (a build of the Rust part alone) nothing is embedded, and `/dashboard` says so.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/dist");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?);
    println!("cargo::rerun-if-changed={}", pages.display());
    let mut files = Vec::new();
    if pages.join("index.html").exists() {
        list(&pages, &pages, &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for (index, name) in files.iter().enumerate() {
        let mut bytes = fs::read(pages.join(name))?;
        if name == "index.html" {
            // The page lies at `/dashboard` without a slash behind it, so its own addresses must begin at the root.
            bytes = String::from_utf8_lossy(&bytes).replace("\"./", "\"/dashboard/").into_bytes();
        }
        let packed = out.join(format!("{index}.gz"));
        let mut encoder = GzEncoder::new(File::create(&packed)?, Compression::best());
        encoder.write_all(&bytes)?;
        encoder.finish()?;
        writeln!(table, "    Page {{ path: {name:?}, packed: include_bytes!({:?}) }},", packed.display().to_string())
            .map_err(io::Error::other)?;
    }
    table.push(']');
    File::create(out.join("pages.rs"))?.write_all(table.as_bytes())
}

fn list(top: &Path, folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(top, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(top) {
            files.push(name.display().to_string());
        }
    }
    Ok(())
}
