//! A runbook from its text. Reading never fails: what is wrong is noted with its line and shown as text, and only what is certainly
//! meant as a command becomes one.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::action::{Fence, refused};
use super::block::words;
use super::front::{self, FrontMatter};
use super::{Action, Block, Phrase, PhraseStyle, RunbookId, RunbookProblem, Sha256, Step};

/// The largest text that is read, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// More than anybody follows; what stands beyond is left out.
const MOST_STEPS: usize = 100;
const MOST_BLOCKS: usize = 2_000;
/// How far lists are shown to stand in each other.
const DEEPEST: usize = 3;
/// Letters of a summary.
const SUMMARY: usize = 200;

/// A runbook as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runbook {
    /// Its id.
    pub id: RunbookId,
    /// For people.
    pub title: String,
    /// Rules whose alerts it answers.
    pub alerts: Vec<String>,
    /// Services that it is about.
    pub services: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The beginning of its first paragraph.
    pub summary: String,
    /// What stands before the first step.
    pub intro: Vec<Block>,
    /// Its steps.
    pub steps: Vec<Step>,
    /// What is wrong with it.
    pub problems: Vec<RunbookProblem>,
}

impl Runbook {
    /// Reads the text of the file of this name.
    pub fn read(id: &RunbookId, text: &str) -> Self {
        let mut problems = Vec::new();
        let is_too_large = text.len() > LARGEST;
        let text = if is_too_large { "" } else { text };
        let (front, body, first_line) =
            if is_too_large { (FrontMatter::default(), "", 1) } else { front::read(text, &mut problems) };
        if is_too_large {
            let message = format!("the file is larger than {} KiB and is not read", LARGEST / 1024);
            problems.push(RunbookProblem::new(1, message));
        }
        if let Some((written, line)) = &front.id
            && written != id.as_str()
        {
            let message =
                format!("`id` is `{written}`, but the file is named `{}`; the name of the file counts", id.file_name());
            problems.push(RunbookProblem::new(*line, message));
        }
        let mut reading = Reading::new(body, first_line);
        for (event, range) in Parser::new_ext(body, Options::empty()).into_offset_iter() {
            reading.hear(event, range);
        }
        reading.flush();
        problems.append(&mut reading.problems);
        problems.sort_by_key(|problem| problem.line);
        let first = reading.intro.iter().find_map(|block| match block {
            Block::Paragraph { phrases } => Some(words(phrases)),
            Block::Heading { .. }
            | Block::Item { .. }
            | Block::Quote { .. }
            | Block::Code { .. }
            | Block::Action { .. } => None,
        });
        Self {
            id: id.clone(),
            title: front.title.or(reading.title).unwrap_or_else(|| id.to_string()),
            alerts: front.alerts,
            services: front.services,
            tags: front.tags,
            summary: cut(&first.unwrap_or_default()),
            intro: reading.intro,
            steps: reading.steps,
            problems,
        }
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SUMMARY {
        return text.to_owned();
    }
    text.chars().take(SUMMARY - 1).chain(['…']).collect()
}

/// Text as it can be shown without looking other than it is.
fn visible(text: &str) -> String {
    text.chars().map(|letter| if super::action::is_deceptive(letter) { '\u{FFFD}' } else { letter }).collect()
}

/// The first line of each offset, and what was gathered so far.
struct Reading<'t> {
    body: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    first_line: u32,
    title: Option<String>,
    intro: Vec<Block>,
    steps: Vec<Step>,
    problems: Vec<RunbookProblem>,
    /// The block that is being written.
    phrases: Vec<Phrase>,
    /// Numbers of the lists that are open.
    lists: Vec<Option<u64>>,
    /// An entry of a list whose text begins.
    item: Option<(u8, Option<u64>)>,
    quotes: usize,
    strong: usize,
    emphasis: usize,
    link: Option<(Option<String>, Option<String>)>,
    heading: Option<HeadingLevel>,
    code: Option<(String, String)>,
    is_full: bool,
}

impl<'t> Reading<'t> {
    fn new(body: &'t str, first_line: u32) -> Self {
        let breaks = body.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self {
            body,
            lines: std::iter::once(0).chain(breaks).collect(),
            first_line,
            title: None,
            intro: Vec::new(),
            steps: Vec::new(),
            problems: Vec::new(),
            phrases: Vec::new(),
            lists: Vec::new(),
            item: None,
            quotes: 0,
            strong: 0,
            emphasis: 0,
            link: None,
            heading: None,
            code: None,
            is_full: false,
        }
    }

    fn line(&self, offset: usize) -> u32 {
        let passed = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        self.first_line + u32::try_from(passed).unwrap_or(u32::MAX)
    }

