//! A notice with what a reader elsewhere needs besides: which machine speaks, and where the alert can be seen.

use caretaker_core::notice::{Notice, NoticeKind};

/// What is told.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The notice.
    pub notice: &'a Notice,
    /// Name of this machine.
    pub host: &'a str,
    /// Address of the dashboard as the reader reaches it.
    pub link: Option<&'a str>,
    /// Whether it is a test that somebody asked for.
    pub test: bool,
}

impl Letter<'_> {
    /// What happened, in a word: `raise`, `update`, `resolve`, `digest`, `test`.
    pub fn event(&self) -> &'static str {
        match (self.test, self.notice.kind, self.notice.about.is_some()) {
            (true, ..) => "test",
            (false, NoticeKind::Close, _) => "resolve",
            (false, NoticeKind::Raise, false) => "digest",
            (false, NoticeKind::Raise, true) => "raise",
            (false, NoticeKind::Update, _) => "update",
        }
    }

    /// One line: which machine, what, how it stands.
    pub fn title(&self) -> String {
        let over = if self.event() == "resolve" { "Resolved: " } else { "" };
        format!("{}: {over}{}", self.host, self.notice.title)
    }

    /// Title and sentence in one.
    pub fn text(&self) -> String {
        format!("{}. {}", self.title(), self.notice.body)
    }

    /// Where the alert can be seen, if the reader can get there.
    pub fn address(&self) -> Option<String> {
        let link = self.link?;
        let (base, _) = link.split_once('#').unwrap_or((link, ""));
        Some(format!("{base}#/{}", self.notice.route))
    }
}
