//! Copies at a real store, by the real engine and real workers; only the time is simulated.

use std::path::Path;

use caretaker_core::problem::Code;
use caretaker_core::time::Span;
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityState, CopyState, RestoreRequest, VerifyRequest};
use caretaker_testkit::{Fault, ObjectStore, World};

use crate::store_scene::{Scene, configuration, over, put, with_keys};

#[tokio::test]
async fn a_backup_is_copied_and_what_lies_at_the_store_is_a_whole_destination() {
    let scene = Scene::new("");
    scene.write("first");
    let id = scene.create().await;
    assert_eq!(scene.archive(&id).await.copies[0].state, CopyState::Pending);
    scene.world.clock.advance(Span::from_hours(1));
    scene.world.round().await.unwrap();
    scene.due().await;
    let archive = scene.archive(&id).await;
    assert_eq!(archive.copies[0].state, CopyState::Replicated, "{archive:?}");
    assert_eq!(scene.pending().await, 0.0);
    let origin = archive.destination.clone();
    let keys = scene.server.keys().unwrap();
    let names = [
        "mini/.caretaker-destination".to_owned(),
        format!("mini/{origin}/.caretaker-destination"),
        format!("mini/{origin}/RESTORE.txt"),
        format!("mini/{origin}/board/{}", archive.facts.file),
        format!("mini/{origin}/board/{}.sha256", archive.facts.file),
        format!("mini/{origin}/restore.py"),
        format!("mini/{origin}/restore.sh"),
    ];
    assert_eq!(keys, names);
    let stored = scene.server.object(&scene.key(&id).await).unwrap().unwrap();
    assert!(stored == std::fs::read(&archive.path).unwrap(), "the same bytes");
    let view = scene.world.engine().backups().await.unwrap();
    let offsite = view.destinations.iter().find(|one| one.destination.id == "offsite").unwrap();
    assert_eq!((offsite.state.as_str(), offsite.copies, offsite.pending), ("there", 1, 0));
    // Nothing is sent again, and nothing shows the keys.
    scene.proxy.asked();
    scene.world.clock.advance(Span::from_minutes(5));
    scene.due().await;
    assert!(scene.proxy.asked().iter().all(|(method, _)| method != "PUT"));
    let shown = format!("{view:?}") + &serde_json::to_string(&view).unwrap();
    assert!(!shown.contains("hunter2"), "{shown}");
    let doctor = scene.world.engine().doctor().await.unwrap();
    assert!(serde_json::to_string(&doctor).unwrap().contains("destination.offsite"), "what may be reached is told");
}

