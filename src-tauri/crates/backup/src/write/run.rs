//! One backup from beginning to end: walk, plan, pack, write, read back, and only then a name.

use std::collections::{BTreeSet, HashMap};

use super::big::Cut;
use super::fates::{Fates, link, links};
use super::itself::refuse_itself;
use super::long::Long;
use super::order::{Order, Outcome, ReadBack, State, Totals};
use super::plan::{Decision, Job, Plan, before};
use super::sealing::Sealing;
use super::sink::Sink;
use super::small::{Fate, Stored, Thread};
use crate::encryption::Keys;
use crate::error::{BackupError, Result};
use crate::format::footer::{Footer, Packing};
use crate::format::frame::Packer;
use crate::format::header::{FORMAT, Header, RootName};
use crate::format::manifest::{Entry, Exception, Flags, Holder, Kind, Manifest, Place, Reason, encode, order, root};
use crate::format::member::{END, Member, MemberKind, pad};
use crate::format::name::{ArchiveId, ArchiveName, Coat, Type, is_set_name};
use crate::format::{VERSION, sums};
use crate::ordered;
use crate::read::{Archive, Level, verify};
use crate::source::Meta;
use crate::source::walk::{Found, walk};

/// What a run would do at most, without writing anything.
pub fn preview(wish: &Order<'_>) -> Result<Totals> {
    Ok(plan(wish)?.totals)
}

fn plan(wish: &Order<'_>) -> Result<Plan> {
    let mut rules = wish.rules.clone();
    // The destination is never part of a backup of its surroundings; a destination that is a source is a mistake.
    rules.never.push(wish.destination.numbers());
    refuse_itself(wish)?;
    let walked = walk(wish.roots, &rules, &|| wish.cancel.is_cancelled())?;
    let plan = Plan::new(wish, walked)?;
    use std::sync::atomic::Ordering::Relaxed;
    wish.progress.files_expected.store(plan.totals.stored, Relaxed);
    wish.progress.bytes_expected.store(plan.totals.stored_bytes, Relaxed);
    Ok(plan)
}

/// Makes an archive, or leaves nothing.
pub fn run(wish: &Order<'_>) -> Result<Outcome> {
    if !is_set_name(wish.set) {
        return Err(BackupError::refused(format!(
            "use the set `{}`: letters, digits, `-` and `_` make a name",
            wish.set
        )));
    }
    if wish.kind == Type::Incremental && wish.previous.is_none() {
        return Err(BackupError::refused("make an increment: there is no state to compare with"));
    }
    wish.destination.is_still_there()?;
    let plan = plan(wish)?;
    let (free, least) = (wish.destination.free()?, plan.to_read / 10);
    if free < least {
        return Err(BackupError::Full { path: wish.destination.path().to_owned() });
    }
    let id = ArchiveId::random().map_err(|error| BackupError::io("name", wish.destination.path(), error))?;
    let packing = if wish.kind == Type::Configuration { Packing::Gzip } else { wish.packing };
    let packer = || {
        Packer::new(packing, wish.level, wish.check)
            .map_err(|error| BackupError::io("pack", wish.destination.path(), error))
    };
    let Sealing { recipients, keys } = Sealing::of(wish);
    let sink = Sink::create(wish.destination, id, &recipients)?;
    let mut writing = Writing { wish, id, packer: packer()?, sink, keys };
    writing.open(&plan.gone)?;
    let mut fates = Fates::for_plan(&plan);
    writing.content(&plan, &plan.jobs, &packer, &mut fates)?;
    writing.second_names(&plan, &mut fates)?;
    writing.content(&plan, &plan.folder_jobs, &packer, &mut fates)?;
    let tree = writing.tree(plan, fates)?;
    writing.close(tree, packing)
}

/// After so many entries the lists that they came from give back their room.
const SHRINK: u32 = 1 << 15;

pub(super) struct Writing<'a, 'b> {
    wish: &'b Order<'a>,
    id: ArchiveId,
    packer: Packer,
    sink: Sink,
    /// For reading it back.
    keys: Keys,
}

struct Tree {
    state: State,
    totals: Totals,
    exceptions: Vec<Exception>,
}

