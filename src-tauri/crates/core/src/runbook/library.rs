//! All runbooks together: those of the owner before those that are shipped, found by id, by the alerts that they answer, by words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::search::{rank, terms};
use super::{Runbook, RunbookId, SHIPPED};

/// Whose a runbook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It came with Caretaker.
    Shipped,
    /// The owner wrote it.
    Own,
    /// The owner wrote it in place of one that is shipped.
    Replaced,
}

/// The text of a runbook of the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenRunbook {
    /// Its id, from the name of its file.
    pub id: RunbookId,
    /// What the file holds.
    pub text: String,
}

/// A runbook with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// The runbook.
    pub runbook: Runbook,
    /// Whose it is.
    pub origin: Origin,
    /// The whole file.
    pub text: String,
}

/// All runbooks, by id.
#[derive(Clone, Debug, Default)]
pub struct Library(Vec<Shelved>);

impl Library {
    /// The shipped ones, with those of the owner added and put in their place.
    pub fn new(own: impl IntoIterator<Item = WrittenRunbook>) -> Self {
        let shipped = SHIPPED.iter().filter_map(|(id, text)| {
            let id: RunbookId = id.parse().ok()?;
            Some(Shelved { runbook: Runbook::read(&id, text), origin: Origin::Shipped, text: (*text).to_owned() })
        });
        let mut all: Vec<Shelved> = shipped.collect();
        for WrittenRunbook { id, text } in own {
            let is_shipped = all.iter().any(|one| one.runbook.id == id);
            all.retain(|one| one.runbook.id != id);
            let origin = if is_shipped { Origin::Replaced } else { Origin::Own };
            all.push(Shelved { runbook: Runbook::read(&id, &text), origin, text });
        }
        all.sort_by(|a, b| a.runbook.id.cmp(&b.runbook.id));
        Self(all)
    }

    /// Every runbook.
    pub fn iter(&self) -> impl Iterator<Item = &Shelved> {
        self.0.iter()
    }

    /// The runbook of this name: that with this id, else the first that answers alerts of this rule.
    pub fn find(&self, name: &str) -> Option<&Shelved> {
        let by_id = self.0.iter().find(|one| one.runbook.id.as_str() == name);
        by_id.or_else(|| self.answering(name).next())
    }

    /// Runbooks for the alerts of a rule that names `runbook`: that one first, then others that answer the rule.
    pub fn for_rule<'l>(&'l self, rule: &str, runbook: &str) -> Vec<&'l Shelved> {
        let named = self.find(runbook);
        let others = self.answering(rule).filter(|one| named.is_none_or(|named| named.runbook.id != one.runbook.id));
        named.into_iter().chain(others.collect::<Vec<_>>()).collect()
    }

    /// Runbooks that hold every word, the best first; all without a word.
    pub fn search(&self, text: &str) -> Vec<&Shelved> {
        let terms = terms(text);
        let mut found: Vec<(u32, &Shelved)> =
            self.0.iter().filter_map(|one| Some((rank(&one.runbook, &one.text, &terms)?, one))).collect();
        found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.runbook.id.cmp(&other.runbook.id)));
        found.into_iter().map(|(_, one)| one).collect()
    }

    fn answering<'l>(&'l self, rule: &str) -> impl Iterator<Item = &'l Shelved> + use<'l> {
        let rule = rule.to_owned();
        self.0.iter().filter(move |one| one.runbook.alerts.contains(&rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(id: &str, text: &str) -> WrittenRunbook {
        WrittenRunbook { id: id.parse().unwrap(), text: text.to_owned() }
    }

    #[test]
    fn a_runbook_of_the_owner_goes_before_a_shipped_one() {
        let library = Library::new([
            own("disk-space", "---\ntitle: Mine\nalerts: [disk-space]\n---\n"),
            own("order-board", "---\ntitle: Board\nalerts: [disk-space]\n---\nCall Anna.\n"),
        ]);
        let found = library.find("disk-space").unwrap();
        assert_eq!((found.runbook.title.as_str(), found.origin), ("Mine", Origin::Replaced));
        let answers: Vec<&str> =
            library.for_rule("disk-space", "disk-space").iter().map(|one| one.runbook.id.as_str()).collect();
        assert_eq!(answers, ["disk-space", "order-board"]);
        assert_eq!(library.find("order-board").map(|one| one.origin), Some(Origin::Own));
        assert_eq!(library.find("cpu-high").map(|one| one.origin), Some(Origin::Shipped));
        assert!(library.find("nothing").is_none());
    }

    #[test]
    fn a_name_of_a_rule_finds_the_runbook_that_answers_it() {
        let library = Library::new([]);
        assert_eq!(library.find("memory-pressure").unwrap().runbook.id.as_str(), "memory-high");
    }

    #[test]
    fn every_word_must_be_there_and_titles_go_before_texts() {
        let library = Library::new([own("order-board", "---\ntitle: Order board\ntags: [kitchen]\n---\nCall Anna.\n")]);
        let found =
            |text: &str| -> Vec<String> { library.search(text).iter().map(|one| one.runbook.id.to_string()).collect() };
        assert_eq!(found("anna KITCHEN"), ["order-board"]);
        assert_eq!(found("anna garage"), Vec::<String>::new());
        assert_eq!(found("certificate").first().map(String::as_str), Some("certificate-expiring"));
        assert_eq!(found("").len(), SHIPPED.len() + 1);
    }
}