#[tokio::test]
async fn case_73_a_store_that_is_away_harms_nothing_here_and_is_told_once() {
    let scene = Scene::new("keep = { full = 1, incremental = 1 }\n");
    scene.write("first");
    scene.copied().await;
    let mut made = Vec::new();
    for day in 0..4 {
        put(&scene.path("source/0.txt"), &format!("day {day}"));
        // An error of the store is tried again at once, refused keys are not: a test has no time for more of the former.
        scene.proxy.set(Fault::Answer(if day == 0 { 503 } else { 403 }));
        made.push(scene.create().await);
        for step in 0..12 {
            scene.world.clock.advance(Span::from_hours(2));
            if step % 6 == 0 {
                scene.due().await;
            }
            scene.world.round().await.unwrap();
        }
    }
    for id in &made {
        let archive = scene.archive(id).await;
        assert!(Path::new(&archive.path).is_file(), "what has no copy stays");
        assert!(matches!(archive.copies[0].state, CopyState::Pending), "{archive:?}");
    }
    let told: Vec<String> = scene.world.told().into_iter().filter(|one| one.starts_with("raise")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let view = scene.world.engine().backups().await.unwrap();
    let offsite = view.destinations.iter().find(|one| one.destination.id == "offsite").unwrap();
    assert_eq!((offsite.state.as_str(), offsite.pending), ("unreachable", 4), "{}", offsite.detail);
    scene.proxy.set(Fault::None);
    scene.world.clock.advance(Span::from_hours(1));
    scene.due().await;
    assert_eq!(scene.pending().await, 0.0);
    let newest = scene.archive(made.last().unwrap()).await;
    assert_eq!(newest.copies[0].state, CopyState::Replicated);
    // The next backup removes what is beyond its term here, and then there.
    put(&scene.path("source/0.txt"), "the last");
    scene.world.clock.advance(Span::from_hours(1));
    scene.copied().await;
    scene.world.clock.advance(Span::from_minutes(5));
    scene.due().await;
    let here = std::fs::read_dir(scene.path("disk/board")).unwrap().count();
    let there = scene.server.keys().unwrap().iter().filter(|key| key.contains("/board/")).count();
    assert_eq!((here, there), (4, 4), "a full, the newest increment, and the hash of each");
}

#[tokio::test]
async fn case_73_refused_keys_and_a_bucket_that_is_gone_are_told_as_that() {
    let scene = Scene::before(ObjectStore::start_guarded().unwrap(), "");
    scene.write("first");
    let id = scene.create().await;
    scene.due().await;
    let view = scene.world.engine().backups().await.unwrap();
    let offsite = view.destinations.iter().find(|one| one.destination.id == "offsite").unwrap();
    assert_eq!(offsite.state, "unreachable");
    assert!(!offsite.detail.contains("hunter2") && offsite.detail.contains("refuse"), "{}", offsite.detail);
    assert!(Path::new(&scene.archive(&id).await.path).is_file());
    let gone = Scene::new("");
    gone.server.ask("DELETE", "", &[]).unwrap();
    gone.write("first");
    gone.create().await;
    gone.due().await;
    let view = gone.world.engine().backups().await.unwrap();
    let offsite = view.destinations.iter().find(|one| one.destination.id == "offsite").unwrap();
    assert!(offsite.detail.contains("NoSuchBucket"), "{}", offsite.detail);
}

#[tokio::test]
async fn case_75_what_is_deleted_or_replaced_at_the_store_is_found_within_a_day_and_copied_again() {
    let scene = Scene::new("");
    scene.write("first");
    let first = scene.copied().await;
    put(&scene.path("source/0.txt"), "second");
    scene.world.clock.advance(Span::from_hours(1));
    let second = scene.copied().await;
    let keys = [scene.key(&first).await, scene.key(&second).await];
    let right = [scene.server.object(&keys[0]).unwrap(), scene.server.object(&keys[1]).unwrap()];
    let length = right[1].as_ref().unwrap().len();
    scene.server.ask("DELETE", &keys[0], &[]).unwrap();
    scene.server.ask("PUT", &keys[1], &vec![7; length]).unwrap();
    scene.world.clock.advance(Span::from_hours(25));
    scene.due().await;
    for (key, right) in keys.iter().zip(right) {
        assert!(scene.server.object(key).unwrap() == right, "{key}");
    }
    assert_eq!(scene.pending().await, 0.0);
}

#[tokio::test]
async fn case_74_bytes_that_changed_at_the_store_are_found_when_they_are_fetched() {
    let scene = Scene::new("");
    scene.write("first");
    let id = scene.copied().await;
    let verify = || {
        let request = VerifyRequest { at: Some("offsite".to_owned()), ..VerifyRequest::default() };
        async { scene.over(scene.world.engine().verify_backups(request).await.unwrap()).await }
    };
    let checked = verify().await;
    assert!(
        matches!(&checked.result, Some(ActivityResult::Verified(all)) if all.len() == 1 && all[0].damaged.is_empty()),
        "{checked:?}"
    );
    assert!(scene.archive(&id).await.copies[0].fetched.is_some());
    scene.proxy.set(Fault::Spoil);
    let checked = verify().await;
    assert!(matches!(&checked.result, Some(ActivityResult::Verified(all)) if all[0].damaged.len() == 1), "{checked:?}");
    let copy = scene.archive(&id).await.copies.remove(0);
    assert_eq!((copy.state, copy.is_wrong), (CopyState::Pending, true), "no longer counted as a copy");
    scene.proxy.set(Fault::None);
    scene.world.clock.advance(Span::from_minutes(5));
    scene.due().await;
    assert_eq!(scene.archive(&id).await.copies[0].state, CopyState::Replicated);
}

#[tokio::test]
async fn files_come_back_from_the_store_when_the_disk_is_lost_and_when_the_machine_is() {
    let scene = Scene::new("");
    scene.write("first");
    scene.copied().await;
    put(&scene.path("source/1.txt"), "second");
    scene.world.clock.advance(Span::from_hours(1));
    let id = scene.copied().await;
    std::fs::remove_dir_all(scene.path("disk")).unwrap();
    let check = |to: &Path| {
        let inside = to.join(scene.path("source").strip_prefix("/").unwrap());
        assert_eq!(std::fs::read_to_string(inside.join("0.txt")).unwrap(), "0 first", "held by the full archive");
        assert_eq!(std::fs::read_to_string(inside.join("1.txt")).unwrap(), "second");
    };
    let restore = |to: &Path| RestoreRequest { to: to.display().to_string(), ..RestoreRequest::default() };
    let to = scene.path("back");
    let restored = scene.over(scene.world.engine().restore_backup(&id, restore(&to)).await.unwrap()).await;
    assert_eq!(restored.state, ActivityState::Done, "{restored:?}");
    check(&to);
    assert_eq!(std::fs::read_dir(scene.world.home().join("staging")).unwrap().count(), 0, "nothing is left lying");
    // Another machine, which knows the store and its keys and nothing else.
    let text = configuration(scene.folder.path(), &scene.proxy.endpoint(), "");
    let other = with_keys(World::with_configuration(&text).unwrap());
    let adopted = over(&other, other.engine().adopt("offsite").await.unwrap()).await;
    assert!(
        matches!(&adopted.result, Some(ActivityResult::Rebuilt(view)) if view.archives == 2 && view.unreadable.is_empty()),
        "{adopted:?}"
    );
    let found = other.engine().archives(Some("board".to_owned()), None).await.unwrap().archives;
    assert_eq!(found.len(), 2);
    assert!(found[0].path.starts_with("s3://archives/mini/"), "{}", found[0].path);
    let to = scene.path("elsewhere");
    let restored = over(&other, other.engine().restore_backup(&id, restore(&to)).await.unwrap()).await;
    assert_eq!(restored.state, ActivityState::Done, "{restored:?}");
    check(&to);
    let drilled = over(&other, other.engine().drill_backup("board").await.unwrap()).await;
    assert!(matches!(&drilled.result, Some(ActivityResult::Drilled(outcome)) if outcome.is_proven), "{drilled:?}");
}

#[tokio::test]
async fn a_store_with_another_identity_is_not_written_to_until_it_is_taken_over() {
    let scene = Scene::new("");
    scene.write("first");
    scene.copied().await;
    for key in scene.server.keys().unwrap() {
        scene.server.ask("DELETE", &key, &[]).unwrap();
    }
    put(&scene.path("source/1.txt"), "second");
    scene.world.clock.advance(Span::from_hours(1));
    let id = scene.create().await;
    scene.due().await;
    assert_eq!(scene.server.keys().unwrap(), Vec::<String>::new());
    let view = scene.world.engine().backups().await.unwrap();
    let offsite = view.destinations.iter().find(|one| one.destination.id == "offsite").unwrap();
    assert!(offsite.detail.contains("lost its identity"), "{}", offsite.detail);
    assert_eq!(scene.archive(&id).await.copies[0].state, CopyState::Pending);
    let verified =
        scene.world.engine().verify_backups(VerifyRequest { at: Some("disk".to_owned()), ..VerifyRequest::default() });
    assert_eq!(verified.await.unwrap_err().code, Code::Usage);
}

/// Loops of twenty seconds, for an hour; how often the catalog was asked meanwhile.
async fn idle_hour(world: &World) -> u64 {
    let before = world.engine().catalog_asked();
    for _ in 0..180 {
        world.clock.advance(Span::from_seconds(20));
        world.engine().backups_due().await.unwrap();
    }
    world.engine().catalog_asked() - before
}

#[tokio::test]
async fn an_idle_hour_asks_nothing_of_copies_and_a_new_archive_is_copied_at_the_next_look() {
    let scene = Scene::new("");
    scene.write("first");
    scene.copied().await;
    // What lies there now is compared and read once; after that nothing is due for a day.
    for _ in 0..3 {
        scene.world.clock.advance(Span::from_minutes(5));
        scene.due().await;
    }
    let with_store = idle_hour(&scene.world).await;
    let activities = scene.world.engine().activities().unwrap().activities;
    assert!(activities.iter().all(|one| one.state.is_over()), "nothing was begun: {activities:?}");
    // The same without the store: what is asked for the figures alone.
    let text = configuration(scene.folder.path(), &scene.proxy.endpoint(), "").replace(", \"offsite\"]", "]");
    let without = text.split("[[destination]]\nid = \"offsite\"").next().unwrap().to_owned()
        + text.split_once("secret_key = \"env:STORE_SECRET\"\n\n").unwrap().1;
    scene.world.configure(&without).unwrap();
    scene.world.engine().reload().await.unwrap();
    scene.due().await;
    assert_eq!(with_store, idle_hour(&scene.world).await, "the store costs an idle hour nothing");
    // It is named again, and the next archive goes there at the next look.
    scene.world.configure(&text.replace("to = [\"disk\"]", "to = [\"disk\", \"offsite\"]")).unwrap();
    scene.world.engine().reload().await.unwrap();
    put(&scene.path("source/1.txt"), "second");
    let id = scene.create().await;
    scene.world.clock.advance(Span::from_seconds(20));
    scene.due().await;
    assert_eq!(scene.archive(&id).await.copies[0].state, CopyState::Replicated);
}

#[tokio::test]
async fn what_lies_on_a_disk_that_is_away_is_copied_when_it_is_back_and_nothing_is_begun_meanwhile() {
    let scene = Scene::new("");
    scene.write("first");
    scene.copied().await;
    put(&scene.path("source/1.txt"), "second");
    let id = scene.create().await;
    std::fs::rename(scene.path("disk"), scene.path("away")).unwrap();
    let replications = || {
        let all = scene.world.engine().activities().unwrap().activities;
        all.iter().filter(|one| one.kind == ActivityKind::Replicate).count()
    };
    scene.due().await;
    let before = replications();
    idle_hour(&scene.world).await;
    assert_eq!(replications(), before, "nobody tries what cannot be done");
    assert_eq!(scene.archive(&id).await.copies[0].state, CopyState::Pending);
    std::fs::rename(scene.path("away"), scene.path("disk")).unwrap();
    scene.world.clock.advance(Span::from_minutes(2));
    scene.due().await;
    assert_eq!(scene.archive(&id).await.copies[0].state, CopyState::Replicated);
}