impl Writing<'_, '_> {
    pub(super) fn frame(&mut self, raw: &[u8]) -> Result<u32> {
        let packed =
            self.packer.pack(raw).map_err(|error| BackupError::io("pack", self.wish.destination.path(), error))?;
        self.sink.frame(&packed, raw.len())
    }

    fn chain(&self) -> (ArchiveId, Option<ArchiveId>) {
        before(self.wish).map_or((self.id, None), |state| (state.chain, Some(state.id)))
    }

    fn own(&self, raw: &mut Vec<u8>, path: &[u8], content: &[u8]) {
        Member::file(path, content.len() as u64, crate::format::time::Time::from_seconds(self.wish.now.seconds))
            .put(raw);
        raw.extend_from_slice(content);
        pad(raw, content.len() as u64);
    }

    /// The members that a reader needs first: what this is, and what to delete before extracting.
    fn open(&mut self, left: &[Box<[u8]>]) -> Result<()> {
        let (chain, previous) = self.chain();
        let name = |root: &crate::source::Root| RootName {
            name: crate::descent::display(&root.name),
            path: root.path.display().to_string(),
        };
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            set: self.wish.set.to_owned(),
            id: self.id,
            kind: self.wish.kind,
            sequence: self.wish.sequence,
            chain,
            previous,
            host: self.wish.host.to_owned(),
            tool: concat!("caretaker-backup ", env!("CARGO_PKG_VERSION")).to_owned(),
            started: self.wish.now.seconds,
            time: self.wish.now.to_string(),
            roots: self.wish.roots.iter().map(name).collect(),
        };
        let mut raw = Vec::new();
        self.own(&mut raw, b".caretaker/HEADER.json", &header.bytes());
        self.frame(&raw)?;
        if self.wish.kind == Type::Incremental {
            let mut gone = Vec::new();
            for path in left {
                gone.extend_from_slice(path);
                gone.push(0);
            }
            self.long_member(b".caretaker/deleted0", &gone)?;
        }
        Ok(())
    }

    /// A member of the archive itself, which may be larger than a frame.
    fn long_member(&mut self, path: &[u8], content: &[u8]) -> Result<()> {
        self.long(path, content.len() as u64, |member| member.write(content))
    }

    /// The same, written piece by piece: of a million files, no list is in memory as a whole.
    fn long(&mut self, path: &[u8], size: u64, write: impl FnOnce(&mut Long<'_, '_, '_>) -> Result<()>) -> Result<()> {
        let mut raw = Vec::new();
        let now = crate::format::time::Time::from_seconds(self.wish.now.seconds);
        Member::file(path, size, now).put(&mut raw);
        let mut member = Long { writing: self, raw, written: 0 };
        write(&mut member)?;
        member.finish(size)
    }

    /// Reads, packs and writes what some jobs name.
    fn content(
        &mut self,
        plan: &Plan,
        jobs: &[Job],
        packer: &(dyn Fn() -> Result<Packer> + Sync),
        fates: &mut Fates,
    ) -> Result<()> {
        let wish = self.wish;
        let cuts: Vec<Cut> = plan.large.iter().map(|large| Cut::new(large.clone())).collect();
        let mut first_frames: HashMap<usize, u32> = HashMap::new();
        let mut seen = 0_u32;
        ordered::run(
            jobs.len(),
            wish.workers,
            || Ok(Thread::new(packer()?)),
            |thread, job| match &jobs[job] {
                Job::Pack(files) => thread.pack(wish, plan, files),
                Job::Part { file, part } => cuts[*file].part(wish, plan, thread, *part),
            },
            |job, packed| {
                let first = self.sink.frames.len() as u32;
                for (frame, content) in &packed.frames {
                    self.sink.frame(frame, *content)?;
                }
                wish.progress.written.store(self.sink.length, std::sync::atomic::Ordering::Relaxed);
                if let Job::Part { file, part: 0 } = &jobs[job] {
                    first_frames.insert(*file, first);
                }
                for (found, mut fate) in packed.fates {
                    if let Fate::Stored(stored) = &mut fate {
                        stored.frame = match &jobs[job] {
                            Job::Part { file, .. } => first_frames.get(file).copied().unwrap_or(first),
                            Job::Pack(_) => first + stored.frame,
                        };
                    }
                    fates.add(found, fate);
                }
                seen += 1;
                // A disk that was pulled out is noticed within a few frames, and nothing goes to the folder left in its place.
                if seen.is_multiple_of(32) { wish.destination.is_still_there() } else { Ok(()) }
            },
        )
    }

    /// The tree as it is stored now, and the last members that hold something of it. What was found is given up on the way.
    fn tree(&mut self, mut plan: Plan, mut fates: Fates) -> Result<Tree> {
        let empty = State::default();
        let state = before(self.wish).unwrap_or(&empty);
        let mut exceptions = std::mem::take(&mut plan.exceptions);
        let mut totals = Totals { stored: 0, stored_bytes: 0, altered: 0, ..plan.totals };
        fates.sort();
        let links = links(&plan, &fates);
        let mut entries: Vec<Entry> = Vec::new();
        entries.reserve_exact(plan.found.len() + plan.carried.len());
        // From the end, so that both lists give back room while this one takes it.
        while let Some(found) = plan.found.pop() {
            let index = plan.found.len() as u32;
            let fate = fates.take(index);
            if index.is_multiple_of(SHRINK) {
                plan.found.shrink_to_fit();
                fates.shrink();
            }
            let unguaranteed = plan.unguaranteed.remove(&index);
            match (fate.as_ref().and_then(Fate::exception), unguaranteed) {
                (Some((reason, words)), why) => {
                    let words = why.filter(|_| reason == Reason::RawDatabase).unwrap_or(words);
                    exceptions.push(Exception { path: found.path.clone(), reason, words });
                }
                // It is as it was stored, and no better than then.
                (None, Some(words)) => {
                    exceptions.push(Exception { path: found.path.clone(), reason: Reason::RawDatabase, words });
                }
                (None, None) => {}
            }
            let before = plan.stored_before(index, &state.entries);
            if let Some(Fate::Stored(stored)) = &fate
                && found.kind == Kind::File
            {
                totals.stored += 1;
                totals.stored_bytes += stored.record(found.kind, &found.meta).1;
                totals.altered += u64::from(before.is_some());
                totals.scrambled += u64::from(before.is_some() && stored.is_noise);
            }
            entries.extend(self.entry(plan.decisions[index as usize], fate, found, before));
        }
        for number in &plan.carried {
            entries.extend(state.entries.get(*number as usize).map(|entry| unread(entry, Flags::UNREADABLE)));
        }
        drop((plan, fates));
        entries.sort_unstable_by(|one, other| order(&one.path, &other.path));
        link(&mut entries, &links);
        exceptions.sort_by(|one, other| order(&one.path, &other.path));
        let holders = self.holders(state, &entries);
        let (chain, _) = self.chain();
        let state =
            State { sequence: self.wish.sequence, id: self.id, chain, started: self.wish.now, holders, entries };
        self.lists(&state)?;
        Ok(Tree { state, totals, exceptions })
    }

    /// What stands in the tree for something that was found.
    fn entry(&self, decision: Decision, fate: Option<Fate>, found: Found, before: Option<&Entry>) -> Option<Entry> {
        match (decision, fate) {
            (Decision::Leave, _) => None,
            (Decision::Keep, _) => before.map(|entry| again(entry, found.path)),
            (Decision::Unchanged, _) => before.map(|entry| only_metadata(entry, &found.meta, entry.attributes)),
            (_, Some(Fate::Unchanged(now))) => before.map(|entry| only_metadata(entry, &now.0, now.1)),
            (_, Some(Fate::Stored(stored))) => {
                let (meta, size) = stored.record(found.kind, &found.meta);
                let place = Some(Place { frame: stored.frame, offset: stored.offset });
                let base = stored.other.as_ref().and_then(|other| other.base);
                let entry = new_entry(found.path, found.kind, meta, found.target);
                Some(Entry {
                    size,
                    flags: stored.flags,
                    attributes: stored.attributes,
                    holder: self.wish.sequence,
                    place,
                    digest: stored.digest,
                    base,
                    ..entry
                })
            }
            // An older copy is better than none, unless the file itself is gone.
            (_, Some(Fate::Failed(trouble))) if trouble.reason != Reason::Vanished => {
                let flag = if trouble.reason == Reason::CloudOnly { Flags::CLOUD_ONLY } else { Flags::UNREADABLE };
                let is_there = trouble.reason != Reason::Replaced;
                let older = before.filter(|entry| entry.kind == found.kind).map(|entry| unread(entry, flag));
                // Without one, the tree still says that the file was there.
                older.or_else(|| {
                    let entry = new_entry(found.path, found.kind, &found.meta, found.target);
                    is_there.then_some(Entry { flags: flag, ..entry })
                })
            }
            (_, Some(Fate::Failed(_)) | None) => None,
        }
    }

    /// Further names of files that this archive holds come after all files.
    fn second_names(&mut self, plan: &Plan, fates: &mut Fates) -> Result<()> {
        let mut raw = Vec::new();
        let mut frame = self.sink.frames.len() as u32;
        fates.sort();
        let mut names = Vec::new();
        for (index, decision) in (0_u32..).zip(&plan.decisions) {
            let Decision::Name(leader) = decision else { continue };
            let Some(mut fate) = fates.get(*leader).cloned() else { continue };
            if let Fate::Stored(stored) = &mut fate {
                if raw.len() as u64 >= crate::format::PACK {
                    self.frame(&raw)?;
                    raw.clear();
                    frame = self.sink.frames.len() as u32;
                }
                let leader = &plan.found[*leader as usize];
                let meta = stored.record(leader.kind, &leader.meta).0.clone();
                (stored.frame, stored.offset) = (frame, raw.len() as u32);
                Member {
                    kind: MemberKind::HardLink,
                    target: &leader.path,
                    mode: meta.mode,
                    uid: meta.uid,
                    gid: meta.gid,
                    ..Member::file(&plan.found[index as usize].path, 0, meta.modified)
                }
                .put(&mut raw);
                // The record of the first name counts for all; what was found under this one may be a moment older.
                let (size, base) =
                    (stored.record(leader.kind, &leader.meta).1, stored.other.as_ref().and_then(|other| other.base));
                stored.other = Stored::other(&plan.found[index as usize], meta, size, base);
            }
            names.push((index, fate));
        }
        for (index, fate) in names {
            fates.add(index, fate);
        }
        if !raw.is_empty() {
            self.frame(&raw)?;
        }
        Ok(())
    }

    fn holders(&self, before: &State, entries: &[Entry]) -> Vec<Holder> {
        let used: BTreeSet<u32> = entries.iter().flat_map(|entry| [Some(entry.holder), entry.base]).flatten().collect();
        let old = before
            .holders
            .iter()
            .filter(|holder| holder.sequence != self.wish.sequence && used.contains(&holder.sequence));
        old.copied().chain([Holder { sequence: self.wish.sequence, id: self.id }]).collect()
    }

    /// Lists for people and scripts: records that changed without their content, and hashes of what is stored here.
    fn lists(&mut self, state: &State) -> Result<()> {
        let own = self.wish.sequence;
        let files = || state.entries.iter().filter(|entry| entry.kind == Kind::File);
        if self.wish.kind == Type::Incremental {
            self.list(b".caretaker/metadata0", |out| {
                for entry in files().filter(|entry| entry.flags.has(Flags::METADATA_ONLY) && entry.holder != own) {
                    let modified = entry.modified.decimal();
                    let fields = format!("{:o}\0{}\0{}\0{modified}\0", entry.mode, entry.uid, entry.gid);
                    out(&[fields.as_bytes(), &entry.path, b"\0"].concat())?;
                }
                Ok(())
            })?;
        }
        self.list(b".caretaker/SHA256SUMS", |out| {
            let mut line = Vec::new();
            for entry in files().filter(|entry| entry.holder == own) {
                let is_odd = entry.flags.has(Flags::SPARSE) || entry.flags.has(Flags::PAGES);
                if let Some(digest) = entry.digest.filter(|_| !is_odd) {
                    line.clear();
                    sums::put(&mut line, &digest, &entry.path);
                    out(&line)?;
                }
            }
            Ok(())
        })?;
        // Last, so that a reader finds it from the end without passing content.
        self.wish.replace.notes().map_or(Ok(()), |notes| self.long_member(b".caretaker/databases.json", &notes))
    }

    /// A member whose lines are made twice: once to know how long it is, once to write them.
    fn list(&mut self, path: &[u8], lines: impl Fn(&mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()>) -> Result<()> {
        let mut size = 0;
        lines(&mut |line| {
            size += line.len() as u64;
            Ok(())
        })?;
        self.long(path, size, |member| lines(&mut |line| member.write(line)))
    }

    /// Manifest, end and footer; then it is read back and named.
    fn close(mut self, tree: Tree, packing: Packing) -> Result<Outcome> {
        use sha2::Digest as _;
        let Tree { state, totals, exceptions } = tree;
        let digests = state.entries.iter().filter_map(|entry| Some((&*entry.path, entry.digest.as_ref()?)));
        let manifest = Manifest {
            sequence: state.sequence,
            started: state.started,
            root: root(digests),
            frames: self.sink.frames.clone(),
            holders: state.holders.clone(),
            entries: state.entries,
            exceptions,
        };
        let bytes = encode(&manifest);
        let offset = self.sink.length;
        self.long_member(b".caretaker/manifest", &bytes)?;
        let footer = Footer { offset, length: self.sink.length - offset, digest: sha2::Sha256::digest(&bytes).into() };
        drop(bytes);
        self.frame(&END)?;
        self.sink.raw(&footer.bytes(packing))?;
        let durability = self.sink.sync()?;
        if self.wish.cancel.is_cancelled() {
            return Err(BackupError::Cancelled);
        }
        let path = self.sink.path().to_owned();
        let again = Archive::open_written(&path, packing, &self.keys, manifest)?;
        if again.footer() != footer || again.header().id != self.id {
            return Err(BackupError::damaged(&path, "the archive does not read back as it was written"));
        }
        if self.wish.read_back == ReadBack::Everything {
            let report = verify(&again, Level::Content, self.wish.workers, self.wish.cancel)?;
            if !report.is_intact() {
                return Err(BackupError::damaged(&path, "a file does not read back as it was written"));
            }
        }
        let manifest = again.into_manifest();
        let coat = if self.wish.recipients.is_empty() { Coat::None } else { Coat::Age };
        let name = ArchiveName::new(self.wish.now, self.wish.kind, self.wish.sequence, self.id, packing, coat);
        let committed = self.sink.commit(self.wish.destination, self.wish.set, &name, durability)?;
        let Manifest { entries, exceptions, .. } = manifest;
        Ok(Outcome {
            id: self.id,
            path: committed.path,
            length: committed.length,
            digest: committed.digest,
            totals,
            exceptions,
            durability: committed.durability,
            state: State { entries, ..state },
        })
    }
}

fn new_entry(path: Box<[u8]>, kind: Kind, meta: &Meta, target: Box<[u8]>) -> Entry {
    Entry {
        path,
        kind,
        mode: meta.mode,
        uid: meta.uid,
        gid: meta.gid,
        size: if kind == Kind::File { meta.size } else { 0 },
        modified: meta.modified,
        changed: meta.changed,
        inode: meta.inode,
        device: meta.device,
        target,
        link: None,
        flags: Flags::default(),
        attributes: 0,
        holder: 0,
        place: None,
        digest: None,
        base: None,
    }
}

/// The stored content under a new record.
fn only_metadata(stored: &Entry, meta: &Meta, attributes: u64) -> Entry {
    let is_alike =
        (stored.mode, stored.uid, stored.gid, stored.modified) == (meta.mode, meta.uid, meta.gid, meta.modified);
    let kept = stored.flags.without(Flags::CHANGED).without(Flags::UNREADABLE).without(Flags::CLOUD_ONLY);
    Entry {
        attributes,
        holder: stored.holder,
        digest: stored.digest,
        base: stored.base,
        size: stored.size,
        flags: if is_alike { kept } else { kept.with(Flags::METADATA_ONLY) },
        ..new_entry(stored.path.clone(), stored.kind, meta, stored.target.clone())
    }
}

/// What is stored already, under a name that is there already.
fn again(stored: &Entry, path: Box<[u8]>) -> Entry {
    Entry { path, target: stored.target.clone(), place: None, link: None, ..*stored }
}

/// An older copy of what could not be read this time.
fn unread(stored: &Entry, flag: Flags) -> Entry {
    Entry { flags: stored.flags.with(flag), ..again(stored, stored.path.clone()) }
}
