//! Text as it is shown: a flat list of blocks, each a list of phrases. There is no nesting and no HTML in it, so whoever shows it has
//! nothing to escape and nothing to bound.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Action;
use crate::config::Platform;

/// How a phrase looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhraseStyle {
    /// As the text around it.
    #[default]
    Plain,
    /// Code or a path.
    Code,
    /// Stressed.
    Strong,
    /// Slightly stressed.
    Emphasis,
}

/// A piece of a line in one style.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Phrase {
    /// The text. HTML in it is text like any other.
    pub text: String,
    /// Its style.
    pub style: PhraseStyle,
    /// The id of the runbook that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// The page on the web that it names; `http` or `https`, nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<String>,
}

/// A piece of a runbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph {
        /// Its text.
        phrases: Vec<Phrase>,
    },
    /// A heading within a step.
    Heading {
        /// Its text.
        phrases: Vec<Phrase>,
    },
    /// An entry of a list.
    Item {
        /// How far in it stands, from 0 to 3.
        depth: u8,
        /// Its number, in a numbered list.
        number: Option<u64>,
        /// Its text.
        phrases: Vec<Phrase>,
    },
    /// Something quoted.
    Quote {
        /// Its text.
        phrases: Vec<Phrase>,
    },
    /// Code to read, which nothing runs.
    Code {
        /// What it is written in, if it says so.
        language: String,
        /// The text.
        text: String,
    },
    /// A command that can be run.
    Action {
        /// The command.
        action: Action,
    },
}

/// A step: a heading and what stands below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Counted from 1.
    pub number: u32,
    /// The text of its heading.
    pub title: String,
    /// What stands below it.
    pub blocks: Vec<Block>,
}

impl Step {
    /// Its command on a system, if it has one there. A step has at most one.
    pub fn action(&self, platform: Platform) -> Option<&Action> {
        self.blocks.iter().find_map(|block| match block {
            Block::Action { action } if action.system.is_none_or(|system| system == platform) => Some(action),
            Block::Action { .. }
            | Block::Paragraph { .. }
            | Block::Heading { .. }
            | Block::Item { .. }
            | Block::Quote { .. }
            | Block::Code { .. } => None,
        })
    }
}

/// The words of phrases, without their styles.
pub(super) fn words(phrases: &[Phrase]) -> String {
    phrases.iter().map(|phrase| phrase.text.as_str()).collect()
}
