//! What a new runbook begins with.

use super::RunbookId;

/// A runbook to be written: complete, without problems, with one step that looks and one that is read.
pub fn template(id: &RunbookId) -> String {
    let title = id.as_str().replace('-', " ");
    let mut letters = title.chars();
    let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!(
        "---\nid: {id}\ntitle: {title}\nalerts: []\nservices: []\ntags: []\n---\n\
         What this is about, and how one knows that it is the case.\n\n\
         ## Look\n\nA heading of two `#` is a step. The block below can be run from the window and with `caretaker runbook run {id}`.\n\n\
         ```sh\nuptime\n```\n\n\
         ## Act\n\nWhat to do, in words or in one more block.\n\n\
         ## Check\n\n```caretaker\ncaretaker alerts list\n```\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::Runbook;

    #[test]
    fn a_new_runbook_has_no_problems_and_can_be_run() {
        let id: RunbookId = "order-board".parse().unwrap();
        let runbook = Runbook::read(&id, &template(&id));
        assert_eq!(runbook.problems, []);
        assert_eq!(runbook.title, "Order board");
        let commands = runbook.steps.iter().filter(|step| step.action(crate::config::Platform::CURRENT).is_some());
        assert_eq!((runbook.steps.len(), commands.count()), (3, 2));
    }
}
