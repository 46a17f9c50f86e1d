//! The runbooks that are part of the program, as they stand in `docs/runbooks`.

/// Id and text of each, by id.
pub const SHIPPED: &[(&str, &str)] = &[
    ("backup-failed", include_str!("../../../../../docs/runbooks/backup-failed.md")),
    ("backup-missing", include_str!("../../../../../docs/runbooks/backup-missing.md")),
    ("certificate-expiring", include_str!("../../../../../docs/runbooks/certificate-expiring.md")),
    ("collector-failing", include_str!("../../../../../docs/runbooks/collector-failing.md")),
    ("copies-late", include_str!("../../../../../docs/runbooks/copies-late.md")),
    ("cpu-high", include_str!("../../../../../docs/runbooks/cpu-high.md")),
    ("database-connection", include_str!("../../../../../docs/runbooks/database-connection.md")),
    ("database-damaged", include_str!("../../../../../docs/runbooks/database-damaged.md")),
    ("dependency-dead", include_str!("../../../../../docs/runbooks/dependency-dead.md")),
    ("destination-missing", include_str!("../../../../../docs/runbooks/destination-missing.md")),
    ("destination-space", include_str!("../../../../../docs/runbooks/destination-space.md")),
    ("disaster-recovery", include_str!("../../../../../docs/runbooks/disaster-recovery.md")),
    ("disk-failing", include_str!("../../../../../docs/runbooks/disk-failing.md")),
    ("disk-space", include_str!("../../../../../docs/runbooks/disk-space.md")),
    ("disk-wear", include_str!("../../../../../docs/runbooks/disk-wear.md")),
    ("emergency-patch", include_str!("../../../../../docs/runbooks/emergency-patch.md")),
    ("engine-stale", include_str!("../../../../../docs/runbooks/engine-stale.md")),
    ("invalid-configuration", include_str!("../../../../../docs/runbooks/invalid-configuration.md")),
    ("load-high", include_str!("../../../../../docs/runbooks/load-high.md")),
    ("log-huge", include_str!("../../../../../docs/runbooks/log-huge.md")),
    ("log-missing", include_str!("../../../../../docs/runbooks/log-missing.md")),
    ("login-failures", include_str!("../../../../../docs/runbooks/login-failures.md")),
    ("mass-change", include_str!("../../../../../docs/runbooks/mass-change.md")),
    ("memory-high", include_str!("../../../../../docs/runbooks/memory-high.md")),
    ("model-memory", include_str!("../../../../../docs/runbooks/model-memory.md")),
    ("model-server", include_str!("../../../../../docs/runbooks/model-server.md")),
    ("model-time-outs", include_str!("../../../../../docs/runbooks/model-time-outs.md")),
    ("own-cost", include_str!("../../../../../docs/runbooks/own-cost.md")),
    ("proof-failed", include_str!("../../../../../docs/runbooks/proof-failed.md")),
    ("proof-overdue", include_str!("../../../../../docs/runbooks/proof-overdue.md")),
    ("restore", include_str!("../../../../../docs/runbooks/restore.md")),
    ("restore-failed", include_str!("../../../../../docs/runbooks/restore-failed.md")),
    ("secret-rotation", include_str!("../../../../../docs/runbooks/secret-rotation.md")),
    ("service-down", include_str!("../../../../../docs/runbooks/service-down.md")),
    ("slow-machine", include_str!("../../../../../docs/runbooks/slow-machine.md")),
    ("sqlite-to-postgresql", include_str!("../../../../../docs/runbooks/sqlite-to-postgresql.md")),
    ("swap-out", include_str!("../../../../../docs/runbooks/swap-out.md")),
    ("task-failed", include_str!("../../../../../docs/runbooks/task-failed.md")),
    ("thermal", include_str!("../../../../../docs/runbooks/thermal.md")),
    ("verification-failed", include_str!("../../../../../docs/runbooks/verification-failed.md")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{BUILT_IN_RULES, LATER_IDS};
    use crate::runbook::{Block, Library, Runbook};

    fn read(id: &str, text: &str) -> Runbook {
        Runbook::read(&id.parse().unwrap(), text)
    }

    #[test]
    fn none_has_a_mistake_and_each_says_what_to_do() {
        for (id, text) in SHIPPED {
            let runbook = read(id, text);
            assert_eq!(runbook.problems, [], "{id}");
            assert!(runbook.steps.len() >= 3 && !runbook.summary.is_empty(), "{id}");
            assert!(text.lines().count() <= 90, "{id} is too long to be followed");
            for step in &runbook.steps {
                assert!(!step.blocks.is_empty(), "{id}: `{}` says nothing", step.title);
            }
        }
    }

    #[test]
    fn every_built_in_rule_has_a_runbook_that_says_that_it_answers_it() {
        let library = Library::new([]);
        for id in BUILT_IN_RULES.iter().map(|rule| rule.id).chain(LATER_IDS.iter().copied()) {
            let found = library.find(id).unwrap_or_else(|| panic!("no runbook answers `{id}`"));
            assert!(found.runbook.alerts.iter().any(|alert| alert == id), "{id}: {:?}", found.runbook.id);
        }
    }

    #[test]
    fn every_alert_that_one_answers_exists_and_every_link_leads_somewhere() {
        let library = Library::new([]);
        let mut led_to: Vec<String> = Vec::new();
        for (id, text) in SHIPPED {
            let runbook = read(id, text);
            for alert in &runbook.alerts {
                let known = BUILT_IN_RULES.iter().any(|rule| rule.id == alert) || LATER_IDS.contains(&alert.as_str());
                assert!(known, "{id} answers `{alert}`, which is no rule");
            }
            let blocks = runbook.intro.iter().chain(runbook.steps.iter().flat_map(|step| &step.blocks));
            for block in blocks {
                let phrases = match block {
                    Block::Paragraph { phrases }
                    | Block::Heading { phrases }
                    | Block::Item { phrases, .. }
                    | Block::Quote { phrases } => phrases.as_slice(),
                    Block::Code { .. } | Block::Action { .. } => &[],
                };
                for link in phrases.iter().filter_map(|phrase| phrase.runbook.as_deref()) {
                    assert!(library.iter().any(|one| one.runbook.id.as_str() == link), "{id} leads to `{link}`");
                    led_to.push(link.to_owned());
                }
            }
        }
        // What no alert and no other runbook leads to is found by its words only.
        for (id, text) in SHIPPED {
            let reached = !read(id, text).alerts.is_empty() || led_to.iter().any(|led| led == id);
            let entrances =
                ["slow-machine", "emergency-patch", "sqlite-to-postgresql", "log-missing", "model-time-outs"];
            assert!(reached || entrances.contains(id), "nothing leads to `{id}`");
        }
    }
}