    fn hear(&mut self, event: Event<'t>, range: std::ops::Range<usize>) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.say(&text, None),
            },
            Event::Code(text) => self.say(&text, Some(PhraseStyle::Code)),
            // What looks like HTML is text: `<ID>` is meant to be read.
            Event::Html(text) | Event::InlineHtml(text) => self.say(&text, None),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.say(&text, None);
            }
            Event::SoftBreak | Event::HardBreak => self.say(" ", None),
            Event::Rule => self.flush(),
            Event::TaskListMarker(_) => {}
        }
    }

    fn begin(&mut self, tag: Tag<'t>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(level);
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                let depth = self.lists.len().saturating_sub(1).min(DEEPEST) as u8;
                let number = self.lists.last_mut().and_then(|number| {
                    let this = *number;
                    *number = number.map(|number| number.saturating_add(1));
                    this
                });
                self.item = Some((depth, number));
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let words = match kind {
                    CodeBlockKind::Fenced(words) => words.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((words, String::new()));
            }
            Tag::HtmlBlock => self.flush(),
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Link { dest_url, .. } => self.link = Some(target(&dest_url)),
            // A picture is its description; none is ever fetched.
            Tag::Image { .. }
            | Tag::Paragraph
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: std::ops::Range<usize>) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(range.start),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.flush();
                self.item = None;
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => self.end_code(range),
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Link => self.link = None,
            TagEnd::Image
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn say(&mut self, text: &str, style: Option<PhraseStyle>) {
        let inherited = match (self.strong, self.emphasis) {
            (1.., _) => PhraseStyle::Strong,
            (0, 1..) => PhraseStyle::Emphasis,
            (0, 0) => PhraseStyle::Plain,
        };
        let style = style.unwrap_or(inherited);
        let (runbook, web) = self.link.clone().unwrap_or_default();
        let text = visible(&text.replace('\n', " "));
        match self.phrases.last_mut() {
            Some(last) if last.style == style && last.runbook == runbook && last.web == web => {
                last.text.push_str(&text);
            }
            Some(_) | None => self.phrases.push(Phrase { text, style, runbook, web }),
        }
    }

    /// Ends the block that is being written, if there is one.
    fn flush(&mut self) {
        let mut phrases = std::mem::take(&mut self.phrases);
        if let Some(last) = phrases.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        phrases.retain(|phrase| !phrase.text.is_empty());
        if phrases.is_empty() {
            return;
        }
        let block = match (self.item.take(), self.quotes) {
            (Some((depth, number)), _) => Block::Item { depth, number, phrases },
            (None, 1..) => Block::Quote { phrases },
            (None, 0) => Block::Paragraph { phrases },
        };
        self.push(block);
    }

    fn push(&mut self, block: Block) {
        let blocks = self.steps.last_mut().map_or(&mut self.intro, |step| &mut step.blocks);
        if blocks.len() >= MOST_BLOCKS {
            self.overflow();
            return;
        }
        blocks.push(block);
    }

    fn overflow(&mut self) {
        if !std::mem::replace(&mut self.is_full, true) {
            let message = format!(
                "the runbook has more than {MOST_STEPS} steps, or {MOST_BLOCKS} pieces in a step; the rest is left out"
            );
            self.problems.push(RunbookProblem::new(self.first_line, message));
        }
    }

    fn end_heading(&mut self, at: usize) {
        let phrases = std::mem::take(&mut self.phrases);
        match self.heading.take() {
            Some(HeadingLevel::H1) if self.steps.is_empty() && self.title.is_none() => {
                self.title = Some(words(&phrases));
            }
            Some(HeadingLevel::H2) if self.steps.len() >= MOST_STEPS => self.overflow(),
            Some(HeadingLevel::H2) => {
                let title = words(&phrases).trim().to_owned();
                if title.is_empty() {
                    self.problems.push(RunbookProblem::new(self.line(at), "a step has no title"));
                }
                let number = u32::try_from(self.steps.len() + 1).unwrap_or(u32::MAX);
                self.steps.push(Step { number, title, blocks: Vec::new() });
            }
            Some(_) | None => self.push(Block::Heading { phrases }),
        }
    }

    fn end_code(&mut self, range: std::ops::Range<usize>) {
        let Some((fence, text)) = self.code.take() else { return };
        let line = self.line(range.start);
        let (fence, problem) = Fence::read(&fence);
        let block = match fence {
            Fence::Text(language) => {
                self.problems.extend(problem.map(|message| RunbookProblem::new(line, message)));
                Block::Code { language, text: visible(&text) }
            }
            Fence::Command { kind, system, limit } => {
                let action = Action { kind, system, sha256: Sha256::of(&text), text, limit, line: line + 1 };
                match self.may_be_run(&action, range) {
                    Ok(()) => Block::Action { action },
                    Err(message) => {
                        self.problems.push(RunbookProblem::new(line, message));
                        Block::Code { language: "sh".to_owned(), text: visible(&action.text) }
                    }
                }
            }
        };
        self.push(block);
    }

    /// Whether a block is certainly meant as the one command of its step.
    fn may_be_run(&self, action: &Action, range: std::ops::Range<usize>) -> Result<(), String> {
        let source = self.body.get(range).unwrap_or_default().trim_end();
        let last = source.lines().next_back().unwrap_or_default().trim_start_matches(['>', ' ', '\t']);
        let is_closed = source.lines().count() > 1 && (last.starts_with("```") || last.starts_with("~~~"));
        if !is_closed {
            return Err("the block of the command is not closed".to_owned());
        }
        if let Some(message) = refused(action.kind, &action.text) {
            return Err(message);
        }
        let Some(step) = self.steps.last() else {
            return Err("a command stands in a step, below a heading `## …`".to_owned());
        };
        let clashes =
            |other: &Action| other.system.is_none() || action.system.is_none() || other.system == action.system;
        let others = step.blocks.iter().any(|block| matches!(block, Block::Action { action } if clashes(action)));
        if others {
            return Err("a step has one command for each system; give this one a heading `## …` of its own".to_owned());
        }
        Ok(())
    }
}

/// Where a link leads: to a runbook beside this one, to the web, or nowhere.
fn target(address: &str) -> (Option<String>, Option<String>) {
    let runbook = address.strip_suffix(".md").filter(|id| id.parse::<RunbookId>().is_ok());
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let web = is_web && !address.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    (runbook.map(str::to_owned), web.then(|| address.to_owned()))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
