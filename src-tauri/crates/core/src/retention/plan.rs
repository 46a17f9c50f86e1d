//! The plan: each archive stays with a reason, or goes. Showing it and doing it are the same value.

use std::collections::{BTreeMap, BTreeSet};

use super::{Archive, ArchiveType, BadPolicy, Circumstances, Frozen, Keep, OffSite, Policy};

/// Why an archive stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The policy says so.
    Rule,
    /// It holds files of these archives, which stay.
    Needed(Vec<u32>),
    /// It is the newest of its type that is known to be right.
    NewestVerified,
    /// Its second copy is not made yet.
    OnlyCopy,
    /// Nothing is removed now.
    Frozen(Frozen),
}

/// An archive that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub sequence: u32,
    /// What it is.
    pub kind: ArchiveType,
    /// The strongest reason.
    pub reason: Reason,
}

/// An archive that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Which.
    pub sequence: u32,
    /// What it is.
    pub kind: ArchiveType,
    /// What that frees.
    pub bytes: u64,
}

/// What stays, and what goes in this order: what needs others before what is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Newest first.
    pub kept: Vec<Kept>,
    /// Newest first, so that an archive never outlives what it needs.
    pub removed: Vec<Removed>,
    /// Why nothing goes, if so.
    pub frozen: Option<Frozen>,
}

/// Decides about every archive. The order of the argument does not matter; a sequence stands there once.
pub fn plan(archives: &[Archive], policy: &Policy, circumstances: &Circumstances) -> Result<Plan, BadPolicy> {
    policy.check()?;
    let by_sequence: BTreeMap<u32, &Archive> = archives.iter().map(|archive| (archive.sequence, archive)).collect();
    let mut reasons: BTreeMap<u32, Reason> = BTreeMap::new();
    for kind in ArchiveType::ALL {
        let newest_first: Vec<&Archive> =
            by_sequence.values().rev().filter(|archive| archive.kind == kind).copied().collect();
        for (place, archive) in newest_first.iter().enumerate() {
            let stays = match policy.of(kind) {
                Keep::Newest(count) => place < count as usize,
                Keep::For(span) => place == 0 || circumstances.now.since(archive.made) <= span,
                Keep::All => true,
            };
            if stays {
                reasons.insert(archive.sequence, Reason::Rule);
            }
        }
        if let Some(verified) = newest_first.iter().find(|archive| archive.is_verified) {
            reasons.entry(verified.sequence).or_insert(Reason::NewestVerified);
        }
    }
    for archive in by_sequence.values().filter(|archive| archive.off_site == OffSite::Pending) {
        reasons.entry(archive.sequence).or_insert(Reason::OnlyCopy);
    }
    pin(&by_sequence, &mut reasons);
    let frozen = circumstances.brake.or_else(|| {
        // The newest by its sequence: one that was made while the clock stood ahead holds nothing up for years.
        let newest = by_sequence.values().next_back().map(|archive| archive.made);
        newest.filter(|newest| circumstances.now < *newest).map(|_| Frozen::Clock)
    });
    let mut plan = Plan { frozen, ..Plan::default() };
    for (sequence, archive) in by_sequence.iter().rev() {
        let (sequence, kind) = (*sequence, archive.kind);
        match (reasons.remove(&sequence), frozen) {
            (Some(reason), _) => plan.kept.push(Kept { sequence, kind, reason }),
            (None, Some(frozen)) => plan.kept.push(Kept { sequence, kind, reason: Reason::Frozen(frozen) }),
            (None, None) => plan.removed.push(Removed { sequence, kind, bytes: archive.bytes }),
        }
    }
    Ok(plan)
}

/// What a kept archive needs is kept, and so on: whatever stays can be restored.
fn pin(archives: &BTreeMap<u32, &Archive>, reasons: &mut BTreeMap<u32, Reason>) {
    let mut open: Vec<u32> = reasons.keys().copied().collect();
    let mut needed_by: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let mut seen: BTreeSet<u32> = open.iter().copied().collect();
    while let Some(sequence) = open.pop() {
        let Some(archive) = archives.get(&sequence) else { continue };
        for need in archive.needs.iter().filter(|need| archives.contains_key(need)) {
            needed_by.entry(*need).or_default().insert(sequence);
            if seen.insert(*need) {
                open.push(*need);
            }
        }
    }
    for (sequence, by) in needed_by {
        reasons.entry(sequence).or_insert_with(|| Reason::Needed(by.into_iter().collect()));
    }
}

impl Plan {
    /// Bytes that removing frees.
    pub fn frees(&self) -> u64 {
        self.removed.iter().map(|removed| removed.bytes).sum()
    }

    /// `9 fulls kept: 7 by rule, 2 needed by 3 increments`; `None` when none of the type is kept.
    pub fn words(&self, kind: ArchiveType) -> Option<String> {
        let mut counts = [0_usize; 5];
        let mut needing = BTreeSet::new();
        for kept in self.kept.iter().filter(|kept| kept.kind == kind) {
            let place = match &kept.reason {
                Reason::Rule => 0,
                Reason::Needed(by) => {
                    needing.extend(by);
                    1
                }
                Reason::NewestVerified => 2,
                Reason::OnlyCopy => 3,
                Reason::Frozen(_) => 4,
            };
            counts[place] += 1;
        }
        let total: usize = counts.iter().sum();
        let needed = format!("needed by {}", self.counted(&needing));
        let labels =
            ["by rule", &needed, "newest verified", "without a second copy yet", "because nothing is removed now"];
        let parts: Vec<String> = counts
            .iter()
            .zip(labels)
            .filter(|(count, _)| **count > 0)
            .map(|(count, label)| format!("{count} {label}"))
            .collect();
        (total > 0).then(|| format!("{} kept: {}", kind.counted(total), parts.join(", ")))
    }

    /// Archives of the plan in words: `3 increments`, `2 fulls and 3 increments`.
    pub fn counted<'a>(&self, sequences: impl IntoIterator<Item = &'a u32>) -> String {
        let mut counts: BTreeMap<ArchiveType, usize> = BTreeMap::new();
        for sequence in sequences {
            let kind = self.kept.iter().find(|kept| kept.sequence == *sequence).map(|kept| kept.kind);
            *counts.entry(kind.unwrap_or(ArchiveType::Incremental)).or_default() += 1;
        }
        let parts: Vec<String> = counts.into_iter().map(|(kind, count)| kind.counted(count)).collect();
        parts.join(" and ")
    }
}
