//! Notices archives that the catalog does not know: after it was lost or damaged, after an older copy of it came back, after a
//! kill between the name of an archive and its entry. They are read by themselves; nobody has to ask for a rebuild.

use std::collections::BTreeSet;
use std::path::Path;

use caretaker_core::backup::Place;
use caretaker_core::problem::Problem;

use super::rebuild::Found;
use crate::engine::Engine;

impl Engine {
    /// Reads the archives of a destination that came into sight, if some of them are not known.
    pub(super) async fn reconcile(&self, id: &str) -> Result<(), Problem> {
        let destination = self.destination(id)?;
        let Place::Folder { path } = destination.place else { return Ok(()) };
        let Some(identity) = self.destination_memory(id).await?.identity else { return Ok(()) };
        let known: BTreeSet<String> = self
            .archives_at(&identity)
            .await?
            .into_iter()
            .map(|known| format!("{}/{}", known.facts.set, known.facts.file))
            .collect();
        let place = path.clone();
        let lying = self.blocking(move |_| Ok(lying(Path::new(&place)))).await?;
        if lying.iter().any(|file| !known.contains(file)) {
            self.begin_reading(Found { id: id.to_owned(), path, identity }, "Reading unknown archives of");
        }
        Ok(())
    }
}

/// Files under the names of archives, with the folder of their set. A folder that cannot be listed has none.
fn lying(place: &Path) -> Vec<String> {
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect::<Vec<String>>()
    };
    let sets = names(place).into_iter().filter(|set| !set.starts_with('.') && set != "incoming");
    sets.flat_map(|set| {
        let files = names(&place.join(&set)).into_iter().filter(|file| is_archive(file));
        files.map(move |file| format!("{set}/{file}")).collect::<Vec<String>>()
    })
    .collect()
}

/// `20260302T030000Z_full_000001_0192abcd.tar.zst`, with `.age` behind it when it is encrypted.
fn is_archive(name: &str) -> bool {
    let plain = name.strip_suffix(".age").unwrap_or(name);
    let stem = plain.strip_suffix(".tar.zst").or_else(|| plain.strip_suffix(".tar.gz"));
    stem.is_some_and(|stem| stem.split('_').count() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_archives_are_looked_up() {
        for (name, expected) in [
            ("20260302T030000Z_full_000001_0192abcd.tar.zst", true),
            ("20260302T030000Z_configuration_000001_0192abcd.tar.gz", true),
            ("20260302T030000Z_full_000001_0192abcd.tar.zst.age", true),
            ("20260302T030000Z_full_000001_0192abcd.tar.zst.sha256", false),
            ("copy.tar.zst", false),
            ("restore.sh", false),
        ] {
            assert_eq!(is_archive(name), expected, "{name}");
        }
    }
}
